"""Progress and results on a terminal: a line per step, with its rows and seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.table import Table

from expectations.results import CheckResult
from orchestration.progress import Progress, Step

_MARKS = {"done": "[green]✓[/]", "warned": "[yellow]![/]", "failed": "[red]✗[/]"}


def console() -> Console:
    """Standard output, in colour only on a terminal."""
    return Console(highlight=False, soft_wrap=True)


@contextmanager
def shown(out: Console) -> Iterator[Progress]:
    """A progress callback that prints every step that ends; on a terminal, what runs now stands on the last line."""
    with out.status("starting") as status:

        def show(step: Step) -> None:
            if step.state in ("started", "running"):
                status.update(f"{step.name} {step.detail}".rstrip())
            else:
                out.print(line(step))

        yield show


def line(step: Step) -> str:
    """One step as a line: mark, name, rows, seconds, detail."""
    rows = "" if step.rows is None else f"{step.rows:,} rows"
    seconds = "" if step.seconds is None else f"{step.seconds:.1f} s"
    # Brackets in a detail are text (a file name, a JSON list), not markup.
    detail = step.detail.replace("[", "\\[")
    return f"{_MARKS[step.state]} {step.name:<42} {rows:>16} {seconds:>9}  {detail}".rstrip()


def check_table(results: Iterable[CheckResult], every: bool) -> Table:
    """Checks as a table: those that failed, or every one."""
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("", "target", "expectation", "severity", "observed", "examples"):
        table.add_column(name, overflow="fold")
    for result in results:
        if every or not result.success:
            mark = "done" if result.success else "failed" if result.is_blocking else "warned"
            table.add_row(
                _MARKS[mark],
                result.target,
                result.expectation,
                result.severity,
                result.observed or "",
                (result.details or "").replace("[", "\\[")[:200],
            )
    return table
