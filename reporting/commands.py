"""``concord report``, ``concord status`` and ``concord explain``."""

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
    app.command("explain")(explain)


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


def explain(
    subject: Annotated[
        str | None,
        typer.Argument(help="customer, billing_account, product, service or resource; or an ID alone."),
    ] = None,
    key: Annotated[str | None, typer.Argument(metavar="[ID]", help="Our ID, of today or of any time.")] = None,
    record: Annotated[
        str | None, typer.Option("--record", "-r", help="A source record instead of an ID: billing:account:A000123.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    snapshot: Annotated[
        int | None, typer.Option("--snapshot", min=1, help="Explain an earlier published state.")
    ] = None,
) -> None:
    """Why a customer (or service …) is what it is: records, links with evidence, decisions, values and who won."""
    from concord.settings import load_settings
    from reporting.explain.entities import ENTITIES
    from reporting.explain.read import read_explanation

    if subject is not None and key is None and subject not in ENTITIES:
        # An ID alone says itself what it is of.
        subject, key = None, subject
    found = read_explanation(load_settings(), subject, key, record_id=record, snapshot=snapshot)
    if as_json:
        typer.echo(found.as_json())
        return
    from reporting.explain.tables import print_explanation

    print_explanation(found)
