"""The numbers for Prometheus: grades by ending, how long they took, and how much waits. No answer is ever in them."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from app.grading.verdict import Verdict
from app.sandbox.job import Ending

SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)


class Metrics:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._grades = Counter("selfgrad_grades", "Answers graded", ["kind", "ending"], registry=self._registry)
        self._seconds = Histogram(
            "selfgrad_grade_seconds", "From handed in to graded", ["kind"], buckets=SECONDS, registry=self._registry
        )
        for ending in Ending:
            self._grades.labels("code", ending.value)

    def watch(self, name: str, says: str, value: Callable[[], float]) -> None:
        Gauge(name, says, registry=self._registry).set_function(value)

    def graded(self, verdict: Verdict, seconds: float) -> None:
        self._grades.labels(verdict.kind, verdict.ending.value).inc()
        self._seconds.labels(verdict.kind).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self._registry)
