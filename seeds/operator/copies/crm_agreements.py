"""The CRM's agreements with customers (TMF651), with the price that each names for its products."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.keys import Keys
from seeds.operator.planting.agreements import NOBODY
from seeds.operator.world.clock import DAY, NEVER
from seeds.operator.world.offerings import CURRENCY, OFFERINGS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def agreements(operator: Operator, keys: Keys) -> pl.DataFrame:
    """Frame id, document, changed_at: one document for each agreement; a renewal is the next agreement."""
    rows = []
    for (number,), terms in operator.agreements.documents.group_by("agreement", maintain_order=True):
        first = terms.row(0, named=True)
        key = f"AGR-{int(first['line']) * 7 + 1_000:06d}-{number:04d}"
        period = {"startDateTime": _iso(first["from_at"])}
        if first["to_at"] < NEVER:
            period["endDateTime"] = _iso(first["to_at"])
        offering = keys.offering[first["offering"]]
        document = {
            "id": key,
            "href": f"/agreementManagement/v4/agreement/{key}",
            "name": f"Rahmenvertrag {OFFERINGS[first['offering']].name}",
            "agreementType": "commercial",
            "version": "1",
            "status": "ended" if first["to_at"] <= operator.parameters.now else first["status"],
            "initialDate": _iso(first["from_at"] - 14 * DAY),
            "agreementPeriod": period,
            "engagedParty": _parties(keys, first["customer"]),
            "agreementItem": [
                {
                    "@type": "PricedAgreementItem",
                    "productOffering": [{"id": offering, "@referredType": "ProductOffering"}],
                    "product": [{"id": keys.product[line], "@referredType": "Product"} for line in terms["line"]],
                    "itemPrice": [
                        {
                            "priceType": "recurring",
                            "recurringChargePeriod": "month",
                            "price": {"dutyFreeAmount": {"unit": CURRENCY, "value": first["monthly"] / 100}},
                        }
                    ],
                }
            ],
            "@type": "Agreement",
        }
        rows.append((key, json.dumps(document, ensure_ascii=False, separators=(",", ":")), _instant(first["from_at"])))
    schema = {"id": pl.String, "document": pl.String, "changed_at": pl.Datetime("us", "UTC")}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("id")


def _parties(keys: Keys, customer: int) -> list[dict]:
    if customer == NOBODY:
        return []
    return [{"id": keys.crm_customer[customer], "role": "customer", "@referredType": "Customer"}]


def _instant(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=int(at))


def _iso(at: int) -> str:
    return _instant(at).strftime("%Y-%m-%dT%H:%M:%SZ")
