"""Billing's accounts, subscriptions, plans and discounts, with what was mistyped when they were migrated."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import cents, choose_words, digits, instants
from seeds.operator.copies.keys import Keys
from seeds.operator.copies.noise import claims
from seeds.operator.copies.spelling import circuit_spelling, number_spelling
from seeds.operator.world.bill_runs import CYCLES
from seeds.operator.world.billing_engine import NO_CAP
from seeds.operator.world.clock import DAY, HOUR, NEVER
from seeds.operator.world.lines import ACQUIRED_CRM, OWN_CRM, imsi
from seeds.operator.world.offerings import CIRCUIT, CODES, MOBILE
from seeds.operator.world.parties import PERSON, SOLE_TRADER

_CUSTOMER_REF_MISSING = 0.03
_TRADER_AS_PERSON = 0.3
_NO_NAME = "unbekannt"


def accounts(operator: Operator, keys: Keys, random: np.random.Generator) -> tuple[pl.DataFrame, ...]:
    lines, now = operator.lines, operator.parameters.now
    customer = operator.accounts.customer
    count = len(customer)
    # Who leaks without a key was typed into billing anew, by somebody who did not look for the customer.
    beliefs = claims(operator.parties[customer], random, typed_anew=keys.keyless_fault[customer]).with_columns(
        account=keys.account
    )
    opened = np.full(count, NEVER)
    np.minimum.at(opened, lines.account, lines.start)
    view_end = np.where(lines.is_provisioned, operator.lifecycle.billing.end, NEVER)
    closed = np.zeros(count, dtype=np.int64)
    np.maximum.at(closed, lines.account, view_end)
    opened = np.where(opened < NEVER, opened, operator.parameters.clock.midnight(operator.parameters.start_day - 30))
    closed = np.where((closed > 0) & (closed < now), closed + 40 * DAY, NEVER)
    closed = np.where(closed < now, closed, NEVER)
    suspended = np.zeros(count, dtype=bool)
    suspended[lines.account[lines.suspended_at < now]] = True
    suspended[lines.account[operator.bars.line[operator.bars.lifted_at > now]]] = True

    updated = np.where(closed < NEVER, closed, opened + random.integers(1, 300, count) * DAY)

    # An account of the acquired company only has its old number; a shared one has both.
    has_own, has_acquired = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    has_own[lines.account[lines.home == 0]] = True
    has_acquired[lines.account[lines.home == 1]] = True
    missing = has_own & ((random.random(count) < _CUSTOMER_REF_MISSING) | keys.keyless[OWN_CRM][customer])
    stale = has_own & ~missing & keys.duplicated[customer] & (random.random(count) < 0.4)
    legacy_style = random.choice(5, count, p=[0.72, 0.11, 0.11, 0.04, 0.02])
    legacy_style[keys.keyless[ACQUIRED_CRM][customer]] = 4
    number = keys.customer_no[customer]
    bare = number.str.strip_chars_start("0")
    frame = beliefs.with_columns(
        own=keys.crm_customer[customer],
        duplicate=keys.crm_duplicate[customer],
        number=number,
        bare=bare,
        style=pl.Series(legacy_style),
        has_own=pl.Series(has_own),
        has_acquired=pl.Series(has_acquired),
        missing=pl.Series(missing),
        stale=pl.Series(stale),
        reversed_name=pl.Series(random.random(count) < 0.04),
        # Some sole traders are billed under their own name, most under that of the shop.
        is_person=(pl.col("kind") == PERSON)
        | ((pl.col("kind") == SOLE_TRADER) & pl.Series(random.random(count) < _TRADER_AS_PERSON)),
    )
    style = pl.col("style")
    given, family = pl.col("given_name"), pl.col("family_name")
    account = frame.select(
        pl.col("account").alias("account_id"),
        pl.when(pl.col("has_own") & ~pl.col("missing"))
        .then(pl.when("stale").then("duplicate").otherwise("own"))
        .alias("customer_ref"),
        pl.when("has_acquired")
        .then(
            pl.when(style == 0).then("number")
            .when(style == 1).then(pl.lit("KW-") + pl.col("number"))
            .when(style == 2).then("bare")
            .when(style == 3).then(pl.lit("KW") + pl.col("bare"))
        )
        .alias("legacy_customer_no"),
        pl.when("is_person")
        .then(pl.when("reversed_name").then(given + " " + family).otherwise(family + ", " + given))
        .otherwise(pl.col("company_name"))
        .fill_null(_NO_NAME)
        .alias("account_name"),
        pl.when("is_person").then(pl.lit("P")).otherwise(pl.lit("C")).alias("account_type"),
        pl.col("street_text").alias("street"),
        "postcode",
        "city",
        "email",
        pl.col("phone_text").alias("phone"),
        pl.when("is_person").then("birth_date").alias("birth_date"),
        pl.Series("bill_cycle", CYCLES)[operator.accounts.cycle].alias("bill_cycle"),
        pl.Series(np.where(closed < NEVER, "C", np.where(suspended, "S", "A")).tolist()).alias("status"),
        instants(opened - HOUR).alias("opened_at"),
        instants(closed).alias("closed_at"),
        instants(np.minimum(updated, now - HOUR)).alias("updated_at"),
    )  # fmt: skip
    described = (
        pl.when("missing").then(pl.lit("customer_ref: billing has none"))
        .when("stale").then(pl.lit("customer_ref: billing names the duplicate ") + pl.col("duplicate"))
        .when(pl.col("has_acquired") & (style == 4)).then(pl.lit("legacy_customer_no: billing has none"))
        .when(pl.col("has_acquired") & (style > 0))
        .then(pl.lit("legacy_customer_no: typed in another way than ") + pl.col("number"))
    )  # fmt: skip
    flaws = frame.with_row_index("position").select(
        pl.col("position").cast(pl.Int64).alias("account"), described.alias("description")
    ).filter(pl.col("description").is_not_null())  # fmt: skip
    return account.sort("account_id"), beliefs, flaws


def subscriptions(operator: Operator, keys: Keys, random: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    lines, view, now = operator.lines, operator.lifecycle.billing, operator.parameters.now
    line = operator.subscriptions.line
    count = len(line)
    at = np.full(count, now)
    number = np.where(view.shows_old_number[line], lines.number[line], lines.number_at(line, at))
    sim = np.where(view.shows_old_sim[line], lines.sim[line], lines.sim_at(line, at))
    is_mobile, has_number = lines.kind[line] == MOBILE, lines.has_service[line]
    end = operator.subscriptions.end
    ended = end < now
    in_force = operator.bars.line[operator.bars.lifted_at > now]
    suspended = ((lines.suspended_at[line] < now) | np.isin(line, in_force)) & ~ended
    style = random.choice(6, count, p=[0.55, 0.12, 0.10, 0.13, 0.07, 0.03])
    spelt = np.isin(line, operator.chooser.lines("O1.number_spelling"))
    style = np.where(spelt & (style == 0), 1 + line % 4, style)
    # Old rows without the product's number; what they can still be found by is the telephone number.
    unreferenced = has_number & (operator.chooser.role[line] == 0) & (random.random(count) < 0.03)
    unreferenced |= keys.keyless_line[line]
    no_imsi = random.random(count) < 0.06
    changed = np.where(ended, end, operator.subscriptions.start + random.integers(0, 90, count) * DAY)
    frame = pl.DataFrame(
        {
            "subscription_id": keys.subscription[line],
            "account_id": keys.account[lines.account[line]],
            "product_ref": keys.product[line],
            "unreferenced": unreferenced,
            "digits": digits(number),
            "style": style,
            "has_number": has_number,
            "is_mobile": is_mobile,
            "is_circuit": lines.kind[line] == CIRCUIT,
            "circuit": keys.circuit(line),
            "card": digits(imsi(np.maximum(sim, 0))),
            "no_imsi": no_imsi,
            "status": np.where(ended, "TER", np.where(suspended, "SUS", "ACT")).tolist(),
            "bill_start_at": instants(operator.subscriptions.start),
            "bill_end_at": instants(end),
            "updated_at": instants(np.minimum(changed, now - HOUR)),
        }
    )
    subscription = frame.select(
        "subscription_id",
        "account_id",
        pl.when(~pl.col("unreferenced")).then("product_ref").alias("product_ref"),
        pl.when("has_number")
        .then(number_spelling(pl.col("digits"), pl.col("style")))
        .when("is_circuit")
        .then(circuit_spelling(pl.col("circuit"), pl.col("style")))
        .alias("service_number"),
        pl.when("has_number")
        .then(pl.when("is_mobile").then(pl.lit("MSISDN")).otherwise(pl.lit("LINE")))
        .when("is_circuit")
        .then(pl.lit("CIRCUIT"))
        .alias("number_type"),
        pl.when(pl.col("is_mobile") & ~pl.col("no_imsi")).then("card").alias("imsi"),
        "status",
        "bill_start_at",
        "bill_end_at",
        "updated_at",
    )
    described = (
        pl.when("unreferenced").then(pl.lit("product_ref: billing has none"))
        .when(pl.Series(view.shows_old_number[line])).then(pl.lit("service_number: billing shows the former number"))
        .when(pl.Series(view.shows_old_sim[line])).then(pl.lit("imsi: billing shows the former SIM card"))
    )  # fmt: skip
    flaws = frame.select(pl.Series("line", line), described.alias("description"))
    return subscription.sort("subscription_id"), flaws.filter(pl.col("description").is_not_null())


def subscription_plans(operator: Operator, keys: Keys) -> pl.DataFrame:
    plans = operator.plans
    line = plans["line"].to_numpy()
    return pl.DataFrame(
        {
            "subscription_plan_id": "P" + pl.Series(np.arange(len(plans)) + 1).cast(pl.String).str.zfill(8),
            "subscription_id": keys.subscription[line],
            "offering_code": pl.Series(CODES)[plans["offering"].to_numpy()],
            "valid_from": instants(plans["from_at"].to_numpy()),
            "valid_to": instants(plans["to_at"].to_numpy()),
        }
    )


def discount_keys(place: np.ndarray) -> pl.Series:
    """Keys of discounts by their place among all that were granted."""
    return "D" + pl.Series(np.asarray(place, dtype=np.int64) + 1).cast(pl.String).str.zfill(7)


def granted_discounts(operator: Operator, keys: Keys, random: np.random.Generator) -> pl.DataFrame:
    granted = operator.discounts
    line = granted["line"].to_numpy()
    count = len(granted)
    return pl.DataFrame(
        {
            "discount_id": discount_keys(np.arange(count)),
            "subscription_id": keys.subscription[line],
            "kind": np.where(granted["is_percentage"].to_numpy(), "PCT", "ABS").tolist(),
            "value": granted["value"].cast(pl.Decimal(18, 4)) / pl.Series([100]).cast(pl.Decimal(18, 4)),
            "promotion_code": granted["promotion"],
            "cap": granted["cap"],
            "reason": choose_words(
                random, count, ["Treuebonus", "Aktion", "Kombivorteil", "Kulanz"], [0.3, 0.35, 0.25, 0.1]
            ),
            "authorised_by": granted["authorised_by"],
            "valid_from": instants(granted["from_at"].to_numpy()),
            "valid_to": instants(granted["to_at"].to_numpy()),
        }
    ).select(
        "discount_id",
        "subscription_id",
        "kind",
        pl.col("value").cast(pl.Decimal(18, 4)),
        "promotion_code",
        cents(pl.when(pl.col("cap") < NO_CAP).then("cap")).alias("cap_amount"),
        "reason",
        "authorised_by",
        "valid_from",
        "valid_to",
    )
