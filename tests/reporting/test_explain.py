"""``concord explain``: on a lake made by hand, and on one that was refreshed from a small operator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from concord.errors import ConcordError
from concord.published import connect_reader
from concord.settings import Settings
from reporting.explain.entities import ENTITIES
from reporting.explain.explanation import Evidence
from reporting.explain.links import read_evidence
from reporting.explain.read import read_explanation
from reporting.explain.tables import print_explanation
from tests.reporting.identities import A1, A9, C0, C1, F1, F7, R, S, U, X, Y, Z, publish_identities


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return publish_identities(tmp_path_factory.mktemp("identities"))


def shown(lake: Settings, capsys: pytest.CaptureFixture[str], *asked: str, **keywords: str) -> str:
    """What a terminal shows."""
    print_explanation(read_explanation(lake, *asked, **keywords))
    return capsys.readouterr().out


def test_members_links_and_their_verdicts(lake: Settings) -> None:
    found = read_explanation(lake, "customer", X)
    assert found.name == "Anna Müller"
    assert [(each.record_id, each.member_because) for each in found.records] == [
        (A1, "minted"),
        (C1, "minted"),
        (F1, "merged"),
    ]
    verdicts = {
        (each.left_record_id, each.right_record_id, each.rule): (each.verdict, each.reason, each.other_id)
        for each in found.links
    }
    assert verdicts == {
        (A1, C1, "customer_reference"): ("accepted", None, None),
        (A1, C1, "vat_number"): ("accepted", None, None),
        (C1, F1, "matched"): ("accepted", None, None),
        (C1, F7, "matched"): ("uncertain", "uncertain", U),
        (A9, C1, "customer_reference"): ("rejected", "never_link_decided", Z),
        (A1, F7, "legacy_number"): ("rejected", "nothing_agrees", U),
    }
    compared = next(each for each in found.links if each.right_record_id == F1)
    assert compared.match_weight == 9.5
    assert compared.evidence == [
        Evidence("given_name", level="equal", weight=6.25),
        Evidence("birth_date", level="other", weight=-3.5),
    ]
    assert [(each.decision, each.decided_by, each.outcome) for each in found.decisions] == [
        ("never_link", "m.keller", "applied")
    ]


def test_a_merged_id_resolves_and_says_why(lake: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    found = read_explanation(lake, "customer", Y)
    assert (found.asked, found.entity_id) == (Y, X)
    (merge,) = found.forwarded
    assert (merge.happened, merge.other_id) == ("merged", X)
    assert merge.because == f"{C1} and {F1}: Compared field by field (+9.5 bits)"
    text = shown(lake, capsys, "customer", Y)
    assert f"{Y} was merged into it on 2026-09-01, because {C1} and {F1}" in text


def test_history_tells_of_minting_merging_and_splitting(lake: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert [(each.entity_id, each.happened, each.other_id) for each in read_explanation(lake, None, X).history] == [
        (X, "minted", None),
        (Y, "merged", X),
        (X, "split", None),
        (Z, "split", X),
    ]
    told = shown(lake, capsys, "customer", X)
    assert f"{Z} was split off it on 2026-10-01" in told
    assert "parted on" not in told
    assert f"split off {X} on 2026-10-01" in shown(lake, capsys, "customer", Z)
    text = shown(lake, capsys, "customer", R)
    assert "no records any more" in text
    assert "retired on 2026-09-01: no system holds a record of it any more" in text


def test_records_that_left_are_named_with_where_they_are(lake: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert [(each.record_id, each.now_id) for each in read_explanation(lake, "customer", X).former_records] == [(A9, Z)]
    assert [(each.record_id, each.now_id) for each in read_explanation(lake, "customer", R).former_records] == [
        (C0, None)
    ]
    assert f"{C0}   2026-09-01   in no system any more" in shown(lake, capsys, "customer", R)


def test_values_name_the_winner_its_system_and_the_precedence(
    lake: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    values = {each.attribute: each for each in read_explanation(lake, "customer", X).values}
    email = values["email"]
    assert (email.value, email.system, email.rule, email.order) == (
        "a@x.example",
        "crm",
        "system_order",
        "crm > crm_fixed > billing",
    )
    assert email.is_conflicting and not values["name"].is_conflicting
    assert [(each.source_key, each.agrees) for each in email.claims] == [("C1", True), ("A1", False), ("F1", True)]
    assert values["address"].value == "Am Ufer 5, 20095 Hamburg"
    (line,) = [each for each in shown(lake, capsys, "customer", X).splitlines() if each.strip().startswith("email")]
    assert "b@x.example  billing A1" in line
    assert "A@X.example" not in line


def test_ids_in_values_are_shown_by_name(lake: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    found = read_explanation(lake, "service", S)
    (customer,) = [each for each in found.values if each.attribute == "customer"]
    assert (customer.value, customer.label) == (X, "Anna Müller")
    assert [(each.value, each.label) for each in customer.claims] == [(X, "Anna Müller"), (Z, "Otto Müller")]
    text = shown(lake, capsys, "service", S)
    assert "Otto Müller  billing A1" in text
    assert "9999" not in text


def test_what_a_source_writes_is_no_markup(lake: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Anna [red]Mueller" in shown(lake, capsys, "customer", X)


def test_pairs_are_shown_once_with_all_their_rules(lake: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(lake, capsys, "customer", X)
    joining = text[text.index("Links that join") : text.index("Links that don't")]
    assert joining.count(A1) == 1
    assert "The billing account names the CRM customer (key)" in joining
    assert "Same VAT number (identifier)" in joining
    assert joining.count("agree: birth date") == 1
    assert "given name: equal +6.2" in joining
    rest = text[text.index("Links that don't") :]
    assert "a steward decides" in rest
    assert "a stale or mistyped key" in rest
    assert U in rest


def test_a_record_is_asked_for_by_its_name(lake: Settings) -> None:
    assert read_explanation(lake, record_id=A1).entity_id == X
    assert read_explanation(lake, "service", record_id=A1).entity_id == S
    assert read_explanation(lake, record_id=C0).entity_id == R


@pytest.mark.parametrize(
    ("asked", "message", "hint"),
    [
        (("customer", "nobody"), "no customer has, or ever had, the ID nobody", "--record"),
        ((None, "nobody"), "nothing has, or ever had, the ID nobody", "--record"),
        (("customer", A1), f"no customer has, or ever had, the ID {A1}", f"--record {A1}"),
        (("service", X), f"{X} is no service", f"concord explain customer {X}"),
        (("lead", X), "there is nothing to explain about a 'lead'", "customer"),
        (("customer", None), "give either an ID or --record", "concord explain customer <id>"),
    ],
)
def test_what_is_unknown_is_said_with_a_hint(lake: Settings, asked: tuple, message: str, hint: str) -> None:
    with pytest.raises(ConcordError) as error:
        read_explanation(lake, *asked)
    assert str(error.value) == message
    assert hint in error.value.hint


def test_an_unknown_record_is_answered_with_one_that_has_its_key(lake: Settings) -> None:
    with pytest.raises(ConcordError, match="no system has, or ever had, a record A1") as error:
        read_explanation(lake, record_id="A1")
    assert error.value.hint == f"is it {A1}?"
    with pytest.raises(ConcordError, match="is no service record") as error:
        read_explanation(lake, "service", record_id=C1)
    assert error.value.hint == "it is one of: customer"


def test_the_command_writes_tables_and_json(lake: Settings, tmp_path: Path) -> None:
    settings_file = tmp_path / "concord.yml"
    settings_file.write_text(f"lake: {{folder: {lake.lake_folder}}}\nsources: {{}}\n", encoding="utf-8")

    def concord(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "concord.cli", "explain", *arguments],
            env={**os.environ, "CONCORD_SETTINGS": str(settings_file)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert "Customer Anna Müller" in concord("customer", X).stdout
    assert json.loads(concord(Y, "--json").stdout)["entity_id"] == X
    assert json.loads(concord("--record", A9, "--json").stdout)["entity_id"] == Z
    wrong = concord("nobody")
    assert wrong.returncode == 1
    assert "error: nothing has, or ever had, the ID nobody" in wrong.stderr


def test_evidence_of_rules_and_comparisons() -> None:
    text = '{"a": true, "b": false, "c": null, "d": "4915", "e": {"level": "equal", "weight": 2}, "f": 3}'
    assert read_evidence(text) == [
        Evidence("a", agrees=True),
        Evidence("b", agrees=False),
        Evidence("d", value="4915"),
        Evidence("e", level="equal", weight=2.0),
        Evidence("f", value="3"),
    ]
    assert read_evidence(None) == []


@pytest.mark.parametrize("entity", ENTITIES)
def test_everything_that_is_published_can_be_explained(
    refreshed: Settings, entity: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The thing with most records of each entity: the tables have what an explanation reads, and they agree."""
    with closing(connect_reader(refreshed)) as lake:
        ((entity_id, records),) = lake.execute(
            "select entity_id, count(*) from core.dim_source_record where entity = ?"
            " group by entity_id order by count(*) desc, entity_id limit 1",
            [entity],
        ).fetchall()
    found = read_explanation(refreshed, entity, entity_id)
    assert len(found.records) == records
    assert all(each.system for each in found.values if each.value is not None and each.attribute != "valid_to")
    assert all(each.rule and each.order for each in found.values)
    if entity != "billing_account":
        linked = {end for link in found.joining for end in (link.left_record_id, link.right_record_id)}
        assert linked == {each.record_id for each in found.records}
    assert json.loads(found.as_json())["entity_id"] == entity_id
    print_explanation(found)
    assert found.records[0].source_key in capsys.readouterr().out


def test_a_conflict_shows_every_claim(refreshed: Settings) -> None:
    with closing(connect_reader(refreshed)) as lake:
        ((entity_id, attribute, value, system, rule),) = lake.execute(
            "select entity_id, attribute, winning_value, winning_system, rule from core.fct_attribute_conflict"
            " where entity = 'customer' and attribute = 'email' order by value_count desc, entity_id limit 1"
        ).fetchall()
    found = read_explanation(refreshed, "customer", entity_id)
    (shown_value,) = [each for each in found.values if each.attribute == attribute]
    assert (shown_value.value, shown_value.system, shown_value.rule) == (value, system, rule)
    assert {each.agrees for each in shown_value.claims} == {True, False}
    assert {(each.system, each.source_key) for each in shown_value.claims} <= {
        (each.system, each.source_key) for each in found.records
    }
