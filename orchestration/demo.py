"""``concord demo``: the synthetic operator, its servers, and one refresh of the lake from them, up to the score."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from concord import published
from concord.settings import Settings, load_settings
from orchestration.pipeline import refresh
from orchestration.progress import Progress, Step, timed
from reporting.leakage import ReportPaths, write_report
from scoring.score import ControlScore, score
from seeds.operator.generate import VERSION, generate
from seeds.operator.serve import running

START = date(2026, 7, 1)
_PARAMETERS = "demo.json"


@dataclass(frozen=True)
class Parameters:
    """What the synthetic operator is made from; the same parameters make the same operator."""

    customers: int
    months: int
    events: int
    seed: int


@dataclass(frozen=True)
class ControlResult:
    """One control's open findings, in the currency of the lake, beside its score."""

    control_id: str
    name: str
    findings: int
    under_amount: Decimal
    over_amount: Decimal
    currency_code: str
    score: ControlScore | None


@dataclass(frozen=True)
class Demo:
    """What the demo ends with."""

    settings_file: Path
    controls: list[ControlResult]
    report: ReportPaths
    data_docs: Path
    seconds: float


def run_demo(folder: Path, parameters: Parameters, progress: Progress) -> Demo:
    """Make the operator if it isn't there yet, serve it, refresh the lake, write the report, score it.

    A second run on the same folder keeps operator and lake, and pulls what is new. Other parameters make another
    operator, which gets a lake of its own: the folder's previous one is removed.
    """
    started = time.monotonic()
    operator = folder.resolve() / "operator"
    make_operator(folder.resolve(), operator, parameters, progress)
    with ExitStack() as stack:
        with timed(progress, "servers", "PostgreSQL, TM Forum APIs, files") as step:
            settings_file = stack.enter_context(running(operator, lake=folder / "lake", reports=folder / "reports"))
            step.detail = "PostgreSQL, TM Forum APIs and files answer"
        settings = load_settings(settings_file)
        refresh(settings, progress)
    with timed(progress, "report") as step:
        report = write_report(settings)
        step.detail = "workbook and page"
    with timed(progress, "score") as step:
        scores = score(settings)
        step.detail = f"{len(scores)} controls against the planted truth"
    return Demo(
        settings_file=settings_file,
        controls=read_controls(settings, scores),
        report=report,
        data_docs=settings.checks / "data_docs" / "index.html",
        seconds=time.monotonic() - started,
    )


def make_operator(folder: Path, operator: Path, parameters: Parameters, progress: Progress) -> None:
    """Generate the operator, unless the one that is there was made whole from the same parameters."""
    marker = folder / _PARAMETERS
    wanted = {**vars(parameters), "start": START.isoformat(), "operator_version": VERSION}
    if _read(marker) == wanted:
        progress(Step("operator", "done", f"as before: {parameters.customers:,} customers, seed {parameters.seed}"))
        return
    # Cases are about one operator's findings: they go with its lake.
    for old in (operator, folder / "lake", folder / "lake-state", folder / "reports"):
        if marker.exists() or old == operator:
            shutil.rmtree(old, ignore_errors=True)
    marker.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    with timed(progress, "operator") as step:
        generate(
            operator,
            **vars(parameters),
            start=START,
            progress=lambda message: progress(Step("operator", "running", str(message))),
        )
        step.detail = f"{parameters.customers:,} customers, {parameters.months} months, seed {parameters.seed}"
    # Written last: an operator that was cut short is made again.
    marker.write_text(json.dumps(wanted), encoding="utf-8")


def read_controls(settings: Settings, scores: list[ControlScore]) -> list[ControlResult]:
    """Per active control: open findings and their money, as published, with its score."""
    by_control = {each.control_id: each for each in scores}
    with published.connect_reader(settings) as lake:
        rows = lake.execute(
            """
            select
                control.control_id,
                control.name,
                coalesce(sum(summary.findings), 0),
                coalesce(sum(case when summary.direction = 'under' then summary.amount end), 0),
                coalesce(sum(case when summary.direction = 'over' then summary.amount end), 0),
                coalesce(max(summary.currency_code), '')
            from marts_revenue_assurance.control_coverage as control
            left join marts_revenue_assurance.leakage_summary as summary on control.control_id = summary.control_id
            where control.status = 'active'
            group by control.control_id, control.name
            order by control.control_id
            """
        ).fetchall()
    return [ControlResult(*row, score=by_control.get(row[0])) for row in rows]


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
