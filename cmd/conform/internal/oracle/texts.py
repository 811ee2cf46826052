"""How values and errors are written in a trace, and which except clause takes an error."""

import asyncio


class ProgramError(Exception):
    def __init__(self, kind, msg):
        super().__init__(kind, msg)
        self.kind, self.msg = kind, msg


def error_text(e):
    if isinstance(e, ProgramError):
        return f"{e.kind}:{e.msg}"
    if isinstance(e, asyncio.CancelledError):
        return f"CancelledError:{e.args[0]}" if e.args and e.args[0] is not None else "CancelledError"
    if isinstance(e, BaseExceptionGroup):
        return f"{type(e).__name__}[{','.join(map(error_text, e.exceptions))}]"
    return type(e).__name__


def value_text(v):
    if v is None:
        return "null"
    if v is True or v is False:
        return "true" if v else "false"
    if isinstance(v, list):
        return f"[{','.join(map(value_text, v))}]"
    return error_text(v) if isinstance(v, BaseException) else str(v)


def state_text(f):
    if not f.done():
        return "pending"
    if f.cancelled():
        return "cancelled"
    if (e := f.exception()) is not None:
        return "error " + error_text(e)
    return "result " + value_text(f.result())


def matches(e, kinds):
    """Whether an except clause with these kinds takes the error."""
    if "BaseException" in kinds or "Exception" in kinds and isinstance(e, Exception):
        return True
    if isinstance(e, ProgramError):
        return e.kind in kinds
    if "CancelledError" in kinds and isinstance(e, asyncio.CancelledError):
        return True
    if "ExceptionGroup" in kinds and isinstance(e, BaseExceptionGroup):
        return True
    return type(e).__name__ in kinds
