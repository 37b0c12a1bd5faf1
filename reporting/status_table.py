"""``concord status`` for people."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from reporting.page import age, count, moment
from reporting.status import CheckStatus, EntityStatus, Status

_STYLES = {"fresh": "green", "late": "yellow", "stale": "red", "never": "red"}


def print_status(status: Status) -> None:
    """Loads, checks and the last publication on standard output."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160
    console.print(_loads(status))
    if status.checks:
        console.print(_checks(status.checks))
    else:
        console.print("Checks: none yet")
    published = status.publication
    if published is None:
        console.print("Published: nothing yet")
        return
    console.print(
        f"Published: snapshot {published.snapshot_id}, {moment(published.published_at)}"
        f" ({age(published.published_at, status.now)} ago), {published.tables} tables written,"
        f" {published.skipped} unchanged"
    )
    if status.worklist:
        items = ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in status.worklist.items())
        console.print(f"Identity worklist: {items} (marts_quality.identity_worklist)")
    if status.over_ceiling:
        names = ", ".join(status.over_ceiling)
        console.print(f"[yellow]Unlinked over the ceiling: {names}[/] (marts_quality.unlinked_summary)")
    if status.unpublished_loads:
        console.print(f"Loads since then, not built yet: {status.unpublished_loads} ('concord build')")


def _loads(status: Status) -> Table:
    table = Table(title="Loads (times in UTC)", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("system", "entity", "fresh?", "last good", "age", "rows", "quarantined", "last attempt"):
        right = name in ("age", "rows", "quarantined")
        table.add_column(name, justify="right" if right else "left", no_wrap=name != "last attempt")
    previous = None
    for row in status.entities:
        table.add_row(
            row.system if row.system != previous else "",
            row.entity,
            f"[{_STYLES[row.freshness]}]{row.freshness}[/]",
            moment(row.last_good_at).removesuffix(" UTC"),
            age(row.last_good_at, status.now) if row.last_good_at else "–",
            count(row.rows),
            count(row.quarantined_rows),
            _attempt(row),
        )
        previous = row.system
    return table


def _attempt(row: EntityStatus) -> str:
    if row.last_status is None:
        return "–"
    words = [row.last_status]
    if row.last_reason:
        words.append(f"({row.last_reason})")
    if row.is_held:
        words.append("held by a check")
    text = " ".join(words)
    return f"[red]{text}[/]" if row.last_status in ("refused", "failed") or row.is_held else text


def _checks(checks: list[CheckStatus]) -> Table:
    """A line per edge, and one per suite with something wrong."""
    table = Table(title="Checks (times in UTC)", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("edge or suite", "last checked", "checks", "failed", "blocking"):
        table.add_column(name, justify="right" if name in ("checks", "failed", "blocking") else "left", no_wrap=True)
    edges: dict[str, list[CheckStatus]] = {}
    for row in checks:
        edges.setdefault(row.suite.partition(".")[0], []).append(row)
    for edge, rows in edges.items():
        _check_row(table, f"{edge} ({len(rows)} suites)", rows)
        for row in rows:
            if row.failed:
                _check_row(table, f"  {row.suite}", [row])
    return table


def _check_row(table: Table, name: str, rows: list[CheckStatus]) -> None:
    failed, blocking = sum(row.failed for row in rows), sum(row.blocking for row in rows)
    table.add_row(
        name,
        moment(max(row.checked_at for row in rows)).removesuffix(" UTC"),
        count(sum(row.checks for row in rows)),
        f"[yellow]{failed:,}[/]" if failed else "0",
        f"[red]{blocking:,}[/]" if blocking else "0",
    )
