"""Writes the field tables of these pages from the source descriptions: ``python docs/sources/build.py``.

A table stands between ``<!-- fields: <system>.<entity> -->`` and ``<!-- end of fields -->``; everything else is
written by hand. With ``--check`` nothing is written, and the exit code tells whether a page is out of date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "ingestion" / "sources"
SECTION = re.compile(r"(<!-- fields: (\w+)\.(\w+) -->\n).*?(<!-- end of fields -->)", re.S)
# What stands where in the interface, by connector: heading and the key of the column's description.
PLACES = {
    "sql": [("Column", "name")],
    "tmforum": [("JSON path", "path"), ("Our name", "as")],
    "delimited": [("Heading", "header"), ("Our name", "as")],
    "measurement": [("Element", "header"), ("Our name", "name")],
    "bank_statement": [("Element", "header"), ("Our name", "name")],
    "tap": [("Item", "header"), ("Our name", "name")],
    "workbook": [("Heading", "header"), ("Our name", "name")],
    "fixed_width": [("Field", "name"), ("First byte", "start"), ("Bytes", "width")],
}


def table(system: str, entity: str) -> str:
    """The Markdown table of one entity's fields.

    Raises KeyError for a system or entity that isn't described, ValueError for a field without a meaning.
    """
    source = _read(SOURCES / system / "source.yml")
    found = {described["name"]: described for described in source["entities"]}[entity]
    places = PLACES[source["connector"]]
    headings = [heading for heading, _ in places] + ["Type", "Required", "Meaning"]
    lines = [headings, ["---"] * len(headings)]
    for column in found["columns"]:
        key = " (key)" if column["name"] in found["key"] else ""
        needed = "yes" if column.get("required") else "no"
        meaning = _meaning(system, entity, column)
        lines.append([*(_place(column, key_) for _, key_ in places), column["type"], needed + key, meaning])
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def rebuilt(page: str) -> str:
    """The page's text with every table made anew."""
    return SECTION.sub(lambda match: f"{match[1]}\n{table(match[2], match[3])}\n{match[4]}", page)


def main(arguments: list[str]) -> int:
    """Write the pages, or check them; 1 when one was out of date in a check."""
    stale = []
    for file in sorted(HERE.glob("*.md")):
        text = file.read_text(encoding="utf-8")
        new = rebuilt(text)
        if new != text:
            stale.append(file.name)
            if "--check" not in arguments:
                file.write_text(new, encoding="utf-8")
    if stale:
        print(("out of date: " if "--check" in arguments else "written: ") + ", ".join(stale))
    return 1 if stale and "--check" in arguments else 0


def _read(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _place(column: dict[str, Any], key: str) -> str:
    if key == "as":
        return column.get("as", column["name"])
    if key == "header" and "from_file_name" in column:
        return "file name"
    return f"`{column[key]}`" if key in {"name", "path", "header"} else str(column[key])


def _meaning(system: str, entity: str, column: dict[str, Any]) -> str:
    meanings = _read(HERE / "meanings.yml").get(system, {})
    own = meanings.get(entity, {}).get(column["name"]) or meanings.get("every", {}).get(column["name"])
    meaning = column.get("description") or own
    if not meaning:
        raise ValueError(f"{system}.{entity}.{column['name']} has no meaning: add it to meanings.yml")
    values = column.get("values")
    if values and not all(value in meaning for value in values):
        meaning = f"{meaning}. One of {', '.join(values)}"
    return meaning.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
