"""Linking customer records: what becomes one customer, what never does, and what bad input may not do."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import Any

import pytest

from analytics.identity.features import prepare
from analytics.identity.link import link
from analytics.identity.model import LinkModel, train
from concord.errors import ConcordError
from tests.analytics.people import company, person, table

HOME: dict[str, Any] = {"street": "Lindenallee 7", "postcode": "20095", "city": "Hamburg"}
BORN = date(1984, 3, 9)
ACCEPTED, REVIEWED = 0.99, 0.5


def probability(model: LinkModel, left: dict[str, Any], right: dict[str, Any]) -> float:
    """The match probability of two records; 0 for a pair below the floor or never compared."""
    pairs = link(table([left, right]), model).pairs.to_pylist()
    return pairs[0]["match_probability"] if pairs else 0.0


def test_evidence_sums_to_the_match_weight(people: list[dict[str, Any]], model: LinkModel) -> None:
    pairs = link(table(people), model).pairs.to_pylist()
    assert len(pairs) > 100
    for pair in pairs:
        evidence = json.loads(pair["evidence"])
        assert sum(field["weight"] for field in evidence.values()) == pytest.approx(pair["match_weight"], abs=0.01)
        assert pair["left_record_id"] < pair["right_record_id"]


def test_the_population_is_linked_as_it_is(people: list[dict[str, Any]], model: LinkModel) -> None:
    pairs = link(table(people), model).pairs.to_pylist()
    found = {(row["left_record_id"], row["right_record_id"]) for row in pairs if row["match_probability"] >= ACCEPTED}
    true = {(f"billing:{number:04}", f"crm:{number:04}") for number in range(len(people) // 2)}
    assert not found - true
    assert len(found & true) >= 0.97 * len(true)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(
            person("a", "Jürgen", "Müller", birth_date=BORN),
            person("b", "JUERGEN", "Mueller", birth_date=BORN),
            id="umlauts",
        ),
        pytest.param(
            person("a", "Jürgen", "Müller", birth_date=BORN),
            person("b", "JÃ¼rgen", "MÃ¼ller", birth_date=BORN),
            id="broken-encoding",
        ),
        pytest.param(
            person("a", "Dmitri", "Sokolow", birth_date=BORN),
            person("b", "Дмитри", "Соколов", birth_date=BORN),
            id="cyrillic",
        ),
        pytest.param(
            person("a", "Anna", "Vogel", birth_date=BORN, emails=["anna.vogel@gmail.com"]),
            person("b", "Vogel", "Anna", birth_date=BORN, emails=["annavogel+shop@googlemail.com"]),
            id="names-swapped-and-mailbox-alias",
        ),
        pytest.param(
            person("a", "Hans Peter", "Brandt", birth_date=date(1970, 4, 11), **HOME),
            person("b", "Peter", "Brandt", birth_date=date(1970, 11, 4), **HOME),
            id="call-name-and-day-and-month-swapped",
        ),
        pytest.param(
            person("a", "Stefan", "Kuhn", birth_date=BORN, phones=["0171 5556677"]),
            person("b", "S.", "Kuhn", birth_date=BORN, phones=["+49 (0)171/5556677"]),
            id="initial",
        ),
        pytest.param(
            person("a", "Petra", "Arnold", birth_date=BORN, phones=["0171 5556677"], **HOME),
            person("b", "Petra", "Arnold-Weiß", birth_date=date(1984, 3, 19), phones=["0171 5556677"], **HOME),
            id="double-name-and-one-digit",
        ),
        pytest.param(
            person("a", "Rosa", "García López", birth_date=BORN, **HOME),
            person("b", None, "García López", birth_date=BORN, **HOME),
            id="double-family-name-alone",
        ),
        pytest.param(
            person("a", "Christina", "Arnold", birth_date=BORN, **HOME),
            person("b", "Tina", "Arnold", birth_date=BORN, **HOME),
            id="call-name-of-another-beginning",
        ),
        pytest.param(
            person(
                "a", None, "Vogel, Nora", birth_date=BORN, street="Gartenstraße 12a", postcode="1067", city="Dresden"
            ),
            person("b", "Nora", "Vogel", birth_date=BORN, street="GARTENSTR. 12 A", postcode="01067", city="Dresden"),
            id="one-field-and-lost-zero",
        ),
        pytest.param(
            company("a", "Öztürk Bau GmbH & Co. KG", emails=["info@oeztuerk-bau.example"], **HOME),
            company("b", "Oeztuerk Bau GmbH u. Co KG", emails=["info@oeztuerk-bau.example"], **HOME),
            id="company-and-legal-form",
        ),
        pytest.param(
            person("a", "Mehmet", "Yılmaz", emails=["mehmet.yilmaz@mail.example"], phones=["0171 5556677"], **HOME),
            company("b", "Malerei Yilmaz", emails=["mehmet.yilmaz@mail.example"], phones=["01715556677"], **HOME),
            id="sole-trader-as-person-and-as-company",
        ),
        pytest.param(
            {**person("a", "Mehmet", "Yılmaz", phones=["0171 5556677"], **HOME), "party_type": "sole_trader"},
            company("b", "Mehmet Yilmaz Malerei e.K.", phones=["01715556677"], **HOME),
            id="sole-trader-with-full-name",
        ),
    ],
)
def test_one_party(model: LinkModel, left: dict[str, Any], right: dict[str, Any]) -> None:
    assert probability(model, left, right) >= ACCEPTED


SHARED: dict[str, Any] = {**HOME, "phones": ["0171 5556677"], "emails": ["familie@mail.example"]}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(
            person("a", "Lukas", "Simon", birth_date=BORN, **SHARED),
            person("b", "Niklas", "Simon", birth_date=BORN, **SHARED),
            id="twins",
        ),
        pytest.param(
            person("a", "Lukas Maria", "Simon", birth_date=BORN, **SHARED),
            person("b", "Sophie Elisabeth", "Simon", birth_date=BORN, **SHARED),
            id="twins-with-second-names",
        ),
        pytest.param(
            person("a", "Karl", "Peters", birth_date=date(1950, 5, 17), **SHARED),
            person("b", "Karl", "Peters", birth_date=date(1981, 10, 2), **SHARED),
            id="father-and-son",
        ),
        pytest.param(
            person("a", "Tanja", "Lorenz", **SHARED),
            person("b", "Ulrich", "Lorenz", **SHARED),
            id="household-without-birth-dates",
        ),
        pytest.param(
            person("a", None, "Lorenz", **SHARED),
            person("b", "Ulrich", "Lorenz", **SHARED),
            id="anybody-of-a-household",
        ),
        pytest.param(
            person("a", None, "García López", **HOME),
            person("b", "Rosa", "García López", **HOME),
            id="anybody-of-a-double-family-name",
        ),
        pytest.param(
            person("a", "Rosa", "Jäger", phones=["0171 5556677"]),
            person("b", "Otto", "Kowalski", phones=["0171 5556677"]),
            id="recycled-number",
        ),
        pytest.param(
            person("a", "Anna", "Schmidt", birth_date=date(1961, 2, 3), postcode="20095", city="Hamburg"),
            person("b", "Anna", "Schmidt", birth_date=date(1992, 8, 27), postcode="20095", city="Hamburg"),
            id="namesakes-in-one-city",
        ),
        pytest.param(
            person("a", "Florian", "Albrecht", birth_date=BORN, **SHARED),
            person("b", "Albrecht", "Niklas", birth_date=BORN, **SHARED),
            id="twin-with-swapped-fields",
        ),
        pytest.param(
            company("a", "Kuhn Bau GmbH", **SHARED),
            company("b", "Kuhn Immobilien GmbH", **SHARED),
            id="companies-at-one-desk",
        ),
        pytest.param(
            company("a", "Kuhn Verwaltungs GmbH", **SHARED),
            company("b", "Kuhn GmbH & Co. KG", **SHARED),
            id="general-partner",
        ),
        pytest.param(
            person("a", "Willi", "Kuhn", **SHARED),
            company("b", "Kuhn Bau GmbH", **SHARED),
            id="owner-and-a-company-of-its-own",
        ),
        pytest.param(person("a", None, None, **SHARED), person("b", None, None, **SHARED), id="nameless"),
        pytest.param(person("a", None, None), person("b", None, None), id="all-null"),
        pytest.param(
            person(
                "a", "unbekannt", "unbekannt", emails=["none@none.com"], phones=["0000000"], birth_date=date(1900, 1, 1)
            ),
            person(
                "b", "unbekannt", "unbekannt", emails=["none@none.com"], phones=["0000000"], birth_date=date(1900, 1, 1)
            ),
            id="junk",
        ),
    ],
)
def test_never_one_party(model: LinkModel, left: dict[str, Any], right: dict[str, Any]) -> None:
    assert probability(model, left, right) < REVIEWED


def test_one_phone_of_very_many_makes_few_pairs(model: LinkModel) -> None:
    # Neither junk nor frequent when the model was trained: the blocks must hold by themselves.
    chance = random.Random(5)
    words = ["".join(chance.choices("abdefgiklmnoprstuwz", k=8)) for _ in range(6000)]
    rows = [
        person(f"r{number:05}", words[number], words[-number - 1], phones=["0171 5556677"]) for number in range(3000)
    ]
    result = link(table(rows), model)
    assert result.statistics["candidate_pairs"] < 10 * len(rows)
    (block,) = [row for row in result.limited_blocks.to_pylist() if row["blocking_rule"] == "phone"]
    assert block["block_value"] == "+491715556677"
    assert block["record_count"] == 3000
    assert block["pairs_left_out"] > 4_000_000
    assert sum(row["match_probability"] >= ACCEPTED for row in result.pairs.to_pylist()) == 0


def test_a_value_of_many_people_is_junk_that_the_model_knows(people: list[dict[str, Any]]) -> None:
    shared = [
        {**row, "phones": [*(row["phones"] or ()), "040 1234567"]} if number < 60 else row
        for number, row in enumerate(people)
    ]
    trained = train(prepare(table(shared)))
    assert trained.junk["phones"] == ("+49401234567",)
    assert all(
        "040" not in (block["block_value"] or "") for block in link(table(shared), trained).limited_blocks.to_pylist()
    )


def test_very_long_names_are_cut(model: LinkModel) -> None:
    left, right = person("a", "x" * 1_000_000, "Simon " * 100_000), person("b", "Bo", "y" * 1_000_000)
    assert link(table([left, right]), model).pairs.num_rows == 0


def test_the_order_of_rows_does_not_matter(people: list[dict[str, Any]], model: LinkModel) -> None:
    shuffled = people[:]
    random.Random(1).shuffle(shuffled)
    again = train(prepare(table(shuffled)))
    assert again.to_json() == model.to_json()
    assert link(table(shuffled), again).pairs.equals(link(table(people), model).pairs)


def test_a_pair_scores_alike_in_any_company(people: list[dict[str, Any]], model: LinkModel) -> None:
    alone = link(table(people[:2]), model).pairs.to_pylist()
    among_all = link(table(people), model).pairs.to_pylist()
    (pair,) = alone
    names = ("left_record_id", "right_record_id")
    assert [row for row in among_all if all(row[name] == pair[name] for name in names)] == [pair]


def test_model_survives_its_json(model: LinkModel) -> None:
    again = LinkModel.from_json(model.to_json())
    assert again.model_id == model.model_id
    assert again.parameters == model.parameters
    sources = {parameter.m_source for levels in model.parameters.values() for parameter in levels.values()}
    assert {"estimated", "prior"} <= sources


def test_a_model_that_was_changed_is_refused(model: LinkModel) -> None:
    content = json.loads(model.to_json())
    content["match_share"] *= 2
    with pytest.raises(ConcordError, match="changed after training"):
        LinkModel.from_json(json.dumps(content))
    content["feature_version"] = "0"
    with pytest.raises(ConcordError, match="feature version"):
        LinkModel.from_json(json.dumps(content))


def test_training_without_phones_mailboxes_and_birth_dates(people: list[dict[str, Any]]) -> None:
    bare = [{**row, "phones": None, "emails": [], "birth_date": None} for row in people]
    trained = train(prepare(table(bare)))
    assert trained.parameters["birth_date"]["same"].m_source == "prior"
    assert link(table(bare), trained).pairs.num_rows > 0


def test_records_that_cannot_be_linked(model: LinkModel) -> None:
    good = table([person("a", "Ada", "Vogel")])
    with pytest.raises(ConcordError, match="lack the column phones"):
        link(good.drop_columns(["phones"]), model)
    with pytest.raises(ConcordError, match="more than once"):
        link(table([person("a", "Ada", "Vogel")] * 2), model)
    with pytest.raises(ConcordError, match="unknown party type"):
        link(table([{**person("a", "Ada", "Vogel"), "party_type": "alien"}]), model)
    with pytest.raises(ConcordError, match="no records"):
        train(prepare(good.slice(0, 0)))
    assert link(good.slice(0, 0), model).pairs.num_rows == 0


def test_features_that_are_there_already_are_not_made_again(
    people: list[dict[str, Any]], model: LinkModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    features, expected = prepare(table(people)), link(table(people), model)
    monkeypatch.setattr("analytics.identity.link.make_features", None)
    found = link(table(people), model, features=features)
    assert found.pairs.equals(expected.pairs)
    assert found.records.equals(expected.records)
    with pytest.raises(ConcordError, match="features of 240 records given for 239"):
        link(table(people[1:]), model, features=features)
