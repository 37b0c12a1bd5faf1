"""The acquired company's CRM: a nightly full dump of customers and contracts, with its own words and old letters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import cents, choose_words, digits, instants
from seeds.operator.copies.keys import Keys
from seeds.operator.copies.noise import claims
from seeds.operator.copies.spelling import latin_1, number_spelling
from seeds.operator.world.clock import DAY, HOUR, NEVER
from seeds.operator.world.lines import ACQUIRED_CRM
from seeds.operator.world.offerings import CODES, MONTHLY
from seeds.operator.world.parties import COMPANY, SOLE_TRADER

_SNAPSHOTS = 7
# A contract that ended leaves the dump some days later, and a customer without contracts with it.
_KEPT_DAYS = 10
_TRADER_AS_PERSON = 0.3


@dataclass(frozen=True)
class CrmFixedCopy:
    entities: dict[str, pl.DataFrame]
    beliefs: pl.DataFrame


def copy_crm_fixed(operator: Operator, keys: Keys) -> CrmFixedCopy:
    """Frames ``customer`` and ``product`` with one snapshot per night (column file_date), seven nights."""
    random = operator.parameters.random("crm_fixed")
    beliefs = claims(operator.parties, random, careless=1.6, recognisable=keys.keyless_fault).with_columns(
        latin_1(pl.col(name)).alias(name)
        for name in ("given_name", "family_name", "company_name", "street_text", "city")
    )
    contracts = _contracts(operator, keys, random)
    customers = _customers(operator, keys, beliefs, random)
    parameters = operator.parameters
    product_parts, customer_parts = [], []
    for day in range(parameters.end_day - _SNAPSHOTS + 1, parameters.end_day + 1):
        dumped_at = int(parameters.clock.midnight(day)) + 2 * HOUR
        present = contracts.filter((pl.col("start") <= dumped_at) & (pl.col("leaves_at") > dumped_at))
        ended = pl.col("end") <= dumped_at
        present = present.with_columns(
            pl.lit(day, pl.Int32).cast(pl.Date).alias("file_date"),
            pl.when(ended).then(pl.lit("gekuendigt")).otherwise("word").alias("status"),
            pl.when(ended | pl.col("is_announced")).then("terminated_at").alias("terminated_at"),
        )
        product_parts.append(present)
        holders = (
            present.group_by("customer").agg((pl.col("status") == "gekuendigt").all().alias("is_gone")).sort("customer")
        )
        customer_parts.append(
            customers.join(holders, on="customer", how="inner", maintain_order="left").with_columns(
                pl.lit(day, pl.Int32).cast(pl.Date).alias("file_date"),
                pl.when("is_gone").then(pl.lit("gekuendigt")).otherwise(pl.lit("aktiv")).alias("status"),
            )
        )
    product = pl.concat(product_parts).sort("file_date", "contract_no").select(
        "contract_no", "customer_no", "tariff_code", "line_number", "monthly_amount", "started_at", "terminated_at",
        "status", "file_date",
    )  # fmt: skip
    customer = pl.concat(customer_parts).sort("file_date", "customer_no").select(
        "customer_no", "family_name", "given_name", "company_name", "street", "postcode", "city", "phone", "email",
        "birth_date", "status", "created_at", "updated_at", "file_date",
    )  # fmt: skip
    return CrmFixedCopy({"customer": customer, "product": product}, beliefs)


def _contracts(operator: Operator, keys: Keys, random: np.random.Generator) -> pl.DataFrame:
    lines, now = operator.lines, operator.parameters.now
    line = np.flatnonzero((lines.home == ACQUIRED_CRM) & lines.is_provisioned)
    end = lines.end[line].copy()
    # What the network lost without an order, this CRM still believes to be running.
    end[np.isin(line, operator.chooser.lines("O2.vanished_from_network"))] = NEVER
    leaves = np.where(
        (operator.chooser.role[line] == 0) & (line % 2 == 0) & (end < NEVER), end + _KEPT_DAYS * DAY, NEVER
    )
    offering = lines.offering_at(line, np.full(len(line), now))
    number = number_spelling(pl.col("digits"), pl.col("style"))
    return pl.DataFrame(
        {
            "customer": lines.customer[line],
            "contract_no": keys.product[line],
            "customer_no": keys.holder[line],
            "tariff_code": pl.Series([code.lower() for code in CODES])[offering],
            "digits": digits(lines.number[line]),
            "has_number": lines.has_service[line],
            "style": random.choice(6, len(line), p=[0.05, 0.05, 0.05, 0.50, 0.05, 0.30]),
            "cents": MONTHLY[offering],
            "start": lines.start[line],
            "end": end,
            "leaves_at": leaves,
            "is_announced": random.random(len(line)) < 0.5,
            "started_at": instants(lines.start[line]).dt.truncate("1m"),
            "terminated_at": instants(end).dt.truncate("1m"),
            "word": choose_words(random, len(line), ["aktiv", "Aktiv", "AKTIV"], [0.9, 0.06, 0.04]),
        }
    ).with_columns(line_number=pl.when("has_number").then(number), monthly_amount=cents(pl.col("cents")))


def _customers(operator: Operator, keys: Keys, beliefs: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    lines, customers = operator.lines, len(operator.parties)
    acquired = lines.home == ACQUIRED_CRM
    since = np.full(customers, NEVER)
    np.minimum.at(since, lines.customer[acquired], lines.start[acquired])
    is_company = pl.col("kind") == COMPANY
    # Some sole traders are a person to this CRM, without a shop.
    as_person = (pl.col("kind") == SOLE_TRADER) & pl.Series(random.random(customers) < _TRADER_AS_PERSON)
    updated = np.minimum(since + random.integers(1, 500, customers) * DAY, operator.parameters.now - 2 * DAY)
    return beliefs.with_columns(
        customer_no=keys.customer_no,
        family_name=pl.when(~is_company).then("family_name"),
        given_name=pl.when(~is_company).then("given_name"),
        company_name=pl.when(~as_person).then("company_name"),
        street=pl.col("street_text"),
        phone=pl.col("phone_text"),
        created_at=instants(since - DAY).dt.truncate("1m"),
        updated_at=pl.when(pl.Series(random.random(customers) < 0.7)).then(instants(updated).dt.truncate("1m")),
    ).filter(pl.Series(keys.in_crm_fixed))
