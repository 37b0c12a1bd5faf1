"""``concord score``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """How the score is written."""

    table = "table"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add this room's command."""
    app.command("score")(score_command)


def score_command(
    output_format: Annotated[Format, typer.Option("--format", "-f", help="How to write the score.")] = Format.table,
    details: Annotated[
        bool, typer.Option("--details", help="List missed faults, false findings and wrong amounts.")
    ] = False,
    floor_precision: Annotated[float | None, typer.Option(help="Fail when a control's precision is lower.")] = None,
    floor_recall: Annotated[float | None, typer.Option(help="Fail when a control's recall is lower.")] = None,
    ceiling_money_error: Annotated[
        float | None, typer.Option(help="Fail when a control's money error is higher.")
    ] = None,
) -> None:
    """Compare the published findings with the synthetic operator's planted truth."""
    from concord.errors import ConcordError
    from concord.settings import load_settings
    from scoring.floors import Floors, failures
    from scoring.output import as_json, print_tables
    from scoring.score import compare_published

    result = compare_published(load_settings())
    if output_format is Format.json:
        typer.echo(as_json(result, details))
    else:
        print_tables(result, details)
    missed = failures(result.controls, Floors(floor_precision, floor_recall, ceiling_money_error))
    if missed:
        raise ConcordError("the score misses its floor: " + "; ".join(missed), hint="--details lists what is wrong")
