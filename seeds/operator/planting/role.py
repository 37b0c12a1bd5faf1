"""One kind of fault or distractor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """One kind of fault or distractor.

    ``per_5000`` is how many subjects 5,000 customers get; ``at_least`` how many a small operator gets.
    """

    code: str
    control: str
    kind: str
    per_5000: int
    at_least: int
    description: str

    @property
    def fault_type(self) -> str:
        return self.code.split(".", 1)[1]

    def count(self, customers: int) -> int:
        return max(self.at_least, round(self.per_5000 * customers / 5000))


def fault(code: str, per_5000: int, at_least: int, description: str, kind: str = "fault") -> Role:
    return Role(code, code.split(".", 1)[0], kind, per_5000, at_least, description)


def honest(code: str, per_5000: int, at_least: int, description: str) -> Role:
    return fault(code, per_5000, at_least, description, "distractor")
