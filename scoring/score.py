"""Compare the published findings with the planted truth: precision, recall, money error per control.

A bill is rounded line by line, so that usage worth a tenth of a cent can make a bill wrong by a whole one, or by none:
a single cent that stands on one side only is counted as money, not as a fault or finding of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from concord.settings import Settings
from scoring.ledger import Found, Planted, active_controls, read_findings, read_ledger
from scoring.matching import candidates, units

OVERALL = "all"
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class ControlScore:
    """How one control did. A ratio is None when there is nothing to divide by."""

    control_id: str
    faults: int
    findings: int
    matched_faults: int
    matched_findings: int
    precision: float | None  # matched findings / findings
    recall: float | None  # matched faults / faults
    true_amount: Decimal
    found_amount: Decimal
    money_error: float | None  # sum over things and periods of |found - true|, / true amount
    signed_error: float | None  # (found - true) / true
    days_to_detect: float | None = None  # median, from the end of the fault's period to the build that found it first


@dataclass(frozen=True)
class FalseFinding:
    """A finding that no planted fault explains, and the distractors that it fell for."""

    finding: Found
    distractors: tuple[Planted, ...]


@dataclass(frozen=True)
class AmountDifference:
    """A thing that was found, with another amount than the true one."""

    faults: tuple[Planted, ...]
    findings: tuple[Found, ...]
    true_amount: Decimal
    found_amount: Decimal


@dataclass
class Scoring:
    """The whole comparison."""

    controls: list[ControlScore] = field(default_factory=list)
    overall: ControlScore | None = None
    missed: list[Planted] = field(default_factory=list)
    false: list[FalseFinding] = field(default_factory=list)
    differences: list[AmountDifference] = field(default_factory=list)


def score(settings: Settings) -> list[ControlScore]:
    """Scores per control, in order of control.

    Raises ConcordError when there is no ledger or nothing is published.
    """
    return compare_published(settings).controls


def compare_published(settings: Settings) -> Scoring:
    """The published findings against the operator's ledger, with everything that didn't fit."""
    return compare(read_ledger(settings), read_findings(settings), active_controls(settings))


def compare(ledger: Sequence[Planted], found: Sequence[Found], controls: Sequence[str] = ()) -> Scoring:
    """Findings against ledger rows; controls are listed even when they have neither."""
    faults = [row for row in ledger if row.kind == "fault"]
    distractors = [row for row in ledger if row.kind != "fault"]
    planted_by: dict[tuple[str, str], list[Planted]] = defaultdict(list)
    found_by: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for fault in faults:
        planted_by[fault.control_id or "", fault.direction or ""].append(fault)
    for finding in found:
        found_by[finding.control_id, finding.direction].append(finding)
    groups_by: dict[str, list[tuple[list[Planted], list[Found]]]] = {control: [] for control in controls}
    for key in planted_by.keys() | found_by.keys():
        groups_by.setdefault(key[0], []).extend(units(planted_by[key], found_by[key]))
    result = Scoring()
    for control in sorted(groups_by):
        result.controls.append(_control_score(control, groups_by[control]))
        _collect(result, groups_by[control], distractors)
    result.overall = _control_score(OVERALL, [group for groups in groups_by.values() for group in groups])
    result.missed.sort(key=lambda row: (row.control_id or "", -row.amount, row.fault_id))
    result.false.sort(key=lambda row: (row.finding.control_id, -row.finding.amount, row.finding.finding_id))
    result.differences.sort(key=lambda row: (row.faults[0].control_id or "", -abs(row.found_amount - row.true_amount)))
    return result


def _control_score(control: str, groups: Sequence[tuple[list[Planted], list[Found]]]) -> ControlScore:
    faults = sum(len(planted) for planted, found in groups if found or not _is_a_cent(planted))
    findings = sum(len(found) for planted, found in groups if planted or not _is_a_cent(found))
    matched_faults = sum(len(planted) for planted, found in groups if found)
    matched_findings = sum(len(found) for planted, found in groups if planted)
    true_amount = sum((_amount(planted) for planted, _ in groups), Decimal(0))
    found_amount = sum((_amount(found) for _, found in groups), Decimal(0))
    wrong = sum((abs(_amount(found) - _amount(planted)) for planted, found in groups), Decimal(0))
    return ControlScore(
        control_id=control,
        faults=faults,
        findings=findings,
        matched_faults=matched_faults,
        matched_findings=matched_findings,
        precision=_ratio(matched_findings, findings),
        recall=_ratio(matched_faults, faults),
        true_amount=true_amount,
        found_amount=found_amount,
        money_error=_ratio(wrong, true_amount),
        signed_error=_ratio(found_amount - true_amount, true_amount),
        days_to_detect=_days_to_detect(groups),
    )


def _days_to_detect(groups: Sequence[tuple[list[Planted], list[Found]]]) -> float | None:
    """Median over the faults that were found. A fault that is found before its period has ended took no time."""
    days = []
    for planted, found in groups:
        seen = [row.first_seen_at.date() for row in found if row.first_seen_at]
        if seen:
            days += [max((min(seen) - row.period_end).days, 0) for row in planted if row.period_end]
    return median(days) if days else None


def _collect(
    result: Scoring, groups: Sequence[tuple[list[Planted], list[Found]]], distractors: Sequence[Planted]
) -> None:
    false = [finding for planted, found in groups if not planted and not _is_a_cent(found) for finding in found]
    fell_for: dict[str, list[Planted]] = defaultdict(list)
    for finding, row in candidates(distractors, false):
        fell_for[finding.finding_id].append(row)
    result.false += [FalseFinding(finding, tuple(fell_for[finding.finding_id])) for finding in false]
    for planted, found in groups:
        if not found and not _is_a_cent(planted):
            result.missed += planted
        elif planted and found and abs(_amount(found) - _amount(planted)) >= _CENT:
            result.differences.append(AmountDifference(tuple(planted), tuple(found), _amount(planted), _amount(found)))


def _is_a_cent(rows: Sequence[Planted] | Sequence[Found]) -> bool:
    return _amount(rows) == _CENT


def _amount(rows: Sequence[Planted] | Sequence[Found]) -> Decimal:
    return sum((row.amount for row in rows), Decimal(0))


def _ratio(part: Decimal | int, whole: Decimal | int) -> float | None:
    """None for 0 / 0; infinite when something stands over nothing."""
    if whole:
        return float(part / whole)
    return None if not part else float("inf")
