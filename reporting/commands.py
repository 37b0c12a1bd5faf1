"""``concord status`` and ``concord explain``. ``concord report`` is in orchestration, which can rebuild a past one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from concord.settings import Settings


class Format(StrEnum):
    """How the status is written."""

    table = "table"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command("status")(status)
    app.command("explain")(explain)


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
        typer.Argument(help="customer, billing_account, product, service, resource or finding; or an ID alone."),
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
    """Why a customer (service …) is what it is: records, links, decisions, values. Why a finding is: its arithmetic."""
    from concord.settings import load_settings
    from reporting.explain.entities import ENTITIES
    from reporting.explain.read import read_explanation
    from reporting.finding import is_finding

    settings = load_settings()
    if subject is not None and key is None and subject not in ENTITIES and subject != "finding":
        # An ID alone says itself what it is of.
        subject, key = None, subject
    if subject == "finding" or (subject is None and key is not None and is_finding(settings, key, snapshot)):
        _explain_finding(settings, key, snapshot, as_json)
        return
    found = read_explanation(settings, subject, key, record_id=record, snapshot=snapshot)
    if as_json:
        typer.echo(found.as_json())
        return
    from reporting.explain.tables import print_explanation

    print_explanation(found)


def _explain_finding(settings: Settings, finding_id: str | None, snapshot: int | None, as_json: bool) -> None:
    from concord.errors import ConcordError
    from reporting.finding import read_finding
    from reporting.finding_tables import print_finding

    if finding_id is None:
        raise ConcordError("which finding?", hint="concord explain finding <ID>; the report lists the IDs")
    found = read_finding(settings, finding_id, snapshot)
    if as_json:
        typer.echo(found.as_json())
    else:
        print_finding(found)
    if found.agrees is False:
        raise ConcordError(
            f"the arithmetic gives {found.executed_amount}, the finding says {found.amount}",
            hint="control and steps disagree: this is a fault of the platform",
        )
