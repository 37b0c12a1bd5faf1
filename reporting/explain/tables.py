"""``concord explain`` for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reporting.explain.explanation import Claim, Event, Evidence, Explanation, Link, Value

# What a rejection means; a reason that is not here is shown in its own words.
_REASONS = {
    "never_link_decided": "a steward decided that they are not one",
    "nothing_agrees": "a stale or mistyped key: the two agree in nothing",
    "stronger_link": "the record has a stronger link",
    "records_contradict": "the two contradict each other",
    "cluster_contradiction": "others that they would bring together contradict each other",
    "joined_by_others": "too weak alone, and not needed: other links join the two",
}
_RULES = {
    "system_order": "first in",
    "most_recent": "latest change, then",
    "most_frequent": "most systems say so, then",
}
# The rest is in --json: a shared telephone number may have hundreds of pairs.
_PAIRS_SHOWN = 20


def print_explanation(thing: Explanation) -> None:
    """Everything about the thing on standard output, as tables."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160
    _heading(console, thing)
    if thing.records:
        console.print(_records(thing))
    if thing.former_records:
        console.print(_former(thing))
    if thing.joining:
        console.print(_joining(thing.joining))
    if thing.not_joining:
        console.print(_not_joining(thing))
    if thing.decisions:
        console.print(_decisions(thing))
    if thing.values:
        console.print(_values(thing.values))
    console.print(f"Snapshot {thing.snapshot_id}; times in UTC.", style="dim")


def _heading(console: Console, thing: Explanation) -> None:
    kind = thing.entity.replace("_", " ").capitalize()
    systems = len({record.system for record in thing.records})
    members = (
        f"{_many(len(thing.records), 'record')} in {_many(systems, 'system')}" if systems else "no records any more"
    )
    console.print(Text(f"{kind} {thing.name or ''}".rstrip(), style="bold"))
    console.print(Text(f"{thing.entity_id}  {members}"))
    if thing.asked not in (thing.entity_id, *(event.entity_id for event in thing.forwarded)):
        console.print(Text(f"{thing.asked} is one of its records"))
    for event in thing.forwarded:
        console.print(Text(_happened(event, thing.entity_id), style="yellow"))
    # A split is told by the ID that came of it; that of the ID that stayed says the same.
    partings = {event.at for event in thing.history if event.happened == "split" and event.other_id == thing.entity_id}
    for event in thing.history:
        is_told = event.happened == "split" and event.other_id is None and event.at in partings
        if event not in thing.forwarded and not is_told:
            console.print(Text(_happened(event, thing.entity_id), style="dim"))


def _happened(event: Event, entity_id: str) -> str:
    """One line; the ID that the explanation is about is not repeated."""
    subject = "" if event.entity_id == entity_id else f"{event.entity_id} was "
    day, other = _day(event.at), "it" if event.other_id == entity_id else event.other_id
    words = {
        "minted": f"minted on {day}" + (f" from {event.record_id}" if event.record_id else ""),
        "merged": f"merged into {other} on {day}" + (f", because {event.because}" if event.because else ""),
        "split": f"split off {other} on {day}"
        if event.other_id
        else f"parted on {day}: some of its records became another",
        "restored": f"restored on {day}: a merge was undone",
        "retired": f"retired on {day}: no system holds a record of it any more",
        "revived": f"revived on {day}: a record came back",
    }
    return subject + words.get(event.happened, f"{event.happened} on {day}")


def _records(thing: Explanation) -> Table:
    table = _table("Records", "system", "entity", "key", "name", "status", "known since", "here since")
    system = None
    for record in thing.records:
        table.add_row(
            Text(record.system if record.system != system else ""),
            Text(record.source_entity),
            Text(record.source_key),
            Text(record.name or "–"),
            Text(record.status or "–", style="" if record.is_live else "dim"),
            Text(_day(record.known_since_at)),
            Text(_day(record.member_since) + (f" ({record.member_because})" if record.member_because else "")),
        )
        system = record.system
    return table


def _former(thing: Explanation) -> Table:
    table = _table("Records that were here once", "record", "until", "today")
    for record in thing.former_records:
        table.add_row(Text(record.record_id), Text(_day(record.until)), Text(record.now_id or "in no system any more"))
    return table


def _joining(links: list[Link]) -> Table:
    table = _table("Links that join them", "record", "and", "because", "evidence")
    pairs = _by_pair(links)
    for pair in pairs[:_PAIRS_SHOWN]:
        table.add_row(
            Text(pair[0].left_record_id),
            Text(pair[0].right_record_id),
            _lines(_because(link) for link in pair),
            _lines(_evidence(link) for link in pair),
        )
    _rest(table, pairs)
    return table


def _not_joining(thing: Explanation) -> Table:
    own = {record.record_id for record in thing.records}
    table = _table("Links that don't", "record", "and", "verdict", "proposed because", "evidence")
    # The ID of the other one is there to be copied.
    table.columns[1].no_wrap = True
    pairs = _by_pair(thing.not_joining)
    for pair in pairs[:_PAIRS_SHOWN]:
        first = pair[0]
        inner, outer = first.left_record_id, first.right_record_id
        if inner not in own:
            inner, outer = outer, inner
        other = Text(outer)
        if first.other_id is not None:
            other.append(f"\n{first.other_name or ''}\n{first.other_id}", style="dim")
        table.add_row(
            Text(inner),
            other,
            _lines(_verdict(link) for link in pair),
            _lines(_because(link) for link in pair),
            _lines(_evidence(link) for link in pair),
        )
    _rest(table, pairs)
    return table


def _by_pair(links: list[Link]) -> list[list[Link]]:
    """Links of the same two records together, in the order of the first of each."""
    pairs: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        pairs.setdefault((link.left_record_id, link.right_record_id), []).append(link)
    return list(pairs.values())


def _lines(texts: Iterable[Text]) -> Text:
    """One under the other, each once: rules about one pair often rest on the same."""
    different = {text.plain: text for text in texts}
    return Text("\n").join(different.values())


def _because(link: Link) -> Text:
    if link.match_weight is not None:
        chance = "" if link.score is None else f", probability {link.score:.4f}"
        return Text(f"compared: {link.match_weight:+.1f} bits{chance}")
    return Text.assemble(link.says or link.rule.replace("_", " "), (f" ({link.method})", "dim"))


def _verdict(link: Link) -> Text:
    if link.verdict == "uncertain":
        return Text("uncertain:\na steward decides", style="yellow")
    if link.verdict == "accepted":
        return Text("parted by a steward", style="red")
    reason = link.reason or ""
    return Text("rejected:\n" + _REASONS.get(reason, reason.replace("_", " ")), style="red")


def _evidence(link: Link) -> Text:
    """Weights with their level, the strongest first; what agrees and what differs; or the values that a rule read."""
    # What speaks against any two records from the start comes last: it is the same for all.
    weighed = sorted(
        (each for each in link.evidence if each.weight is not None),
        key=lambda each: (each.field == "prior", -abs(each.weight or 0)),
    )
    parts = [_weight(each) for each in weighed]
    agreeing = [_word(each.field) for each in link.evidence if each.agrees]
    differing = [_word(each.field) for each in link.evidence if each.agrees is False]
    if agreeing:
        parts.append(Text("agree: " + ", ".join(agreeing), style="green"))
    if differing:
        parts.append(Text("differ: " + ", ".join(differing), style="red"))
    values = [f"{_word(each.field)} {each.value}" for each in link.evidence if each.value is not None]
    parts += [Text(value) for value in values]
    levels = [f"{_word(each.field)} {each.level}" for each in link.evidence if each.weight is None and each.level]
    parts += [Text(level) for level in levels]
    return Text(" · ").join(parts) if parts else Text("–")


def _weight(evidence: Evidence) -> Text:
    weight = evidence.weight or 0.0
    style = "green" if weight > 0 else "red" if weight < 0 else ""
    level = f": {evidence.level}" if evidence.level else ""
    return Text.assemble(f"{_word(evidence.field)}{level} ", (f"{weight:+.1f}", style))


def _decisions(thing: Explanation) -> Table:
    table = _table("Steward decisions", "decision", "record", "and", "by", "when", "why", "outcome")
    for decision in thing.decisions:
        table.add_row(
            Text(decision.decision.replace("_", " ")),
            Text(decision.left_record_id),
            Text(decision.right_record_id),
            Text(decision.decided_by),
            Text(_day(decision.decided_at)),
            Text(decision.reason),
            Text(": ".join(word for word in (decision.outcome.replace("_", " "), decision.outcome_reason) if word)),
        )
    return table


def _values(values: list[Value]) -> Table:
    table = _table("Values", "attribute", "value", "from", "precedence", "others say")
    for value in values:
        if value.value is None and not value.claims:
            continue
        table.add_row(
            Text(_word(value.attribute), style="bold yellow" if value.is_conflicting else ""),
            Text(value.label or _shown(value.value)),
            Text(value.system or "–"),
            _precedence(value),
            _others(value),
        )
    return table


def _precedence(value: Value) -> Text:
    if value.rule is None:
        return Text("–")
    text = Text(f"{_RULES.get(value.rule, value.rule)} {value.order}")
    if value.is_conflicting and value.why:
        text.append(f"\n{value.why}", style="dim")
    return text


def _others(value: Value) -> Text:
    """The claims that lost; those that say the same in another spelling are left out."""
    return Text("\n").join(_claim(claim, value) for claim in value.claims if not claim.agrees)


def _claim(claim: Claim, value: Value) -> Text:
    text = Text(claim.label or _shown(claim.value))
    if claim.value == value.value:
        # Spelt alike and meant otherwise: given and family name in each other's place.
        text.append(f" (read as {claim.value_normalised.replace('|', ' ')})")
    return text.append(f"  {claim.system} {claim.source_key}", style="dim")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _rest(table: Table, pairs: list[list[Link]]) -> None:
    if len(pairs) > _PAIRS_SHOWN:
        table.caption = f"and {len(pairs) - _PAIRS_SHOWN:,} pairs more: --json has them all"
        table.caption_justify = "left"


def _shown(value: str | None) -> str:
    """A value as people read it: an end that is still open, a moment at midnight."""
    if value is None:
        return "–"
    return "open" if value.startswith("9999-12-31") else value.removesuffix(" 00:00:00")


def _word(name: str) -> str:
    return name.replace("_", " ")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _day(value: datetime | None) -> str:
    return "–" if value is None else f"{value:%Y-%m-%d}"
