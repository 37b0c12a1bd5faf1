"""The score inside a document: the text between two marks is written anew, so that no figure there is typed."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

from concord.errors import ConcordError
from concord.files import write_text
from concord.settings import Settings
from scoring.identity import IdentityScore
from scoring.output import identity_table, score_table
from scoring.score import Scoring

BEGIN, END = "<!-- score -->", "<!-- end of score -->"
_WIDTH = 120


def update_document(path: Path, settings: Settings, result: Scoring, identity: Sequence[IdentityScore]) -> None:
    """Write the score's tables between the marks of a document; what stands around them stays.

    Raises ConcordError when the document is not there or has no marks.
    """
    if not path.is_file():
        raise ConcordError(f"there is no {path}")
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ConcordError(f"{path} has no place for the score", hint=f"mark it by '{BEGIN}' and '{END}'")
    write_text(path, f"{before}{BEGIN}\n\n{_block(settings, result, identity)}\n{END}{after}")


def _block(settings: Settings, result: Scoring, identity: Sequence[IdentityScore]) -> str:
    world = json.loads((Path(settings.operator) / "world.json").read_text(encoding="utf-8"))
    made_of = (
        f"{world['customers']:,} customers, {world['months']} months, {world['events']:,} usage events asked for,"
        f" seed {world['seed']}:"
    )
    tables = [made_of, "", *_indented(score_table(result)), "", *_indented(identity_table(identity))]
    return "\n".join(tables) + "\n"


def _indented(table) -> list[str]:
    """A rich table as lines of a Markdown code block, without its title."""
    from rich.console import Console

    table.title = None
    text = io.StringIO()
    Console(file=text, width=_WIDTH, highlight=False, color_system=None).print(table)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    return [f"    {line}" if line else "" for line in lines if line.strip()]
