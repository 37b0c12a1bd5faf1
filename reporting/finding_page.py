"""One page per finding: its arithmetic and the landed rows behind it, linked from the report."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment

from concord.files import write_text
from reporting.finding import FindingExplanation

# A page of more would be slow; 'concord explain finding <ID> --json' has every step and row.
STEPS_SHOWN = 500
ROWS_SHOWN = 500


def write_finding_pages(environment: Environment, findings: list[FindingExplanation], folder: Path, back: str) -> None:
    """Write ``<folder>/<finding_id>.html`` for each; pages of findings that are not among them are taken away.

    ``environment``: the report's templates and filters; ``back``: the report's address, seen from the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    template = environment.get_template("finding.html.j2")
    written = set()
    for found in findings:
        path = folder / f"{found.finding['finding_id']}.html"
        write_text(
            path,
            template.render(
                found=found,
                finding=found.finding,
                steps=found.steps[:STEPS_SHOWN],
                rows=found.rows[:ROWS_SHOWN],
                back=back,
            ),
        )
        written.add(path)
    for stale in set(folder.glob("*.html")) - written:
        stale.unlink()
