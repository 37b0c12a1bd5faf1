"""The product catalogue as TM Forum documents. It is right: its prices are what customers agreed to."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.keys import Keys
from seeds.operator.world.offerings import (
    ACTIVATION_FEE,
    ALLOWANCES,
    ANY_TIME,
    CATEGORIES,
    CODES,
    CURRENCY,
    FIXED,
    MOBILE,
    OFFERINGS,
    SPEEDS,
    TARIFF_PERIODS,
    TARIFF_WINDOWS,
    TERMINATION_FEE,
    UNITS,
    USAGE_TYPES,
    ZONES,
)
from seeds.operator.world.promotions import PROMOTIONS, Promotion
from seeds.operator.world.taxation import CATEGORY

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SINCE = datetime(2015, 12, 31, 23, tzinfo=UTC)
ACTIVATION, EARLY_TERMINATION = "activation fee", "early termination fee"
# Sold until the end of the window; those who have it keep it.
_RETIRED = ("FIX_PHONE",)


def copy_catalog(operator: Operator, keys: Keys) -> dict[str, pl.DataFrame]:
    """Frames ``product_offering``, ``product_offering_price`` and ``promotion``, whatever the operator's size."""
    prices = _prices(operator, keys)
    window_end = _EPOCH + timedelta(microseconds=int(operator.parameters.clock.midnight(operator.parameters.end_day)))
    offerings = []
    for number, offering in enumerate(OFFERINGS):
        key = keys.offering[number]
        own = [price for price in prices if price["offeringReference"] == key]
        document = {
            "id": key,
            "href": f"/productCatalogManagement/v4/productOffering/{key}",
            "name": offering.name,
            "isBundle": False,
            "isSellable": offering.code not in _RETIRED,
            "lifecycleStatus": "Retired" if offering.code in _RETIRED else "Active",
            "lastUpdate": _iso(_SINCE),
            "validFor": {"startDateTime": _iso(_SINCE)},
            "category": [{"id": f"CAT-{offering.category + 1}", "name": CATEGORIES[offering.category]}],
            "prodSpecCharValueUse": [
                _characteristic("billingCode", offering.code),
                *([_characteristic("downstreamSpeed", str(SPEEDS[offering.code]))] if offering.code in SPEEDS else []),
            ],
            "productOfferingPrice": [
                {"id": price["id"], "href": price["href"], "name": price["name"]} for price in own
            ],
            "@type": "ProductOffering",
        }
        if offering.code in _RETIRED:
            document["validFor"]["endDateTime"] = _iso(window_end)
        if offering.category in (MOBILE, FIXED):
            name = {MOBILE: "MobileService", FIXED: "FixedService"}[offering.category]
            document["serviceCandidate"] = {"id": f"SC-{offering.category + 1}", "name": name}
        if number % 5 == 3:
            document["marketingTag"] = "herbst"
        offerings.append((key, document, _SINCE))
    return {
        "product_offering": _frame(offerings),
        "product_offering_price": _frame([(price["id"], price, _SINCE) for price in prices]),
        "promotion": _frame([(item.code, _promotion(item), _SINCE) for item in PROMOTIONS]),
    }


def _promotion(item: Promotion) -> dict:
    """A promotion as TMF671 has it: what it does stands in the action of its pattern."""
    action = {
        "id": "1",
        "actionType": "percentageDiscount" if item.is_percentage else "amountDiscount",
        "actionObject": "recurringCharge",
        "actionValue": f"{item.value / 100:.2f}",
    }
    if item.cap is not None:
        action["maximumAmount"] = {"unit": CURRENCY, "value": item.cap / 100}
    document = {
        "id": item.code,
        "href": f"/promotionManagement/v4/promotion/{item.code}",
        "name": item.name,
        "type": "Discount",
        "lifecycleStatus": "active",
        "validFor": {"startDateTime": _iso(_SINCE)},
        "isCombinable": not item.stands_alone,
        "pattern": [{"id": "1", "name": item.name, "action": [action]}],
        "@type": "Promotion",
    }
    if item.sold_until is not None:
        document["lifecycleStatus"] = "retired"
        document["validFor"]["endDateTime"] = _iso(datetime.combine(item.sold_until, time(), UTC))
    if item.months:
        document["effectiveDuration"] = {"amount": item.months, "units": "month"}
    return document


def fee_keys(operator: Operator, keys: Keys, fee: str) -> dict[int, str]:
    """Keys of the prices of one kind of one-off fee, by offering; an offering without the fee is left out."""
    key_of = {price["name"]: price["id"] for price in _prices(operator, keys)}
    names = {number: f"{code} {fee}" for number, code in enumerate(CODES)}
    return {number: key_of[name] for number, name in names.items() if name in key_of}


def _frame(rows: list[tuple[str, dict, datetime]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [row[0] for row in rows],
            "document": [json.dumps(row[1], ensure_ascii=False, separators=(",", ":")) for row in rows],
            "changed_at": pl.Series([row[2] for row in rows], dtype=pl.Datetime("us", "UTC")),
        }
    ).sort("id")


def _iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _characteristic(name: str, *values: str) -> dict:
    return {
        "name": name,
        "valueType": "string",
        "productSpecCharacteristicValue": [
            {"value": value, "isDefault": position == 0} for position, value in enumerate(values)
        ],
    }


def _prices(operator: Operator, keys: Keys) -> list[dict]:
    change = _EPOCH + timedelta(microseconds=operator.tariff.change_at)
    prices: list[dict] = []

    def add(offering: int, name: str, price_type: str, value: float, amount: int, unit: str, **more: object) -> None:
        key = f"POP-{len(prices) + 1:04d}"
        prices.append(
            {
                "id": key,
                "href": f"/productCatalogManagement/v4/productOfferingPrice/{key}",
                "name": name,
                "priceType": price_type,
                "price": {"unit": CURRENCY, "value": value},
                "unitOfMeasure": {"amount": amount, "units": unit},
                "offeringReference": keys.offering[offering],
                "tax": [{"taxCategory": str(CATEGORY[offering])}],
                "@type": "ProductOfferingPrice",
                **{"validFor": {"startDateTime": _iso(_SINCE)}, **more},
            }
        )

    for number, code in enumerate(CODES):
        offering = OFFERINGS[number]
        add(number, f"{code} monthly charge", "recurring", offering.monthly / 100, 1, "month")
        if ACTIVATION_FEE[number]:
            add(number, f"{code} {ACTIVATION}", "oneTime", int(ACTIVATION_FEE[number]) / 100, 1, "item")
        if offering.category in (MOBILE, FIXED) and offering.monthly:
            add(number, f"{code} {EARLY_TERMINATION}", "oneTime", TERMINATION_FEE / 100, 1, "item")
    for rate in operator.tariff.rates:
        valid = {"startDateTime": _iso(change if rate.is_raised else _SINCE)}
        if rate.is_replaced:
            valid["endDateTime"] = _iso(change)
        usage_type, zone = USAGE_TYPES[rate.usage_type], ZONES[rate.zone]
        characteristics = [_characteristic("usageType", usage_type), _characteristic("zone", zone)]
        period = ""
        if rate.period != ANY_TIME:
            period = f" {TARIFF_PERIODS[rate.period]}"
            characteristics += [
                _characteristic("tariffPeriod", TARIFF_PERIODS[rate.period]),
                _characteristic("tariffWindow", *TARIFF_WINDOWS[rate.period]),
                _characteristic("periodRule", "split" if rate.splits else "start"),
            ]
        if rate.minimum > rate.unit_size:
            characteristics.append(_characteristic("minimumUnits", str(rate.minimum)))
        add(
            rate.offering,
            f"{CODES[rate.offering]} {usage_type} {zone}{period}",
            "usage",
            rate.price / 1_000_000,
            rate.unit_size,
            UNITS[rate.usage_type],
            validFor=valid,
            prodSpecCharValueUse=characteristics,
        )
    for offering, allowance in ALLOWANCES:
        usage_type = USAGE_TYPES[allowance.usage_type]
        add(
            offering,
            f"{CODES[offering]} {usage_type} included",
            "allowance",
            0,
            allowance.units,
            UNITS[allowance.usage_type],
            prodSpecCharValueUse=[
                _characteristic("usageType", usage_type),
                _characteristic("zone", *(ZONES[zone] for zone in allowance.zones)),
                _characteristic("allowanceScope", "account" if allowance.is_shared else "product"),
            ],
        )
    return prices
