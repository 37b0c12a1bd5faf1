"""``concord demo``, ``refresh``, ``build``, ``check``, ``dev``. What is slow to import is imported by its command."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from concord.errors import ConcordError
from concord.settings import SETTINGS_VARIABLE, Settings, load_settings

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.demo import Demo

SettingsFile = Annotated[
    Path | None, typer.Option("--settings", "-s", help="Settings file; else $CONCORD_SETTINGS, else ./concord.yml.")
]
AcceptShrink = Annotated[
    bool, typer.Option("--accept-shrink", help="Publish even when tables hold far fewer rows than before.")
]


class Edge(StrEnum):
    """Which checks to run."""

    landing = "landing"
    published = "published"
    all = "all"


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command("demo")(demo)
    app.command("refresh")(refresh)
    app.command("build")(build)
    app.command("check")(check)
    app.command("report")(report)
    app.command("dev")(dev)


def demo(
    customers: Annotated[int, typer.Option(min=1, help="Customers of both companies.")] = 5000,
    months: Annotated[int, typer.Option(min=1, help="Months of usage.")] = 3,
    events: Annotated[int, typer.Option(min=0, help="Usage events, roughly.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same operator.")] = 42,
    folder: Annotated[Path, typer.Option("--folder", "-f", help="Where operator, lake and reports live.")] = Path(
        "var/demo"
    ),
) -> None:
    """Synthetic operator → ingestion → checks → dbt → publication → leakage report, and how well it did."""
    from orchestration.demo import Parameters, run_demo
    from orchestration.display import console, shown

    out = console()
    with shown(out) as progress:
        result = run_demo(folder, Parameters(customers, months, events, seed), progress)
    _print_summary(out, result)


def refresh(settings: SettingsFile = None, accept_shrink: AcceptShrink = False) -> None:
    """Ingest every source, check, build, check, publish."""
    from orchestration.display import console, shown
    from orchestration.pipeline import refresh as refresh_lake

    with shown(console()) as progress:
        refresh_lake(_settings(settings), progress, accept_shrink=accept_shrink)


def build(
    settings: SettingsFile = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Only loads that had finished by then count (ISO 8601, UTC).")
    ] = None,
    accept_shrink: AcceptShrink = False,
) -> None:
    """Build everything from what has landed, check it, publish it."""
    from orchestration.display import console, shown
    from orchestration.pipeline import build as build_lake

    with shown(console()) as progress:
        build_lake(_settings(settings), progress, as_of=as_of, accept_shrink=accept_shrink)


def report(
    period: Annotated[
        str | None,
        typer.Option("--period", "-p", help="A month (2026-07) or a range (2026-07_2026-09); else all there are."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="The report as it was at this instant (2026-10-01T08:00Z), whatever came since."),
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Write the leakage report: a workbook, one self-contained page and a page per finding."""
    from orchestration.display import console, shown
    from orchestration.past_report import write_report_as_of
    from reporting.leakage import write_report

    if as_of is None:
        paths = write_report(_settings(settings), period)
    else:
        with shown(console()) as progress:
            paths = write_report_as_of(_settings(settings), as_of, period, progress)
    typer.echo(f"workbook  {paths.workbook}")
    typer.echo(f"page      {paths.page}")


def check(
    edge: Annotated[Edge, typer.Argument(help="The latest loads, the last build, or both.")] = Edge.all,
    system: Annotated[str | None, typer.Option(help="Only this system's loads.")] = None,
    every: Annotated[bool, typer.Option("--every", help="List what passed, too.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Check what is there against what was promised; fails when a blocking promise is broken."""
    from expectations import landing
    from ingestion.run import source_of
    from orchestration.build_state import build_lock
    from orchestration.display import check_lines, console
    from orchestration.pipeline import check_build

    chosen, out = _settings(settings), console()
    if system:
        source_of(system)
    results = []
    if edge in (Edge.landing, Edge.all):
        results += landing.check(chosen, system=system)
    if edge is Edge.published or (edge is Edge.all and chosen.workspace.is_file()):
        with build_lock(chosen):
            results += check_build(chosen)
    if not results:
        raise ConcordError("there is nothing to check yet", hint="run 'concord ingest' first")
    failed = [result for result in results if not result.success]
    for text in check_lines(results, every):
        out.print(text)
    blocking = sum(result.is_blocking for result in failed)
    out.print(
        f"{len(results) - len(failed)} of {len(results)} checks passed, {len(failed) - blocking} warnings, "
        f"{blocking} blocking; details in {chosen.checks / 'data_docs' / 'index.html'}"
    )
    if blocking:
        raise typer.Exit(1)


def dev(
    port: Annotated[int, typer.Option(help="Port of Dagster's pages.")] = 3000, settings: SettingsFile = None
) -> None:
    """Open Dagster's pages on the lake; a demo's servers run as long. Ctrl-C stops everything."""
    from orchestration.development import serve_dagster

    code = serve_dagster(_settings(settings), port)
    if code not in (0, 130, -2):
        raise ConcordError(f"dagster ended with code {code}", hint="its messages stand above")


def _settings(file: Path | None) -> Settings:
    """The command's own --settings wins over that before the command; what is started must see the same."""
    if file is not None:
        os.environ[SETTINGS_VARIABLE] = str(file)
    return load_settings()


def _print_summary(out: Console, result: Demo) -> None:
    from rich.table import Table

    currency = next((row.currency_code for row in result.controls if row.currency_code), "")
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("control", no_wrap=True)
    for name in ("findings", f"under {currency}", f"over {currency}", "precision", "recall"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in result.controls:
        table.add_row(
            f"{row.control_id} {row.name}",
            f"{row.findings:,}",
            f"{row.under_amount:,.2f}",
            f"{row.over_amount:,.2f}",
            *(_percent(getattr(row.score, name, None)) for name in ("precision", "recall")),
        )
    table.add_row(
        "all",
        f"{sum(row.findings for row in result.controls):,}",
        f"{sum(row.under_amount for row in result.controls):,.2f}",
        f"{sum(row.over_amount for row in result.controls):,.2f}",
        style="bold",
    )
    out.print("\nWhat leaks (money missing, money overcharged), and how it compares with the planted truth:")
    out.print(table)
    out.print()
    places = {
        "workbook": result.report.workbook,
        "page": result.report.page,
        "checks": result.data_docs,
        "settings": result.settings_file,
    }
    for name, place in places.items():
        out.print(f"{name:<10}{_short(place)}")
    out.print(f"\n{result.seconds:.0f} s. Next: 'make app' for cases, 'make sql' to query, 'make dev' for Dagster.")


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.1%}"


def _short(path: Path) -> str:
    """Relative to where the user stands, when it lies below."""
    path = Path(path).resolve()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
