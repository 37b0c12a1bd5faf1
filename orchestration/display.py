"""Progress and results on a terminal: a line per step, with its rows and seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console

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
    return f"{_MARKS[step.state]} {step.name:<42} {rows:>16} {seconds:>9}  {_plain(step.detail)}".rstrip()


def check_lines(results: Iterable[CheckResult], every: bool) -> Iterator[str]:
    """Checks, one line each, with examples below: those that failed, or every one."""
    for result in results:
        if result.success and not every:
            continue
        mark = _MARKS["done" if result.success else "failed" if result.is_blocking else "warned"]
        target, expectation = f"{result.target:<42}", f"{result.expectation:<36}"
        yield f"{mark} {target} {expectation} {result.severity:<5}  {result.observed or ''}".rstrip()
        if result.details and not result.success:
            yield f"    {_plain(result.details)[:300]}"


def _plain(text: str) -> str:
    """Brackets in data (a file name, a JSON list) are text, not markup."""
    return text.replace("[", "\\[")
