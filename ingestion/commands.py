"""``concord ingest`` and ``concord quarantine``. What is slow to import is imported by its command."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from ingestion.outcomes import LoadOutcome

_STYLES = {"loaded": "green", "unchanged": "dim", "refused": "yellow", "failed": "red"}


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command("ingest")(ingest)
    quarantine = typer.Typer(invoke_without_command=True, help="Rows that could not land: list them, release them.")
    quarantine.callback()(list_quarantine)
    quarantine.command("release")(release)
    app.add_typer(quarantine, name="quarantine")


def ingest(
    systems: Annotated[list[str] | None, typer.Argument(metavar="[SYSTEM]…", help="All by default.")] = None,
    accept_shrink: Annotated[
        list[str] | None,
        typer.Option("--accept-shrink", metavar="ENTITY", help="Take this entity's load even when it shrank sharply."),
    ] = None,
) -> None:
    """Load what the source systems hold; exit code 1 when a load, or a file of one, was not taken."""
    from rich.console import Console
    from rich.live import Live

    from concord.settings import load_settings
    from ingestion.run import ingest as run
    from ingestion.run import source_of

    for system in systems or ():
        source_of(system)  # a typing error is told before anything is shown
    table = _outcome_table()
    outcomes: list[LoadOutcome] = []
    console = Console()
    # A table that grows while one looks on; in a log, it is printed once.
    shown = (
        Live(table, console=console, auto_refresh=False, vertical_overflow="visible") if console.is_terminal else None
    )

    def show(outcome: LoadOutcome) -> None:
        outcomes.append(outcome)
        _add(table, outcome)
        if shown:
            shown.refresh()

    with shown or nullcontext():
        run(load_settings(), systems or None, show, accept_shrink=accept_shrink or ())
    if not shown:
        console.print(table)
    for outcome in outcomes:
        _explain(outcome)
    if any(outcome.has_failed for outcome in outcomes):
        raise typer.Exit(1)


def list_quarantine(
    context: typer.Context,
    system: Annotated[str | None, typer.Option(help="Only this system.")] = None,
    entity: Annotated[str | None, typer.Option(help="Only this entity.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only this reason.")] = None,
    load_id: Annotated[str | None, typer.Option("--load-id", help="Only this load.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Released rows, too.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="Rows to show; the counts are of all.")] = 20,
) -> None:
    """Quarantined rows: how many per reason, and the latest of them."""
    if context.invoked_subcommand:
        return
    import polars as pl
    from rich.console import Console
    from rich.table import Table

    from concord.settings import load_settings
    from ingestion.quarantine import read_quarantine

    rows = read_quarantine(load_settings())
    for name, wanted in (("system", system), ("entity", entity), ("reason", reason), ("load_id", load_id)):
        if wanted is not None:
            rows = rows.filter(pl.col(name) == wanted)
    if not every:
        rows = rows.filter(~pl.col("is_released"))
    console = Console()
    if not len(rows):
        console.print("no quarantined rows")
        return
    counts = Table("system", "entity", "reason", "rows", "released", box=None, header_style="bold")
    grouped = rows.group_by("system", "entity", "reason").agg(pl.len(), pl.col("is_released").sum())
    for row in grouped.sort("system", "entity", "reason").iter_rows():
        counts.add_row(*row[:3], f"{row[3]:,}", f"{row[4]:,}")
    console.print(counts)
    if not limit:
        return
    listed = Table("load", "from", "line", "reason", "detail", "content", box=None, header_style="bold")
    columns = ["load_id", "source_ref", "source_position", "reason", "detail", "content"]
    for row in rows.sort("load_id", descending=True, maintain_order=True).head(limit).select(columns).iter_rows():
        listed.add_row(*(_short(value) for value in row))
    console.print()
    console.print(listed)


def release(
    system: Annotated[str, typer.Argument(help="The system.")],
    entity: Annotated[str, typer.Argument(help="The entity.")],
    load_id: Annotated[str | None, typer.Option("--load-id", help="Only rows of this load.")] = None,
) -> None:
    """Read quarantined rows again by the present rules and land those that now pass."""
    from concord.settings import load_settings
    from ingestion.release import release as run

    result = run(load_settings(), system, entity, load_id)
    typer.echo(f"{result.released:,} of {result.rows:,} rows released, {result.still_bad:,} still bad")
    if result.superseded:
        typer.echo(f"{result.superseded:,} rows belong to loads that a later one has replaced")
    if result.outcome:
        typer.echo(f"load {result.outcome.load_id}")


def _outcome_table() -> Table:
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for name in ("system", "entity", "outcome"):
        table.add_column(name, no_wrap=True)
    for name in ("rows", "quarantined", "files", "seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("reason")
    return table


def _add(table: Table, outcome: LoadOutcome) -> None:
    loaded = sum(file.status == "loaded" for file in outcome.files)
    table.add_row(
        outcome.system,
        outcome.entity,
        f"[{_STYLES[outcome.status]}]{outcome.status}[/]",
        f"{outcome.rows:,}",
        f"{outcome.quarantined_rows:,}" if outcome.quarantined_rows else "",
        f"{loaded:,}" if outcome.files else "",
        f"{outcome.seconds:.1f}",
        outcome.reason or "",
    )


def _explain(outcome: LoadOutcome) -> None:
    """One line and a hint for what was not taken, or should be known."""
    if not outcome.message:
        return
    name = f"{outcome.system} {outcome.entity}"
    word = outcome.status if outcome.status in ("refused", "failed") else "note"
    typer.echo(f"{word}: {name}: {outcome.message}", err=word != "note")
    if outcome.hint:
        typer.echo(f"hint: {outcome.hint}", err=word != "note")


def _short(value: object, width: int = 60) -> str:
    from rich.markup import escape

    text = "" if value is None else str(value)
    return escape(text if len(text) <= width else text[: width - 1] + "…")
