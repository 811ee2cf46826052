"""Whether a clock that only goes forward could have read what a run with picks makes it read."""


class Clock:
    """The readings of a clock whose whole units are the run's time, and what the run says of the rest.

    A timer's deadline has the rest of the reading that it was computed from. So a timer that comes before another with
    the same deadline says that its reading's rest is no greater, and one that comes too late for an iteration that it is
    greater than that of the reading by which the iteration pops its timers. At one time, every reading has a rest no
    smaller than the one before.
    """

    def __init__(self):
        self.time = None
        self.edges = []  # of each reading: those with a rest that is no smaller
        self.greater = []  # pairs of a reading and one with a greater rest

    def read(self, time):
        """The number of a new reading."""
        n = len(self.edges)
        self.edges.append([])
        if time == self.time:
            self.edges[n - 1].append(n)
        self.time = time
        return n

    def popped(self, now, due, late):
        """An iteration at the time now pops what is due, in that order, and not what comes too late."""
        reading = self.read(now)
        before = None
        for handle in due:
            if before and before._when == handle._when:
                self.edges[before.reading].append(handle.reading)
            before = handle
            if handle._when == now:
                self.edges[handle.reading].append(reading)
        self.greater += ((reading, handle.reading) for handle in late)

    def possible(self):
        return not any(self.reaches(greater, less) for less, greater in self.greater)

    def reaches(self, a, b):
        seen, left = {a}, [a]
        while left:
            for n in self.edges[left.pop()]:
                if n == b:
                    return True
                if n not in seen:
                    seen.add(n)
                    left.append(n)
        return False
