"""What CPython leaves open, settled by a program's picks.

CPython's event loop stays as it is. What is chosen here, another run of it could have had: another order of a set or of
equal deadlines in its heap, callbacks that take longer, a clock that has gone on between two settings of a timer.
"""

import heapq

from clock import Clock

TIE, SLOW, WALK = "tie", "slow", "set"


class Choices:
    """Picks alternatives, one after the other, as the program says, until the machine that runs it has stopped."""

    current = None  # those of the program that runs, if it has picks

    def __init__(self, picks, machine):
        self.picks = iter(picks)
        self.machine = machine
        self.clock = Clock()

    def choose(self, open, n):
        if n < 2 or self.machine.stopped:
            return 0
        pick = next(self.picks, 0)
        if pick >= n:
            pick = 0
        self.machine.log_choice(f"{open} {pick}/{n}")
        return pick

    def walk(self, items):
        """The order in which a set is walked."""
        left, order = list(items), []
        while left:
            order.append(left.pop(self.choose(WALK, len(left))))
        return order


class Moment:
    """What happens to timers where _run_once waits, after it has computed how long and before it pops what is due.

    Timers that were set one after the other, and are due at one time by a clock that stands still, have different
    deadlines by one that goes on. So the clock may come to stand between them: those that were set later come too late.
    """

    LATE = 0.75  # more than the clock's resolution, less than a unit

    def __init__(self, loop):
        self.loop = loop
        self.choices = loop.choices
        self.before = -1  # the last timer that was set before the clock came to where it is
        self.late = []
        self.same = []  # pairs of timers between whose settings the clock has not gone on
        self.later = set()  # timers before whose setting it has

    def settle(self, timeout):
        was_late = bool(self.late)
        for handle in self.late:
            handle._when = self.loop.now
        self.late = []
        if units := int(timeout):
            self.move(self.loop.now + units)
            was_late = False
        timers = sorted(handle for handle in self.loop._scheduled if not handle._cancelled)
        ready = len(self.loop._ready)
        due = []
        while True:
            while timers and timers[0]._when <= self.loop.now and not self.late:
                n = sum(handle._when == timers[0]._when for handle in timers)
                self.order(timers[:n], due, ready, was_late)
                del timers[:n]
            if self.late or not timers or not (ready or due) or not self.choices.choose(SLOW, 2):
                break
            self.move(timers[0]._when)
            was_late = False
        self.choices.clock.popped(self.loop.now, due, self.late)
        for place, handle in enumerate(due):
            handle.place = place - len(due)  # before all others with its deadline
        for handle in self.late:
            handle._when += self.LATE
        heapq.heapify(self.loop._scheduled)

    def move(self, now):
        self.loop.now = now
        self.before = self.loop.latest

    def order(self, tied, due, ready, was_late):
        """Adds timers with one deadline to what is due, in the order in which they are popped."""
        may_be_late = tied[0]._when == self.loop.now and self.loop.latest == self.before
        may_be_late = may_be_late and not any(handle.given for handle in tied)
        latest = -1
        on_time = not was_late  # the first is what the clock has come here for
        while tied:
            first = tied[0].place
            n = 1
            while n < len(tied) and not self.gone_on(first, tied[n].place):
                n += 1
            gone_on = self.may_go_on(first)
            late = may_be_late and not on_time and gone_on > latest and (ready or due)
            pick = self.choices.choose(TIE, n + 1 if late else n)
            if pick == n:
                self.late = tied
                if latest >= 0:
                    self.later.add(gone_on)
                return
            if pick:
                self.same.append((first, tied[pick].place))
            latest = max(latest, tied[pick].place)
            on_time = False
            due.append(tied.pop(pick))

    def gone_on(self, first, last):
        """Whether the clock is known to have gone on between two settings of a timer."""
        return any(first < place <= last for place in self.later)

    def may_go_on(self, place):
        """The last setting of a timer, at most this one, before which the clock may have gone on."""
        while starts := [first for first, last in self.same if first < place <= last]:
            place = min(starts)
        return place
