"""Which models are measured: the controls that read usage events, and what stands between them and the core facts."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

EVENT_TABLES = ("fct_usage", "fct_rated_usage")
# Who owns which euro: the work of all controls, whatever they read.
_CLAIM = ("int_leakage__candidate_claim", "int_leakage__claim")


@dataclass(frozen=True)
class Plan:
    """``measured``: names of models, parents first. ``inputs``: '<schema>.<table>' that they read."""

    measured: list[str]
    inputs: list[str]
    controls: list[str]


def plan(manifest_file: Path) -> Plan:
    """Read dbt's manifest: a usage control is one whose candidates or findings come from events."""
    manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")}
    names = {key: node["name"] for key, node in nodes.items()}
    parents = {key: [each for each in manifest["parent_map"][key] if each in nodes] for key in nodes}
    room = {key for key, node in nodes.items() if node["fqn"][1] == "controls"}

    reads_events = {key for key in nodes if names[key] in EVENT_TABLES}
    for key in _parents_first(room, parents):
        if names[key] not in _CLAIM and reads_events.intersection(parents[key]):
            reads_events.add(key)
    ends = {key for key in room if control_of(names[key])}
    slugs = {control_of(names[key]) for key in ends & reads_events}
    wanted = {key for key in ends if control_of(names[key]) in slugs}
    claim = {key for key in room if names[key] in _CLAIM}
    measured = wanted | claim | {key for end in wanted for key in _above(end, parents, room - claim) & reads_events}
    inputs = {each for key in measured for each in parents[key]} - measured
    return Plan(
        measured=[names[key] for key in _parents_first(measured, parents)],
        inputs=sorted(f"{nodes[key]['schema']}.{nodes[key]['alias']}" for key in inputs),
        controls=sorted(slugs),
    )


def control_of(model: str) -> str:
    """The id of the control that a candidate or findings model belongs to; '' for any other model."""
    if model.startswith("leak_"):
        return model.split("_")[1].upper()
    if model.startswith("int_leakage__") and model.endswith("_candidate"):
        return model.removeprefix("int_leakage__").split("_")[0].upper()
    return ""


def _above(key: str, parents: dict[str, list[str]], among: Collection[str]) -> set[str]:
    found: set[str] = set()
    waiting = [key]
    while waiting:
        new = {each for each in parents[waiting.pop()] if each in among} - found
        found |= new
        waiting.extend(new)
    return found


def _parents_first(keys: Collection[str], parents: dict[str, list[str]]) -> list[str]:
    ordered: dict[str, None] = {}

    def visit(key: str) -> None:
        if key not in ordered:
            for parent in sorted(each for each in parents[key] if each in keys):
                visit(parent)
            ordered[key] = None

    for key in sorted(keys):
        visit(key)
    return list(ordered)
