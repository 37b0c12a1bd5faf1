"""The billing and rating database: accounts, subscriptions, rate tables, rated usage, bills and payments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import cents, choose_words, dates, digits, instants
from seeds.operator.copies.keys import Keys
from seeds.operator.copies.spelling import claims, number_spelling
from seeds.operator.copies.usage import MediationFiles, other_party, served
from seeds.operator.world.bill_runs import CYCLES
from seeds.operator.world.billing_engine import LINE_TYPES
from seeds.operator.world.clock import DAY, HOUR, MINUTE, NEVER
from seeds.operator.world.lines import imsi
from seeds.operator.world.offerings import ADDON, CODES, CURRENCY, DATA, MOBILE, MONTHLY, UNITS, USAGE_TYPES, ZONES
from seeds.operator.world.parties import PERSON

_TAX = 19
_SINCE = 1_451_602_800_000_000  # 2016-01-01, local midnight
_CUSTOMER_REF_MISSING = 0.03


@dataclass(frozen=True)
class BillingCopy:
    """Frames by entity; what billing believes of each account's holder; what its operators typed wrongly."""

    entities: dict[str, pl.DataFrame]
    beliefs: pl.DataFrame
    reference_flaws: pl.DataFrame  # account, description
    number_flaws: pl.DataFrame  # line, description


def copy_billing(operator: Operator, keys: Keys, files: MediationFiles) -> BillingCopy:
    """All billing entities, columns as the database has them."""
    random = operator.parameters.random("billing")
    accounts, beliefs, reference_flaws = _accounts(operator, keys, random)
    subscriptions, number_flaws = _subscriptions(operator, keys, random)
    invoices, lines = _invoices(operator, keys, random)
    invoices, payments = _payments(operator, invoices, random)
    entities = {
        "account": accounts,
        "subscription": subscriptions,
        "subscription_plan": _plans(operator, keys),
        "rating_rate": _rating_rates(operator),
        "recurring_rate": _recurring_rates(),
        "discount": _discounts(operator, keys, random),
        "bill_run": _bill_runs(operator),
        "invoice": invoices,
        "invoice_line": lines,
        "rated_usage": _rated_usage(operator, keys, files),
        "adjustment": _adjustments(operator, keys, invoices, random),
        "payment": payments,
    }
    return BillingCopy(entities, beliefs, reference_flaws, number_flaws)


def _accounts(operator: Operator, keys: Keys, random: np.random.Generator) -> tuple[pl.DataFrame, ...]:
    lines, now = operator.lines, operator.parameters.now
    customer = operator.accounts.customer
    count = len(customer)
    beliefs = claims(operator.parties[customer], random).with_columns(account=keys.account)
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

    # An account of the acquired company only has its old number; a shared one has both.
    has_own, has_acquired = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    has_own[lines.account[lines.home == 0]] = True
    has_acquired[lines.account[lines.home == 1]] = True
    missing = has_own & (random.random(count) < _CUSTOMER_REF_MISSING)
    stale = has_own & ~missing & keys.duplicated[customer] & (random.random(count) < 0.4)
    legacy_style = random.choice(5, count, p=[0.72, 0.11, 0.11, 0.04, 0.02])
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
        is_person=pl.col("kind") == PERSON,
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
        .alias("account_name"),
        pl.when("is_person").then(pl.lit("P")).otherwise(pl.lit("C")).alias("account_type"),
        pl.col("street_text").alias("street"),
        "postcode",
        "city",
        "email",
        pl.col("phone_text").alias("phone"),
        pl.when("is_person").then(dates(operator.parties["birth_day"].fill_null(0).to_numpy()[customer])).alias("birth_date"),
        pl.Series("bill_cycle", CYCLES)[operator.accounts.cycle].alias("bill_cycle"),
        pl.Series(np.where(closed < NEVER, "C", np.where(suspended, "S", "A")).tolist()).alias("status"),
        instants(opened - HOUR).alias("opened_at"),
        instants(closed).alias("closed_at"),
        instants(np.minimum(np.where(closed < NEVER, closed, opened + random.integers(1, 300, count) * DAY), now - HOUR)).alias(
            "updated_at"
        ),
    )  # fmt: skip
    described = (
        pl.when("missing").then(pl.lit("customer_ref: billing has none"))
        .when("stale").then(pl.lit("customer_ref: billing names the duplicate ") + pl.col("duplicate"))
        .when(pl.col("has_acquired") & (style == 4)).then(pl.lit("legacy_customer_no: billing has none"))
        .when(pl.col("has_acquired") & (style > 0)).then(pl.lit("legacy_customer_no: typed in another way than ") + pl.col("number"))
    )  # fmt: skip
    flaws = frame.with_row_index("position").select(
        pl.col("position").cast(pl.Int64).alias("account"), described.alias("description")
    ).filter(pl.col("description").is_not_null())  # fmt: skip
    return account.sort("account_id"), beliefs, flaws


def _subscriptions(operator: Operator, keys: Keys, random: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    lines, view, now = operator.lines, operator.lifecycle.billing, operator.parameters.now
    line = operator.subscriptions.line
    count = len(line)
    at = np.full(count, now)
    number = np.where(view.shows_old_number[line], lines.number[line], lines.number_at(line, at))
    sim = np.where(view.shows_old_sim[line], lines.sim[line], lines.sim_at(line, at))
    is_mobile, has_number = lines.kind[line] == MOBILE, lines.kind[line] != ADDON
    end = operator.subscriptions.end
    ended = end < now
    suspended = (lines.suspended_at[line] < now) & ~ended
    style = random.choice(6, count, p=[0.55, 0.12, 0.10, 0.13, 0.07, 0.03])
    spelt = np.isin(line, operator.chooser.lines("O1.number_spelling"))
    style = np.where(spelt & (style == 0), 1 + line % 4, style)
    # Old rows without the product's number; what they can still be found by is the telephone number.
    unreferenced = has_number & (operator.chooser.role[line] == 0) & (random.random(count) < 0.03)
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
        pl.when("has_number").then(number_spelling(pl.col("digits"), pl.col("style"))).alias("service_number"),
        pl.when("has_number")
        .then(pl.when("is_mobile").then(pl.lit("MSISDN")).otherwise(pl.lit("LINE")))
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


def _plans(operator: Operator, keys: Keys) -> pl.DataFrame:
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


def _rate_keys(operator: Operator) -> pl.Series:
    return "RT-" + pl.Series(np.arange(len(operator.tariff.rates)) + 1).cast(pl.String).str.zfill(4)


def _rating_rates(operator: Operator) -> pl.DataFrame:
    rates, change = operator.tariff.rates, operator.tariff.change_at
    return pl.DataFrame(
        {
            "rate_id": _rate_keys(operator),
            "offering_code": [CODES[rate.offering] for rate in rates],
            "usage_type": [USAGE_TYPES[rate.usage_type] for rate in rates],
            "zone": [ZONES[rate.zone] for rate in rates],
            "unit": [UNITS[rate.usage_type] for rate in rates],
            "unit_size": [rate.unit_size for rate in rates],
            "unit_price": _micro(pl.Series(operator.tariff.price)),
            "currency_code": [CURRENCY] * len(rates),
            "valid_from": instants(np.array([change if rate.is_raised else _SINCE for rate in rates])),
            "valid_to": instants(np.array([change if rate.is_replaced else NEVER for rate in rates])),
        }
    )


def _micro(values: pl.Series) -> pl.Series:
    """Millionths of a euro as DECIMAL(18,6), without a detour over floats."""
    return (values.cast(pl.Int64).cast(pl.Decimal(18, 6)) / pl.Series([1_000_000]).cast(pl.Decimal(18, 6))).cast(
        pl.Decimal(18, 6)
    )


def _recurring_rates() -> pl.DataFrame:
    count = len(CODES)
    return pl.DataFrame(
        {
            "recurring_rate_id": [f"RR-{number + 1:03d}" for number in range(count)],
            "offering_code": CODES,
            "cents": MONTHLY,
            "currency_code": [CURRENCY] * count,
            "valid_from": instants(np.full(count, _SINCE)),
            "valid_to": instants(np.full(count, NEVER)),
        }
    ).select(
        "recurring_rate_id",
        "offering_code",
        cents(pl.col("cents")).alias("monthly_amount"),
        "currency_code",
        "valid_from",
        "valid_to",
    )


def _discounts(operator: Operator, keys: Keys, random: np.random.Generator) -> pl.DataFrame:
    granted = operator.discounts
    line = granted["line"].to_numpy()
    count = len(granted)
    return pl.DataFrame(
        {
            "discount_id": "D" + pl.Series(np.arange(count) + 1).cast(pl.String).str.zfill(7),
            "subscription_id": keys.subscription[line],
            "kind": np.where(granted["is_percentage"].to_numpy(), "PCT", "ABS").tolist(),
            "value": granted["value"].cast(pl.Decimal(18, 4)) / pl.Series([100]).cast(pl.Decimal(18, 4)),
            "reason": choose_words(
                random, count, ["Treuebonus", "Aktion", "Kombivorteil", "Kulanz"], [0.3, 0.35, 0.25, 0.1]
            ),
            "authorised_by": choose_words(
                random, count, ["campaign", "m.petersen", "s.kaya", "k.nowak"], [0.6, 0.15, 0.15, 0.1]
            ),
            "valid_from": instants(granted["from_at"].to_numpy()),
            "valid_to": instants(granted["to_at"].to_numpy()),
        }
    ).with_columns(pl.col("value").cast(pl.Decimal(18, 4)))


def _bill_runs(operator: Operator) -> pl.DataFrame:
    runs = operator.runs
    return pl.DataFrame(
        {
            "bill_run_id": runs.run_id,
            "bill_cycle": pl.Series(CYCLES)[runs.cycle],
            "period_start": dates(runs.period_start),
            "period_end": dates(runs.period_end),
            "run_at": instants(runs.run_at),
            "status": np.where(runs.is_completed, "COMPLETED", "PLANNED").tolist(),
        }
    )


def _invoices(operator: Operator, keys: Keys, random: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One invoice for each account and run that has lines, and the lines."""
    runs, lines = operator.runs, operator.lines
    bill = operator.actual_bill.with_columns(account=pl.Series(lines.account[operator.actual_bill["line"].to_numpy()]))
    bill = bill.sort("run", "account", "line", "line_type", "period_start", "usage_type", "offering")
    totals = (
        bill.group_by("run", "account", maintain_order=True)
        .agg(pl.col("amount").sum().alias("net"))
        .with_row_index("invoice")
        .with_columns(pl.col("invoice").cast(pl.Int64))
    )
    run = totals["run"].to_numpy()
    count = len(totals)
    issued = runs.run_at[run] + random.integers(60, 150, count) * MINUTE
    net = pl.col("net")
    tax = (net.abs() * _TAX * 2 + 100) // 200 * net.sign()
    invoices = totals.select(
        invoice_id="INV-" + pl.Series(np.arange(count) + 1).cast(pl.String).str.zfill(8),
        account_id=keys.account[totals["account"].to_numpy()],
        bill_run_id=pl.Series(runs.run_id)[run],
        issued_at=instants(issued),
        due_date=dates(runs.period_end[run] + 14),
        net_amount=cents(net),
        tax_amount=cents(tax),
        total_amount=cents(net + tax),
        currency_code=pl.lit(CURRENCY),
        total=net + tax,
    )
    bill = bill.join(
        totals.select("run", "account", "invoice"), on=["run", "account"], how="left", maintain_order="left"
    )
    number = bill["invoice"].to_numpy()
    line = bill["line"].to_numpy()
    usage_type, offering = bill["usage_type"].to_numpy(), bill["offering"].to_numpy()
    invoice_lines = pl.DataFrame(
        {
            "invoice_line_id": "L" + pl.Series(np.arange(len(bill)) + 1).cast(pl.String).str.zfill(10),
            "invoice_id": invoices["invoice_id"][number],
            "account_id": invoices["account_id"][number],
            "subscription_id": keys.subscription[line],
            "line_type": pl.Series(LINE_TYPES)[bill["line_type"].to_numpy()],
            "usage": pl.Series(USAGE_TYPES)[np.maximum(usage_type, 0)],
            "has_usage": usage_type >= 0,
            "offering": pl.Series(CODES)[np.maximum(offering, 0)],
            "has_offering": offering >= 0,
            "period_start": dates(bill["period_start"].to_numpy()),
            "period_end": dates(bill["period_end"].to_numpy()),
            "quantity": bill["quantity"].cast(pl.Decimal(18, 3)),
            "amount": bill["amount"],
            "created_at": instants(issued[number] - 20 * MINUTE),
        }
    ).select(
        "invoice_line_id",
        "invoice_id",
        "account_id",
        "subscription_id",
        "line_type",
        pl.when("has_usage").then("usage").alias("usage_type"),
        pl.when("has_offering").then("offering").alias("offering_code"),
        "period_start",
        "period_end",
        "quantity",
        cents(pl.col("amount")).alias("amount"),
        (pl.lit(_TAX).cast(pl.Decimal(9, 4)) / pl.lit(100)).cast(pl.Decimal(9, 4)).alias("tax_rate"),
        pl.lit(CURRENCY).alias("currency_code"),
        "created_at",
    )
    return invoices, invoice_lines


def _payments(
    operator: Operator, invoices: pl.DataFrame, random: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Most people pay in time, some late, some not yet; invoices show it."""
    now, count = operator.parameters.now, len(invoices)
    issued = invoices["issued_at"].to_physical().to_numpy()
    draw = random.random(count)
    days = np.where(draw < 0.84, random.integers(2, 15, count), random.integers(16, 45, count))
    paid = issued + days * DAY + random.integers(0, 20, count) * HOUR
    owes = invoices["total"].to_numpy() > 0
    pays = owes & (draw < 0.96) & (paid < now)
    due = invoices["due_date"].to_physical().to_numpy() < operator.parameters.end_day
    status = np.where(pays | ~owes, "PAID", np.where(due, "OVERDUE", "ISSUED"))
    updated = np.where(pays, paid, np.where((status == "OVERDUE"), issued + 14 * DAY, issued))
    payment = (
        invoices.with_columns(paid_at=instants(paid))
        .filter(pl.Series(pays))
        .sort("paid_at", "invoice_id")
        .with_row_index("position")
    )
    payment = payment.select(
        ("PAY-" + (pl.col("position") + 1).cast(pl.String).str.zfill(8)).alias("payment_id"),
        "account_id",
        "invoice_id",
        pl.col("total_amount").alias("amount"),
        "currency_code",
        choose_words(random, len(payment), ["DIRECT_DEBIT", "TRANSFER", "CARD"], [0.7, 0.22, 0.08]).alias("method"),
        "paid_at",
    )
    invoices = invoices.drop("total").with_columns(
        status=pl.Series(status.tolist()), updated_at=instants(np.minimum(updated, now - MINUTE))
    )
    return invoices, payment


def _adjustments(operator: Operator, keys: Keys, invoices: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Credits and a few debits that people posted: goodwill for its role, and some for anybody."""
    lines, now = operator.lines, operator.parameters.now
    goodwill = operator.chooser.lines("R1.goodwill")
    others = random.permutation(operator.subscriptions.line)[: max(5, len(lines) // 120)]
    line = np.concatenate([goodwill, others])
    count = len(line)
    account = keys.account[lines.account[line]]
    latest = invoices.group_by("account_id").agg(pl.col("invoice_id").min(), pl.col("issued_at").min())
    reason = ["GOODWILL", "BILLING_COMPLAINT", "OUTAGE", "RETURNED_DEBIT_FEE"]
    picked = np.where(np.arange(count) < len(goodwill), 0, random.choice(4, count, p=[0.5, 0.2, 0.15, 0.15]))
    amount = np.where(picked == 3, 350, -random.choice([300, 500, 1000, 1500, 2500], count))
    words = ["Kulanz nach Anruf", "Rechnungsreklamation", "Gutschrift Störung", "Rücklastschriftgebühr"]
    frame = pl.DataFrame(
        {
            "account_id": account,
            "subscription_id": keys.subscription[line],
            "on_line": (picked != 3) & (random.random(count) < 0.4),
            "cents": amount,
            "reason_code": pl.Series(reason)[picked],
            "reason_text": pl.Series(words)[picked],
            "created_by": choose_words(
                random, count, ["m.petersen", "s.kaya", "k.nowak", "agent17"], [0.3, 0.3, 0.2, 0.2]
            ),
            "delay": random.integers(1, 12, count),
        }
    ).join(latest, on="account_id", how="inner", maintain_order="left")
    created = pl.min_horizontal(
        pl.col("issued_at") + pl.duration(days=pl.col("delay")),
        pl.lit(int(now - 2 * HOUR)).cast(pl.Datetime("us", "UTC")),
    )
    return frame.with_columns(created_at=created).sort("created_at", "account_id", "subscription_id").with_row_index("n").select(
        ("ADJ-" + (pl.col("n") + 1).cast(pl.String).str.zfill(7)).alias("adjustment_id"),
        "account_id",
        "invoice_id",
        pl.when("on_line").then("subscription_id").alias("subscription_id"),
        cents(pl.col("cents")).alias("amount"),
        pl.lit(CURRENCY).alias("currency_code"),
        "reason_code",
        "reason_text",
        "created_by",
        "created_at",
    )  # fmt: skip


def _rated_usage(operator: Operator, keys: Keys, files: MediationFiles) -> pl.DataFrame:
    """Every priced record, numbered in the order of rating."""
    rating, events = operator.rating, operator.events
    order = np.lexsort((rating.event, rating.rated_at))
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order)) + 1
    event, reverses = rating.event[order], rating.reverses[order]
    line, run = rating.line[order], rating.run[order]
    number, _ = served(operator, event)
    usage_type = events.usage_type[event]
    partial = events.partial[event]
    is_reversal = reverses >= 0
    return pl.DataFrame(
        {
            "rated_usage_id": position[order],
            "subscription_id": keys.subscription[line],
            "stream": pl.Series(USAGE_TYPES)[usage_type],
            "file_sequence": files.file_sequence[event],
            "record_sequence": files.record_sequence[event],
            "reversed_id": position[np.maximum(reverses, 0)],
            "is_reversal": is_reversal,
            "served_number": number,
            "other": events.other_party[event],
            "is_data": usage_type == DATA,
            "zone": pl.Series(ZONES)[events.zone[event]],
            "started_at": instants(events.started_at[event]),
            "quantity": np.abs(rating.quantity[order]),
            "partial": partial,
            "charged_steps": rating.steps[order],
            "rate_id": _rate_keys(operator)[rating.rate[order]],
            "amount": _micro(pl.Series(rating.amount[order])),
            "rated_at": instants(rating.rated_at[order]),
            "run": pl.Series(operator.runs.run_id)[np.maximum(run, 0)],
            "has_run": run >= 0,
        }
    ).select(
        "rated_usage_id",
        "subscription_id",
        pl.concat_str("stream", "file_sequence", "record_sequence", separator="-").alias("event_reference"),
        pl.when("is_reversal").then("reversed_id").alias("reverses_rated_usage_id"),
        pl.col("served_number").cast(pl.String),
        other_party(pl.col("other"), pl.col("is_data")).alias("other_party"),
        pl.col("stream").alias("usage_type"),
        "zone",
        "started_at",
        "quantity",
        pl.when(pl.col("partial") > 0).then("partial").alias("partial_sequence"),
        "charged_steps",
        "rate_id",
        "amount",
        pl.lit(CURRENCY).alias("currency_code"),
        "rated_at",
        pl.when("has_run").then("run").alias("bill_run_id"),
    )
