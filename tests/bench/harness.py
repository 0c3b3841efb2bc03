"""Interleaved rounds, medians, and the table that is printed."""

from __future__ import annotations

import gc
import resource
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection

ROUNDS = 7


@dataclass(frozen=True)
class Line:
    """One finding. `target` None: for information. `at_least`: more is better. `detail` holds absolute figures."""

    goal: str
    what: str
    value: float
    unit: str = "x"
    target: float | None = None
    at_least: bool = False
    detail: str = ""

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        reached = self.value >= self.target if self.at_least else self.value <= self.target
        return "ok" if reached else "over"

    @property
    def wanted(self) -> str:
        if self.target is None:
            return "-"
        return f"{'>=' if self.at_least else '<='} {self.target:g}{self.unit}"


def spent() -> float:
    """Seconds of processor this process and its finished children have used; on PostgreSQL, whose work is done
    elsewhere, seconds on the clock."""
    if connection.vendor == "postgresql":
        return time.perf_counter()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def compare(methods: dict[str, Callable[[], object]], *, rounds: int = ROUNDS, repeat: int = 1) -> dict[str, float]:
    """Median seconds of each method, one after the other in every round; `repeat` times per round for short ones."""
    for method in methods.values():
        method()  # templates parsed, modules loaded, caches warm: on both sides
    taken: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(rounds):
        for name, method in methods.items():
            gc.collect()
            begun = spent()
            for _ in range(repeat):
                method()
            taken[name].append((spent() - begun) / repeat)
    return {name: statistics.median(times) for name, times in taken.items()}


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def peak_mb(work: Callable[[], object]) -> float:
    """MiB that Python holds at most during `work`, beyond what it held before."""
    work()
    gc.collect()
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


def show(lines: Iterable[Line]) -> None:
    """Print each line as it is found."""
    print(f"{'goal':<6}{'what':<76}{'value':>9}  {'wanted':<11}{'':<7}measured", flush=True)
    for line in lines:
        value = f"{line.value:.2f}{line.unit}"
        print(f"{line.goal:<6}{line.what:<76}{value:>9}  {line.wanted:<11}{line.verdict:<7}{line.detail}", flush=True)
