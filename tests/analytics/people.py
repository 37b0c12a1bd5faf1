"""Records to test linking with: single ones by hand, and a small population with households, written by several
systems.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from analytics.identity.features import RECORD_SCHEMA

_GIVEN = (
    "Anna", "Bernd", "Cem", "Dilara", "Emil", "Franka", "Georg", "Hanna", "Ivan", "Jutta", "Karl", "Lena", "Murat",
    "Nora", "Otto",
    "Petra", "Quirin", "Rosa", "Stefan", "Tanja", "Ulrich", "Vera", "Willi", "Yusuf", "Zara",
)  # fmt: skip
_FAMILY = (
    "Müller", "Schmidt", "Yılmaz", "Kowalski", "Weiß", "Öztürk", "Fischer", "Hoffmann", "Şahin", "Krämer", "Vogel",
    "Brandt", "Neumann",
    "Schäfer", "Jäger", "Lorenz", "Kuhn", "Peters", "Simon", "Arnold",
)  # fmt: skip
_STREETS = ("Hauptstraße", "Gartenweg", "Am Markt", "Lindenallee", "Schulstraße", "Bergstraße", "Ringstraße")
_CITIES = (("10115", "Berlin"), ("20095", "Hamburg"), ("50667", "Köln"), ("80331", "München"))


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Records; what a row doesn't name is null."""
    return pa.Table.from_pylist([{name: row.get(name) for name in RECORD_SCHEMA.names} for row in rows], RECORD_SCHEMA)


def person(record_id: str, given_name: str | None, family_name: str | None, **more: Any) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "system": record_id.split(":", maxsplit=1)[0],
        "party_type": "person",
        "given_name": given_name,
        "family_name": family_name,
        "country_code": "DE",
        **more,
    }


def company(record_id: str, company_name: str | None, **more: Any) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "system": record_id.split(":", maxsplit=1)[0],
        "party_type": "company",
        "company_name": company_name,
        "country_code": "DE",
        **more,
    }


def population(people: int, seed: int) -> list[dict[str, Any]]:
    """Two records of each person, every third person in a household that shares name, address and phone."""
    chance = random.Random(seed)
    rows: list[dict[str, Any]] = []
    home: dict[str, Any] = {}
    for number in range(people):
        if number % 3 != 1:
            postcode, city = chance.choice(_CITIES)
            home = {
                "family_name": chance.choice(_FAMILY),
                "street": f"{chance.choice(_STREETS)} {chance.randint(1, 150)}",
                "postcode": postcode,
                "city": city,
                "phones": [f"0171{chance.randint(1_000_000, 9_999_999)}"],
            }
        # Two members of a household are two names: without a birth date nothing else would tell them apart.
        given_name = chance.choice([name for name in _GIVEN if name != home.get("taken")])
        home["taken"] = given_name
        known = {
            **{name: value for name, value in home.items() if name != "taken"},
            "given_name": given_name,
            "birth_date": date(1940, 1, 1) + timedelta(days=chance.randint(0, 25_000)),
            "emails": [f"{given_name.lower()}{number}@mail.example"],
            "party_type": "person",
            "country_code": "DE",
        }
        rows.append({**known, "record_id": f"crm:{number:04}", "system": "crm"})
        copied = {
            **known,
            "record_id": f"billing:{number:04}",
            "system": "billing",
            "street": known["street"].replace("straße", "str."),
        }
        copied[chance.choice(("birth_date", "emails", "phones", "street"))] = None
        rows.append(copied)
    return rows
