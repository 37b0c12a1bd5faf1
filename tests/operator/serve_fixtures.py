"""A tiny operator, made by hand: enough rows to see every format, few enough to read."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import polars as pl

NOON = datetime(2026, 7, 1, 10, 34, 56, tzinfo=UTC)
TIME = pl.Datetime("us", "UTC")


def write(frame: pl.DataFrame, systems: Path, system: str, entity: str) -> None:
    file = systems / system / f"{entity}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(file)


def write_documents(systems: Path, system: str, entity: str, documents: list[dict]) -> None:
    rows = {
        "id": [document["id"] for document in documents],
        "document": [json.dumps(document, ensure_ascii=False) for document in documents],
        "changed_at": [NOON + timedelta(minutes=number) for number in range(len(documents))],
    }
    write(
        pl.DataFrame(rows, schema={"id": pl.String, "document": pl.String, "changed_at": TIME}), systems, system, entity
    )


def individuals(count: int) -> list[dict]:
    return [
        {
            "id": f"IND-{number:05d}",
            "givenName": "Zoë",
            "familyName": f"Müller {number}",
            "birthDate": "1970-01-02",
            "status": "validated" if number % 2 else "initialized",
            "contactMedium": [
                {"mediumType": "email", "preferred": True, "characteristic": {"emailAddress": f"{number}@gmx.example"}}
            ],
        }
        for number in range(count)
    ]


def alarms(count: int) -> list[dict]:
    """Alarms whose change times are those that write_documents gives them."""
    return [
        {
            "id": f"ALM-{number:05d}",
            "perceivedSeverity": "major",
            "alarmChangedTime": (NOON + timedelta(minutes=number)).isoformat().replace("+00:00", "Z"),
        }
        for number in range(count)
    ]


def usage_events(days: int = 20, rows: int = 4) -> pl.DataFrame:
    """``rows`` events a day of each stream; voice lasts, data moves bytes."""
    records = [
        {
            "stream": stream,
            "file_date": date(2026, 7, 1) + timedelta(days=day),
            "file_sequence": 100 + day,
            "record_sequence": number + 1,
            "usage_type": stream,
            "served_imsi": None if number == 0 else "262420000000001",
            "served_number": "4915200000001",
            "other_party": "49401234567",
            "zone": "national",
            "started_at": NOON + timedelta(days=day, seconds=number),
            "duration_seconds": 61 + number if stream == "voice" else 0,
            "uplink_bytes": 10**9 if stream == "data" else 0,
            "downlink_bytes": 4 * 10**9 + number if stream == "data" else 0,
            "cell_id": "26242-1-7",
            "charging_id": f"{stream}{day}{number}",
            "partial_sequence": 1 if stream == "data" else None,
            "recording_entity": "MSC-01",
            "local_sequence_number": number,
        }
        for stream in ("voice", "sms", "data")
        for day in range(days)
        for number in range(rows)
    ]
    return pl.DataFrame(records, schema_overrides={"partial_sequence": pl.Int64}, infer_schema_length=None)


def subscribers() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "file_date": date(2026, 7, day),
                "imsi": f"26242000000000{number}",
                "msisdn": f"491520000000{number}",
                "iccid": None if number == 2 else f"894920000000000000{number}",
                "profile": "POSTPAID_BIZ",
                "state": "ACTIVE",
                "activated_at": None if number == 2 else NOON,
            }
            for day in (1, 2, 3)
            for number in (1, 2)
        ]
    )


def fixed_customers() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "file_date": [date(2026, 7, 1), date(2026, 7, 2)],
            "customer_no": ["0012", "0012"],
            "family_name": ["Łukasiewicz", "Łukasiewicz"],
            "given_name": ["Ayşe", "Ayşe"],
            "company_name": ['Käse; "Brot" & Wein', None],
            "street": ["Große Straße 1", "Große Straße 1"],
            "postcode": ["01234", "01234"],
            "city": ["Köln", "Köln"],
            "phone": [None, None],
            "email": ["α@b.example", "α@b.example"],
            "birth_date": [date(1970, 1, 2), None],
            "status": ["aktiv", "aktiv"],
            "created_at": [NOON, NOON],
            "updated_at": [None, NOON],
        },
        schema_overrides={"phone": pl.String, "updated_at": TIME},
    )


def fixed_products() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "file_date": [date(2026, 7, 1)],
            "contract_no": ["V1"],
            "customer_no": ["0012"],
            "tariff_code": ["fix_50"],
            "line_number": ["0221 12345"],
            "monthly_amount": [Decimal("1234.50")],
            "started_at": [datetime(2026, 1, 31, 23, 30, tzinfo=UTC)],
            "terminated_at": [None],
            "status": ["aktiv"],
        },
        schema_overrides={"terminated_at": TIME},
    )


def accounts() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "account_id": ["A1", "A2"],
            "customer_ref": ["", None],
            "legacy_customer_no": [None, "KW-12"],
            "account_name": ['Müller, "Zoë"', "Öl\nGmbH"],
            "account_type": ["P", "C"],
            "street": [None, None],
            "postcode": ["01234", None],
            "city": [None, None],
            "email": [None, None],
            "phone": [None, None],
            "birth_date": [date(1970, 1, 2), None],
            "bill_cycle": ["01", "11"],
            "status": ["A", "A"],
            "opened_at": [NOON, NOON],
            "closed_at": [None, NOON],
            "updated_at": [NOON, NOON],
        },
        schema_overrides=dict.fromkeys(("street", "city", "email", "phone"), pl.String),
    )


def discounts() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "discount_id": ["D1"],
            "subscription_id": ["S1"],
            "kind": ["PCT"],
            "value": [Decimal("12.3456")],
            "promotion_code": [None],
            "cap_amount": [None],
            "reason": [None],
            "authorised_by": [None],
            "valid_from": [NOON],
            "valid_to": [None],
        },
        schema_overrides={
            **dict.fromkeys(("promotion_code", "reason", "authorised_by"), pl.String),
            "cap_amount": pl.Decimal(18, 2),
            "valid_to": TIME,
        },
    )


def tiny_operator(folder: Path) -> Path:
    """An operator's folder with a little of everything; returns it."""
    systems = folder / "systems"
    write(accounts(), systems, "billing", "account")
    write(discounts(), systems, "billing", "discount")
    write_documents(systems, "crm", "individual", individuals(45))
    write_documents(systems, "alarms", "alarm", alarms(30))
    write(fixed_customers(), systems, "crm_fixed", "customer")
    write(fixed_products(), systems, "crm_fixed", "product")
    write(subscribers(), systems, "subscribers", "subscriber")
    write(usage_events(), systems, "usage", "usage_event")
    (folder / "world.json").write_text(json.dumps({"seed": 7}), encoding="utf-8")
    return folder


@dataclass
class Answer:
    """What an ASGI application answered to one request."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_broken(self) -> bool:
        return len(self.body) != int(self.headers["content-length"])

    def json(self) -> object:
        return json.loads(self.body)


def get(
    app: object, path: str, headers: dict[str, str] | None = None, method: str = "GET", **parameters: str
) -> Answer:
    """One request to an ASGI application, without a socket. Dots in parameter names are written as two underscores."""
    query = urlencode({name.replace("__", "."): value for name, value in parameters.items()})
    answer = Answer(0, {}, b"")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
        "headers": [(b"host", b"tmf.example"), *((k.lower().encode(), v.encode()) for k, v in (headers or {}).items())],
        "server": ("tmf.example", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    asyncio.run(app(scope, receive, send))
    return answer
