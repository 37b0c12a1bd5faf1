"""Tables for people, and the limits that the figures in them must hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Table

_WIDTH = 160


@dataclass
class Report:
    """Prints each table as it is ready, and remembers every limit that was missed."""

    missed: list[str] = field(default_factory=list)
    held: int = 0
    console: Console = field(default_factory=lambda: Console(highlight=False))

    def __post_init__(self) -> None:
        if not self.console.is_terminal:
            self.console.width = _WIDTH

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *notes: str) -> None:
        """The first column is text, the others are figures."""
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
        for number, column in enumerate(columns):
            table.add_column(column, justify="right" if number else "left", no_wrap=True)
        for row in rows:
            table.add_row(*row)
        self.console.print(table)
        for note in notes:
            self.console.print(note, style="dim", soft_wrap=True)
        self.console.print()

    def say(self, line: str) -> None:
        self.console.print(line, style="dim", soft_wrap=True)

    def least(self, what: str, value: float | None, limit: float) -> None:
        """The value must not be below the limit; a value that is not there misses it."""
        self._check(what, value, value is not None and value >= limit, f"at least {limit:g}")

    def most(self, what: str, value: float | None, limit: float) -> None:
        """The value must not be above the limit; a value that is not there misses it."""
        self._check(what, value, value is not None and value <= limit, f"at most {limit:g}")

    def _check(self, what: str, value: float | None, holds: bool, wanted: str) -> None:
        if holds:
            self.held += 1
        else:
            self.missed.append(f"{what}: {'nothing measured' if value is None else f'{value:.5g}'}, wanted {wanted}")


def share(value: float | None) -> str:
    """A ratio between 0 and 1, to four places."""
    return "–" if value is None else f"{value:.4f}"


def count(value: float) -> str:
    return f"{value:,.0f}"


def seconds(value: float) -> str:
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
