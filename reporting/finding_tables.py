"""``concord explain finding`` for people."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reporting.finding import FindingExplanation, Step
from reporting.page import plain_number

# The rest is in --json: a finding may rest on thousands of events.
STEPS_SHOWN = 25
ROWS_SHOWN = 25


def print_finding(found: FindingExplanation) -> None:
    """The finding, its arithmetic and the rows behind it on standard output."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 180
    row = found.finding
    money = f"{row['amount']:,.2f} {row['currency_code']}"
    way = "money is missing" if row["direction"] == "under" else "customers paid too much"
    console.print(Text(f"{row['control_id']} {row['control_name']}: {money} ({way})", style="bold"))
    console.print(Text(f"{row['finding_id']}  {row['status']}  {row['period_start']} to {row['period_end']}"))
    who = [row["customer_name"], row["account_id_billing"], row["service_number"]]
    if any(who):
        console.print(Text("  ".join(text for text in who if text)))
    console.print(Text(f"rule version {row['rule_version']} ({row['model_name']}): {row['amount_rule']}", style="dim"))
    console.print(Text(f"goes back to {row['root_cause_type']} {row['root_cause_key']}", style="dim"))
    if found.steps:
        console.print(_steps(found))
    else:
        console.print(Text("No longer found: its last figures are kept, its steps are not.", style="yellow"))
    if found.rows:
        console.print(_rows(found))
    for system, entity, key in found.missing[:ROWS_SHOWN]:
        console.print(Text(f"{system}.{entity} {key}: no counted load holds it", style="yellow"))
    if found.agrees is not None:
        verdict = "equal to the finding" if found.agrees else f"NOT the finding's {row['amount']:,.2f}"
        style = "green" if found.agrees else "bold red"
        console.print(
            Text(f"Executed again: {found.executed_amount:,.2f} {row['currency_code']}, {verdict}", style=style)
        )
    console.print(f"Snapshot {found.snapshot_id}; times in UTC.", style="dim")


def with_factors(step: Step) -> str:
    """The factors as a person writes them: monthly_price = 9.99, days = 12."""
    return ", ".join(f"{name} = {plain_number(value)}" for name, value in step.factors.items())


def _steps(found: FindingExplanation) -> Table:
    shown = found.steps[:STEPS_SHOWN]
    title = f"Arithmetic ({len(shown)} of {len(found.steps)} steps)"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("what")
    table.add_column("formula", overflow="fold")
    table.add_column("with", overflow="fold")
    table.add_column("gives", justify="right", no_wrap=True)
    for step in shown:
        table.add_row(Text(step.step_key), Text(step.formula), Text(with_factors(step)), f"{step.executed:,.6f}")
    return table


def _rows(found: FindingExplanation) -> Table:
    shown = found.rows[:ROWS_SHOWN]
    title = f"Landed rows that they rest on ({len(shown)} of {len(found.rows)})"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("record", "key", "from", "line or page", "load", "content hash"):
        table.add_column(name, overflow="fold")
    for row in shown:
        table.add_row(
            Text(f"{row.system}.{row.entity}"),
            Text(row.key),
            Text(row.source_ref or "–"),
            "–" if row.source_position is None else str(row.source_position),
            row.load_id,
            row.row_hash,
        )
    return table
