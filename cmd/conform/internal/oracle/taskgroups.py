"""asyncio.TaskGroup as 3.15.0 has it, for a CPython that came before. What 3.15 has not changed is CPython's own."""

import ast
import asyncio
import inspect
import sys
import textwrap


class ExitOf315(ast.NodeTransformer):
    """Turns the exit of an earlier group into that of 3.15.0.

    It suppresses a cancellation that was the group's own. It passes on the cancellation that ended its last wait where
    one is left that came from outside. It lets a GeneratorExit of the body out as it is if nothing else has failed.
    """

    def __init__(self):
        self.changes = 0

    def change(self, statements, code):
        self.changes += 1
        return statements + ast.parse(code).body

    def visit_AsyncFunctionDef(self, node):
        self.generic_visit(node)
        node.body = self.change([], "ended_wait = None") + self.change(node.body, "return True")
        return node

    def visit_ExceptHandler(self, node):
        node.body = self.change([], f"ended_wait = {node.name}") + node.body
        return node

    def visit_If(self, node):
        self.generic_visit(node)
        if ast.unparse(node.test) == "self._parent_task.uncancel() == 0":
            code = "propagate_cancellation_error = propagate_cancellation_error or ended_wait"
            node.orelse = self.change(node.orelse, code)
        if ast.unparse(node.test) == "self._errors":
            code = "if et is not None and issubclass(et, GeneratorExit) and len(self._errors) == 1: raise exc"
            node.body = node.body[:-1] + self.change([], code) + node.body[-1:]
        return node


def exit_of_315():
    """Compiles the method that is a group's exit again, from its own source. Returns its name and what it is now."""
    name = "_aexit" if hasattr(asyncio.TaskGroup, "_aexit") else "__aexit__"
    method = getattr(asyncio.TaskGroup, name)
    transformer = ExitOf315()
    tree = transformer.visit(ast.parse(textwrap.dedent(inspect.getsource(method))))
    assert transformer.changes == 5, "the exit of this CPython's TaskGroup is another one"
    code = compile(ast.fix_missing_locations(tree), inspect.getsourcefile(method), "exec")
    made = {}
    exec(code, vars(asyncio.taskgroups), made)
    return name, made[name]


class TaskGroupOf314(asyncio.TaskGroup):
    """For 3.13: tasks may start eagerly, and the group hears through the loop of one that has ended so."""

    def create_task(self, coro, **options):
        if self._aborting or self._exiting and not self._tasks:
            coro.close()
            raise RuntimeError("the group takes no more tasks")
        task = self._loop.create_task(coro, **options)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task


class TaskGroupOf315(asyncio.TaskGroup if sys.version_info >= (3, 14) else TaskGroupOf314):
    """A group that can be canceled."""

    def create_task(self, coro, **options):
        task = super().create_task(coro, **options)
        if self._aborting and not task.done():  # its first step has canceled the group
            task.cancel()
        return task

    if not hasattr(asyncio.TaskGroup, "cancel"):

        def cancel(self):
            if self._aborting or self._exiting and not self._tasks:
                return
            self._abort()
            self._parent_cancel_requested = True
            self._parent_task.cancel()


setattr(TaskGroupOf315, *exit_of_315())
