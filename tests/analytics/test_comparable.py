"""What becomes of features before they are compared: junk goes, values get their shares."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from analytics.identity.comparable import make_comparable
from analytics.identity.engine import Resources, workspace
from analytics.identity.features import prepare
from tests.analytics.people import person, table


def comparable(rows: list[dict[str, Any]], **model: Any) -> pa.Table:
    frozen: dict[str, Any] = {"junk": {}, "frequencies": {}, "usual_given_names": (), **model}
    with workspace(Resources()) as connection:
        made = make_comparable(connection, prepare(table(rows)), **frozen)
        assert connection.execute("select count(*) from comparable").fetchone() == (len(rows),)
        return made


def test_junk_goes_from_lists_and_leaves_the_rest() -> None:
    rows = [
        person("a", "Hans", "Meier", emails=["all@mail.example", "hans@mail.example"], vat_number="DE111111111"),
        person("b", "Rosa", "Meier", emails=["all@mail.example"], vat_number="DE222222222"),
        person("c", "Ida", "Meier", emails=None),
        person("d", "Otto", "Meier", emails=["otto@mail.example"]),
    ]
    made = comparable(rows, junk={"emails": ("all@mail.example",), "vat_number": ("DE222222222",)})
    assert made["emails"].to_pylist() == [["hans@mail.example"], None, None, ["otto@mail.example"]]
    assert made["vat_number"].to_pylist() == ["DE111111111", None, None, None]


def test_a_domain_is_junk_of_businesses_alone() -> None:
    mail = {"emails": ["who@provider.example"]}
    shop = person("a", None, None, party_type="company", company_name="Meier GmbH", **mail)
    made = comparable([shop, person("b", "Rosa", "Meier", **mail)], junk={"domains": ("provider.example",)})
    assert made["domains"].to_pylist() == [None, ["provider.example"]]


def test_shares_are_as_listed_or_as_of_any_other() -> None:
    rows = [person("a", "Hans", "Meier"), person("b", "Rosa", "Huber"), person("c", None, "Meier")]
    made = comparable(
        rows,
        frequencies={
            "given_name": {"values": {"hans": 0.25}, "other": 0.001},
            "family_name": {"values": {"meier": 0.5}, "other": None},
        },
        usual_given_names=("rosa",),
    )
    assert made["tf_given_name"].to_pylist() == [0.25, 0.001, None]
    assert made["tf_family_name"].to_pylist() == [0.5, None, 0.5]
    assert made["tf_city"].to_pylist() == [None] * 3
    assert made["is_usual_given_name"].to_pylist() == [False, True, False]
    assert made["is_known_given_name"].to_pylist() == [True, True, False]


def test_records_are_numbered_in_the_order_of_their_names() -> None:
    features = prepare(table([person(name, "Hans", "Meier") for name in "cab"]))
    with workspace(Resources()) as connection:
        made = make_comparable(
            connection, features.take(pa.array([2, 0, 1])), junk={}, frequencies={}, usual_given_names=()
        )
    assert dict(zip(made["record_id"].to_pylist(), made["unique_id"].to_pylist(), strict=True)) == {
        "a": 1,
        "b": 2,
        "c": 3,
    }
