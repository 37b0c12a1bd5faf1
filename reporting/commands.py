"""``concord report`` and ``concord status``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """How the status is written."""

    table = "table"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command("report")(report)
    app.command("status")(status)


def report(
    period: Annotated[
        str | None,
        typer.Option("--period", "-p", help="A month (2026-07) or a range (2026-07_2026-09); else all there are."),
    ] = None,
) -> None:
    """Write the leakage report: a workbook and one self-contained page."""
    from concord.settings import load_settings
    from reporting.leakage import write_report

    paths = write_report(load_settings(), period)
    typer.echo(f"workbook  {paths.workbook}")
    typer.echo(f"page      {paths.page}")


def status(
    output_format: Annotated[Format, typer.Option("--format", "-f", help="How to write it.")] = Format.table,
) -> None:
    """Loads with their age, freshness, checks, quarantined rows, the last publication."""
    from concord.settings import load_settings
    from reporting.status import read_status

    found = read_status(load_settings())
    if output_format is Format.json:
        typer.echo(found.as_json())
        return
    from reporting.status_table import print_status

    print_status(found)
