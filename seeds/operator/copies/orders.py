"""Order management: product orders and the service orders that realise them, in local time with an offset."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.catalog import ACTIVATION, EARLY_TERMINATION, fee_keys
from seeds.operator.copies.columns import choose_words, digits, instants, numbered, reword
from seeds.operator.copies.json_text import (
    array,
    characteristic,
    either,
    local_text,
    object_,
    only_if,
    plain,
    related_party,
    text,
)
from seeds.operator.copies.keys import Keys
from seeds.operator.planting.bills import owes_termination_fee
from seeds.operator.planting.orders import agreed_terms
from seeds.operator.world.clock import DAY, HOME_ZONE, HOUR, MINUTE, NEVER
from seeds.operator.world.lines import OWN_CRM, local_moment
from seeds.operator.world.offerings import INDEX, MOBILE, OFFERINGS

_V5_SHARE = 0.10
_KEPT_DAYS = 400
_SHORT_LIVED = 460 * DAY
_WORDS = {
    "completed": ("Completed", "COMPLETED", "done"),
    "cancelled": ("Cancelled", "canceled"),
    "failed": ("Failed", "FAILED"),
    "inProgress": ("InProgress", "in_progress"),
}


class _Book:
    """Collects orders, a group of lines at a time."""

    def __init__(self, operator: Operator, random: np.random.Generator) -> None:
        self._random = random
        self._now = operator.parameters.now
        self._parts: list[pl.DataFrame] = []

    def add(
        self,
        line: np.ndarray,
        action: str,
        reason: str,
        effective_at: np.ndarray,
        state: np.ndarray | str = "completed",
        with_service_order: np.ndarray | bool = True,
        lead_days: tuple[int, int] = (1, 10),
        lag_hours: float = 5.0,
        service_state: np.ndarray | str | None = None,
    ) -> None:
        """Orders that took effect at an instant: ordered days before, closed in order management hours later.

        The service order is in the state of the product order, if not said otherwise.
        """
        count = len(line)
        if not count:
            return
        random = self._random
        states = np.broadcast_to(np.asarray(state), count)
        technical = states if service_state is None else np.broadcast_to(np.asarray(service_state), count)
        done = states == "completed"
        lag = (random.random(count) * lag_hours * 60).astype(np.int64) * MINUTE
        ordered = effective_at - random.integers(lead_days[0] * 24, lead_days[1] * 24, count) * HOUR
        self._parts.append(
            pl.DataFrame(
                {
                    "line": line,
                    "action": np.full(count, action),
                    "reason": np.full(count, reason),
                    "ordered": np.minimum(ordered, self._now - HOUR),
                    "requested": effective_at,
                    "completed": np.where(done, np.minimum(effective_at + lag, self._now - HOUR), NEVER),
                    "realised": np.where(done, effective_at, NEVER),
                    "state": pl.Series(states.tolist(), dtype=pl.String),
                    "service_state": pl.Series(technical.tolist(), dtype=pl.String),
                    "has_service_order": np.broadcast_to(np.asarray(with_service_order), count),
                }
            )
        )

    def frame(self) -> pl.DataFrame:
        return pl.concat(self._parts).sort("ordered", "line", "action")


def _collect(operator: Operator, random: np.random.Generator) -> pl.DataFrame:
    """Every order of about the last year: what customers asked for and what became of it."""
    lines, chooser, parameters = operator.lines, operator.chooser, operator.parameters
    now = parameters.now
    kept_since = int(parameters.clock.midnight(parameters.start_day - _KEPT_DAYS))
    book = _Book(operator, random)
    begun = np.flatnonzero(lines.is_provisioned & (lines.start >= kept_since) & (lines.start < now))
    book.add(begun, "add", "new", lines.start[begun], with_service_order=lines.has_service[begun])
    failed = chooser.lines("O2.never_provisioned")
    state = np.where(np.arange(len(failed)) % 3 == 0, "failed", "cancelled")
    book.add(failed, "add", "new", lines.start[failed], state, np.arange(len(failed)) % 5 < 3)

    ahead = chooser.lines("O5.change_ahead")
    later = now + random.integers(2, 12, len(ahead)) * DAY
    book.add(ahead, "modify", "speedChange", later, "inProgress", False, lead_days=(13, 16))

    for code, state, technical in (
        ("O4.stuck", "inProgress", "inProgress"),
        ("O4.fallout", "inProgress", "failed"),
        ("O4.on_hold", "held", "held"),
        ("O4.appointment", "acknowledged", "inProgress"),
        ("O4.just_due", "inProgress", "inProgress"),
    ):
        open_ = chooser.lines(code)
        promised = lines.promised_at[open_]
        book.add(open_, "add", "new", promised, state, True, lead_days=(21, 30), service_state=technical)

    vanished = np.zeros(len(lines), dtype=bool)
    vanished[chooser.lines("O2.vanished_from_network")] = True
    ceased = np.flatnonzero((lines.end >= kept_since) & (lines.end < now) & ~vanished & lines.is_provisioned)
    ported = np.isin(ceased, chooser.lines("O1.ported_out"))
    for group, reason in ((ceased[~ported], "cease"), (ceased[ported], "portOut")):
        book.add(group, "delete", reason, lines.end[group], with_service_order=lines.has_service[group], lag_hours=4)

    changed = np.flatnonzero((lines.plan_changed_at >= kept_since) & (lines.plan_changed_at < now))
    book.add(changed, "modify", "planChange", lines.plan_changed_at[changed], with_service_order=False)
    swapped = np.flatnonzero((lines.sim_changed_at >= kept_since) & (lines.sim_changed_at < now))
    book.add(swapped, "modify", "simSwap", lines.sim_changed_at[swapped], lead_days=(0, 2))
    renumbered = np.flatnonzero(lines.number_changed_at < now)
    book.add(renumbered, "modify", "numberChange", lines.number_changed_at[renumbered])

    relocated = chooser.lines("O2.relocated_line")
    book.add(relocated, "modify", "relocation", lines.gap_to[relocated], lead_days=(5, 30))
    reversed_ = chooser.lines("O7.cease_reversed")
    book.add(reversed_, "delete", "cease", lines.gap_from[reversed_], lag_hours=3)
    # The customer thinks better of it: ordered within hours of the cease.
    book.add(reversed_, "add", "reactivation", lines.gap_to[reversed_], lead_days=(0, 1), lag_hours=2)
    withdrawn = chooser.lines("O7.cease_cancelled")
    day = parameters.start_day + 3 + random.integers(0, max(parameters.days - 10, 1), len(withdrawn))
    book.add(withdrawn, "delete", "cease", local_moment(parameters, day, random, 9, 15), "cancelled")

    running = np.flatnonzero(
        (chooser.role == 0) & lines.has_service & (lines.end == NEVER) & (lines.start < now - 60 * DAY)
        & (random.random(len(lines)) < 0.01)
    )  # fmt: skip
    state = np.where(random.random(len(running)) < 0.7, "inProgress", "acknowledged")
    requested = now + random.integers(1, 12, len(running)) * DAY
    book.add(running, "modify", "planChange", requested, state, with_service_order=False, lead_days=(13, 16))
    return book.frame()


def copy_orders(book: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Frames ``product_order`` and ``service_order`` (id, document, changed_at) of `order_book`."""
    service_frame = book.filter("has_service_order")
    return {
        "product_order": book.select(pl.col("key").alias("id"), _product_order().alias("document"), "changed_at").sort(
            "id"
        ),
        "service_order": service_frame.select(
            pl.col("service_order_key").alias("id"), _service_order().alias("document"), "changed_at"
        ).sort("id"),
    }


def order_book(operator: Operator, keys: Keys) -> pl.DataFrame:
    """One row per order with what its documents say; besides ``line``, ``action``, ``reason`` and ``channel``:

    ``requested`` (instant of taking effect), ``completed`` and ``realised`` (instants, NEVER while it is not), ``key``.
    """
    random = operator.parameters.random("orders")
    book = _collect(operator, random)
    lines = operator.lines
    line, count = book["line"].to_numpy(), len(book)
    realised = np.minimum(book["requested"].to_numpy(), operator.parameters.now)
    agreed, free_months = agreed_terms(lines, operator.lifecycle)
    is_new = book["reason"].to_numpy() == "new"
    wished = np.where(book["reason"].to_numpy() == "speedChange", INDEX["FIX_DSL_100"], -1)
    offering = np.where(is_new, lines.offering[line], lines.offering_at(line, realised))
    offering = np.where(wished >= 0, wished, offering)
    state = book["state"]
    return book.with_columns(
        key=numbered("ORD-", np.arange(count), 7 if count < 10**7 else 9),
        service_order_key=numbered("SO-", np.arange(count), 7 if count < 10**7 else 9),
        state=reword(state, _WORDS, random, 0.08),
        service_state=reword(book["service_state"], _WORDS, random, 0.08),
        ordered_at=instants(book["ordered"].to_numpy()),
        requested_at=instants(book["requested"].to_numpy()),
        completed_at=instants(book["completed"].to_numpy()),
        realised_at=instants(book["realised"].to_numpy()),
        changed_at=instants(
            np.minimum(
                np.where(
                    book["completed"].to_numpy() < NEVER, book["completed"].to_numpy(), book["ordered"].to_numpy() + DAY
                ),
                operator.parameters.now - MINUTE,
            )
        ),
        channel=_channels(random, operator, book),
        product=keys.product[line],
        holder=keys.holder[line],
        account=keys.account[lines.account[line]],
        service=keys.service[line],
        former_service=keys.former_service[line],
        offering=keys.offering[offering],
        offering_name=pl.Series([item.name for item in OFFERINGS])[offering],
        number=digits(lines.number_at(line, realised)),
        is_mobile=pl.Series(lines.kind[line] == MOBILE),
        has_number=pl.Series(lines.has_service[line]),
        billing_start=instants(np.where(is_new, agreed[line], NEVER)),
        free_months=pl.Series(np.where(is_new, free_months[line], 0)),
        referred=pl.Series(np.where(lines.home[line] == OWN_CRM, "Customer", "LegacyCustomer").tolist()),
        is_v5=pl.Series(random.random(count) < _V5_SHARE),
        has_extra=pl.Series(random.random(count) < 0.15),
        **_fees(operator, keys, book, offering),
    )


def _channels(random: np.random.Generator, operator: Operator, book: pl.DataFrame) -> pl.Series:
    """Where each order was taken. What ends soon, or never begins, was sold by a dealer more often than not."""
    channel = choose_words(random, len(book), ["Shop", "Online", "Hotline", "Partner"], [0.3, 0.3, 0.15, 0.25])
    line, now = book["line"].to_numpy(), operator.parameters.now
    short_lived = operator.lines.end[line] - operator.lines.start[line] < _SHORT_LIVED
    by_dealer = (book["reason"].to_numpy() == "new") & (short_lived | (book["completed"].to_numpy() > now))
    return pl.select(pl.when(pl.Series(by_dealer)).then(pl.lit("Partner")).otherwise(channel)).to_series()


def _fees(operator: Operator, keys: Keys, book: pl.DataFrame, offering: np.ndarray) -> dict[str, pl.Series]:
    """The one-off fee that goes with each order: its key in the catalogue, its name, and whether it was waived.

    A new line owes its offering's activation fee, a cease within the minimum term the early-termination fee.
    """
    lines, chooser = operator.lines, operator.chooser
    line, reason = book["line"].to_numpy(), book["reason"].to_numpy()
    waived_end = chooser.lines("R3.termination_fee_waived")
    early = np.isin(line, np.union1d(owes_termination_fee(lines, chooser), waived_end)) & (reason == "cease")
    price = pl.Series([None] * len(book), dtype=pl.String)
    for owes, fee in ((reason == "new", ACTIVATION), (early, EARLY_TERMINATION)):
        named = pl.Series(offering).replace_strict(fee_keys(operator, keys, fee), default=None, return_dtype=pl.String)
        price = pl.select(pl.when(pl.Series(owes)).then(named).otherwise(price)).to_series()
    waived = np.where(reason == "new", lines.fee_waived[line], np.isin(line, waived_end))
    return {
        "fee_price": price,
        "fee_name": pl.Series(np.where(reason == "new", ACTIVATION, EARLY_TERMINATION).tolist()),
        "fee_waived": pl.Series(waived),
    }


def _one_off_price() -> pl.Expr:
    """The item's one-off fee (TMF622 OrderPrice); an alteration of 100 percent waives it."""
    waiver = object_(
        {
            "name": text("waiver"),
            "priceType": text("oneTime"),
            "description": text("fee waived when ordered"),
            "price": object_({"percentage": plain("100")}),
        }
    )
    price = object_(
        {
            "name": text(pl.col("fee_name")),
            "priceType": text("oneTime"),
            "productOfferingPrice": object_({"id": text(pl.col("fee_price"))}),
            "priceAlteration": only_if(pl.col("fee_waived"), array(waiver)),
        }
    )
    return only_if(pl.col("fee_price").is_not_null(), price)


def _time(column: str) -> pl.Expr:
    return local_text(pl.col(column), HOME_ZONE)


def _item_prices() -> pl.Expr:
    """The prices that the item names: the recurring one where it was altered, and the one-off fee."""
    named = (pl.col("free_months") > 0) | pl.col("fee_price").is_not_null()
    return only_if(named, array(_recurring_price(), _one_off_price()))


def _recurring_price() -> pl.Expr:
    """What was agreed about the recurring price: months without it."""
    alteration = object_(
        {
            "name": text("Startaktion"),
            "priceType": text("recurring"),
            "applicationDuration": plain(pl.col("free_months")),
            "unitOfMeasure": text("month"),
            "price": object_({"percentage": plain("100")}),
        }
    )
    price = object_({"priceType": text("recurring"), "priceAlteration": array(alteration)})
    return only_if(pl.col("free_months") > 0, price)


def _product_characteristics() -> pl.Expr:
    """The number, and the day on which billing is to begin where the contract names one."""
    day = pl.col("billing_start").dt.convert_time_zone(HOME_ZONE).dt.strftime("%Y-%m-%d")
    return _number_characteristics(characteristic(pl.col("is_v5"), "billingStartDate", text(day)))


def _number_characteristics(*others: pl.Expr) -> pl.Expr:
    number = text(pl.lit("+") + pl.col("number"))
    is_v5 = pl.col("is_v5")
    return only_if(
        pl.col("has_number"),
        array(
            characteristic(is_v5, "msisdn", only_if(pl.col("is_mobile"), number)),
            characteristic(is_v5, "lineNumber", only_if(~pl.col("is_mobile"), number)),
            *others,
        ),
    )


def _product_order() -> pl.Expr:
    key, is_v5 = pl.col("key"), pl.col("is_v5")
    product = object_(
        {
            "id": text(pl.col("product")),
            "href": text(pl.lit("/productInventory/v4/product/") + pl.col("product")),
            "productCharacteristic": _product_characteristics(),
            "@type": only_if(is_v5, text("ProductRef")),
        }
    )
    item = object_(
        {
            "id": text("01"),
            "quantity": plain("1"),
            "action": text(pl.col("action")),
            "state": text(pl.col("state")),
            "productOffering": object_({"id": text(pl.col("offering")), "name": text(pl.col("offering_name"))}),
            "product": product,
            "itemPrice": _item_prices(),
            "billingAccount": object_({"id": text(pl.col("account"))}),
            "@type": text("ProductOrderItem"),
        }
    )
    # v5 renamed the dates' neighbours only; scalar paths stay those of v4.
    return object_(
        {
            "id": text(key),
            "href": text(pl.lit("/productOrderingManagement/v4/productOrder/") + key),
            "category": text(pl.col("reason")),
            "orderDate": _time("ordered_at"),
            "requestedCompletionDate": _time("requested_at"),
            "completionDate": _time("completed_at"),
            "state": text(pl.col("state")),
            "channel": array(object_({"id": text(pl.lit("CH-") + pl.col("channel")), "name": text(pl.col("channel"))})),
            "relatedParty": related_party(is_v5, pl.col("holder"), None, "Customer"),
            "productOrderItem": array(item),
            "creationDate": only_if(is_v5, _time("ordered_at")),
            "dealerNote": only_if(pl.col("has_extra"), text("Kunde wünscht Rückruf")),
            "@type": text("ProductOrder"),
        }
    )


def _service_order() -> pl.Expr:
    key = pl.col("service_order_key")

    def item(number: str, action: pl.Expr, service: pl.Expr) -> pl.Expr:
        return object_(
            {
                "id": text(number),
                "action": text(action),
                "state": text(pl.col("service_state")),
                "service": object_(
                    {
                        "id": text(service),
                        "href": text(pl.lit("/serviceInventory/v4/service/") + service),
                        "serviceType": either(pl.col("is_mobile"), text("mobile"), text("fixed")),
                        "serviceCharacteristic": _number_characteristics(),
                        "@type": text("Service"),
                    }
                ),
                "@type": text("ServiceOrderItem"),
            }
        )

    moves = pl.col("reason") == "relocation"
    single = array(item("1", pl.col("action"), pl.col("service")))
    move = array(item("1", pl.lit("delete"), pl.col("former_service")), item("2", pl.lit("add"), pl.col("service")))
    return object_(
        {
            "id": text(key),
            "href": text(pl.lit("/serviceOrdering/v4/serviceOrder/") + key),
            "externalId": text(pl.col("key")),
            "orderDate": _time("ordered_at"),
            "completionDate": _time("realised_at"),
            "state": text(pl.col("service_state")),
            "serviceOrderItem": either(moves, move, single),
            "@type": text("ServiceOrder"),
        }
    )
