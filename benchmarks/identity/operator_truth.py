"""How right the whole platform is on the synthetic operator: identity, and what controls gain from it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from benchmarks.identity.run import Options
from benchmarks.lakes import Size, build, copied, ingested, operator_of
from benchmarks.report import Report, count, share
from concord.settings import Settings
from scoring.identity import CUSTOMERS, USAGE, IdentityScore, score_identity
from scoring.score import ControlScore, compare_published

# (precision, recall) that the operator's default noise must allow.
LIMITS = {CUSTOMERS: (0.995, 0.97), USAGE: (0.999, 0.999)}


def operator_table(report: Report, options: Options) -> None:
    """Published customers, services, usage and resources against the operator's truth."""
    size = _size(options)
    scores = score_identity(_published(options.scratch, size, True))
    rows = [
        (
            f"{score.name} ({score.unit})",
            *map(count, (score.true, score.found, score.correct)),
            *map(share, (score.precision, score.recall, score.f1, score.purity)),
        )
        for score in scores
    ]
    report.table(
        f"operator: {size.customers:,} customers, {size.months} months, {size.events:,} events, seed {size.seed}",
        ("what", "true", "found", "correct", "precision", "recall", "F1", "purity"),
        rows,
    )
    for score in scores:
        if score.name in LIMITS:
            report.least(f"operator, {score.name}, precision", score.precision, LIMITS[score.name][0])
            report.least(f"operator, {score.name}, recall", score.recall, LIMITS[score.name][1])


def controls_table(report: Report, options: Options) -> None:
    """Each control without probabilistic links, and with them: one operator, one set of loads, two lakes."""
    size = _size(options)
    before, after = (_published(options.scratch, size, probabilistic) for probabilistic in (False, True))
    scores = {row.control_id: row for row in _controls(before)}
    rows = []
    for row in _controls(after):
        old = scores.get(row.control_id)
        rows.append(
            (
                row.control_id,
                count(row.faults),
                _change(old and old.precision, row.precision),
                _change(old and old.recall, row.recall),
                _change(old and old.money_error, row.money_error),
            )
        )
        if old and old.precision is not None:
            report.least(f"control {row.control_id}, precision with probabilistic links", row.precision, old.precision)
        if old and old.recall is not None:
            report.least(f"control {row.control_id}, recall with probabilistic links", row.recall, old.recall)
    old_identity, new_identity = (_by_name(score_identity(settings)) for settings in (before, after))
    for name, new in new_identity.items():
        old_score = old_identity[name]
        change = (_change(old_score.precision, new.precision), _change(old_score.recall, new.recall))
        rows.append((name, count(new.true), *change, "–"))
    report.table(
        f"without → with probabilistic links: operator of {size.customers:,} customers, seed {size.seed}",
        ("control", "faults", "precision", "recall", "money error"),
        rows,
        "Below the controls: identity itself, with true pairs (links, events) in place of faults.",
    )


def _size(options: Options) -> Size:
    return Size(options.customers, options.months, options.events, options.seed)


@cache
def _loaded(folder: Path, size: Size) -> Settings:
    return ingested(operator_of(folder, size), folder / f"loaded-{size.seed}")


@cache
def _published(folder: Path, size: Size, is_probabilistic: bool) -> Settings:
    lake = folder / f"published-{'with' if is_probabilistic else 'without'}-{size.seed}"
    settings = copied(_loaded(folder, size), lake)
    build(settings, {"identity_is_probabilistic": is_probabilistic})
    return settings


def _controls(settings: Settings) -> list[ControlScore]:
    scoring = compare_published(settings)
    return [*scoring.controls, *([scoring.overall] if scoring.overall else [])]


def _by_name(scores: list[IdentityScore]) -> dict[str, IdentityScore]:
    return {score.name: score for score in scores}


def _change(before: float | None, after: float | None) -> str:
    return f"{share(before)} → {share(after)}"
