"""How fast do the usage controls go through many events, re-rating included?

    python -m benchmarks.leakage [--events 20000000 100000000] [--scratch FOLDER]

A small operator is ingested and built by the pipeline; its workspace is then multiplied (manyfold.py), and dbt runs the
models of the controls that read usage events (models.py) against it, one after another. The measure is a bare DuckDB
join of the same two event tables in the same run. Every build goes over all events: a further day costs what all days
do. Ends with exit code 1 and a line per limit missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks import process
from benchmarks.lakes import Size, build, ingested, operator_of
from benchmarks.leakage.manyfold import multiply
from benchmarks.leakage.models import Plan, control_of, plan
from benchmarks.report import Report, count, seconds
from concord.engine import connect
from concord.settings import Settings, load_settings
from orchestration.dbt_runner import run_dbt, target_folder

MOST_OF_A_BARE_JOIN = 6
MOST_MEGABYTES = 6_000
MEMORY_LIMIT = "4GB"


def main() -> None:
    """Print the table for each number of events."""
    from concord import telemetry

    telemetry.disable()
    chosen = _arguments()
    report = Report()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = (chosen.scratch or Path(temporary)).resolve()
        scratch.mkdir(parents=True, exist_ok=True)
        original = _original(scratch, Size(chosen.customers, chosen.months, chosen.base_events, chosen.seed))
        models = plan(target_folder(original) / "manifest.json")
        for events in chosen.events:
            _measure(report, original, models, scratch / f"manyfold-{events}", events)
    for line in report.missed:
        report.console.print(f"missed: {line}", soft_wrap=True)
    if report.missed:
        raise SystemExit(1)
    report.console.print(f"all {report.held} limits held")


def run_models(settings_file: str, models: list[str]) -> dict:
    """Run these models one after another; the seconds of each. A task for a process of its own."""
    settings = load_settings(Path(settings_file))
    os.environ["CONCORD_MEMORY_LIMIT"] = MEMORY_LIMIT
    run = run_dbt(settings, ["run", "--threads", "1", "--select", *models])
    return {"models": {event.name.rpartition(".")[2]: event.seconds for event in run.events}}


def _original(scratch: Path, size: Size) -> Settings:
    """The small operator's lake, built; made when it isn't there yet."""
    lake = scratch / "original"
    settings_file = lake.with_suffix(".yml")
    done = scratch / "original.done"
    if not done.exists():
        shutil.rmtree(lake, ignore_errors=True)
        build(ingested(operator_of(scratch, size), lake))
        done.touch()
    return load_settings(settings_file)


def _measure(report: Report, original: Settings, models: Plan, folder: Path, events: int) -> None:
    settings, rows = _multiplied(original, models, folder, events)
    task = "benchmarks.leakage.joins:bare_join"
    arguments = {"workspace": str(settings.workspace), "memory_limit": MEMORY_LIMIT}
    joins = [process.measured(task, **arguments)]
    full = process.measured(
        "benchmarks.leakage.run:run_models", settings_file=str(settings.file), models=models.measured
    )
    joins.append(process.measured(task, **arguments))
    join = min(each["seconds"] for each in joins)
    counted = min(each["counted"] for each in joins)

    taken: dict[str, float] = defaultdict(float)
    for model, spent in full["models"].items():
        taken[control_of(model) or model] += spent
    whole = sum(taken.values())
    lines = [
        [name, seconds(spent), f"{spent / whole:.1%}", f"{spent / join:.2f}"]
        for name, spent in sorted(taken.items(), key=lambda item: -item[1])
    ]
    lines.append(["all", seconds(whole), "100.0%", f"{whole / join:.2f}"])
    report.table(
        f"Usage controls over {count(rows['core.fct_usage'])} events,"
        f" {count(rows['core.fct_rated_usage'])} of them rated",
        ["control, or model of several", "s", "share", "× bare join"],
        lines,
        f"bare join of the two event tables: {seconds(join)} s written as a table, {seconds(counted)} s only counted;"
        f" the controls take {whole / counted:.1f} × the latter",
        f"most memory: {count(full['megabytes'])} MB (bare join {count(max(each['megabytes'] for each in joins))} MB)",
    )
    report.most(
        f"time of all usage controls over {count(events)} events, × bare join", whole / join, MOST_OF_A_BARE_JOIN
    )
    report.most(f"memory over {count(events)} events, MB", full["megabytes"], MOST_MEGABYTES)


def _multiplied(original: Settings, models: Plan, folder: Path, events: int) -> tuple[Settings, dict[str, int]]:
    """A lake folder of its own, with as many copies of the small operator as hold that many usage events."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(target_folder(original), folder / "lake" / target_folder(original).name)
    settings_file = folder / "concord.yml"
    settings_file.write_text(f"lake:\n  folder: {folder / 'lake'}\n", encoding="utf-8")
    settings = load_settings(settings_file)
    shutil.copyfile(original.workspace, settings.workspace)
    (settings.lake_folder / "raw").symlink_to(original.raw, target_is_directory=True)
    with connect(str(settings.workspace)) as connection:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        single = connection.execute("select count(*) from core.fct_usage").fetchone()[0]
        rows = multiply(connection, models.inputs, -(-events // single))
    return settings, rows


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--events", type=int, nargs="+", default=[20_000_000])
    arguments.add_argument("--customers", type=int, default=5_000)
    arguments.add_argument("--months", type=int, default=3)
    arguments.add_argument("--base-events", type=int, default=1_000_000, help="events before they are multiplied")
    arguments.add_argument("--seed", type=int, default=42)
    arguments.add_argument("--scratch", type=Path, help="a folder that stays, so that the next run finds the operator")
    return arguments.parse_args()
