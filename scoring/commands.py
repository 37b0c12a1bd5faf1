"""``concord score``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
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
    identity_floors: Annotated[
        bool, typer.Option("--identity-floors", help="Fail when identity is below what it must reach.")
    ] = False,
    update: Annotated[
        Path | None, typer.Option("--update", help="A document whose tables, between its marks, are written anew.")
    ] = None,
) -> None:
    """Compare the published findings and identities with the synthetic operator's truth."""
    from concord.errors import ConcordError
    from concord.settings import load_settings
    from scoring.floors import Floors, failures, identity_failures
    from scoring.identity import score_identity
    from scoring.output import as_json, print_tables
    from scoring.score import compare_published

    settings = load_settings()
    result = compare_published(settings)
    identity = score_identity(settings)
    if output_format is Format.json:
        typer.echo(as_json(result, details, identity))
    else:
        print_tables(result, details, identity)
    if update is not None:
        from scoring.document import update_document

        update_document(update, settings, result, identity)
    missed = failures(result.controls, Floors(floor_precision, floor_recall, ceiling_money_error))
    if identity_floors:
        missed += identity_failures(identity)
    if missed:
        raise ConcordError("the score misses its floor: " + "; ".join(missed), hint="--details lists what is wrong")
