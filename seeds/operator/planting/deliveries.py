"""Plants what happens between a finished invoice and its reader: held, bounced, forgotten, or empty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import instants
from seeds.operator.planting.roles_invoices import DELIVERIES
from seeds.operator.world.clock import DAY, HOUR, MINUTE
from seeds.operator.world.offerings import INDEX

_ROLES = {role.code: role for role in DELIVERIES}
UNSENT = ("R7.never_released", "R7.bounced", "R7.not_in_delivery")
# Until the next delivery job nobody can tell late from never.
_SETTLED_DAYS = 18
_ENOUGH = 500
_HOLDS = ("PLAUSIBILITY", "HIGH_AMOUNT", "ADDRESS_CHECK")
_BOUNCES = {"EMAIL": "MAILBOX_UNKNOWN", "POST": "MOVED_AWAY", "PORTAL": "LOGIN_CLOSED"}


@dataclass(frozen=True)
class Deliveries:
    """``role``: of each invoice, empty without one. ``attempts``: one row for each time that an invoice was handed to a
    channel: place (of the invoice), attempt, channel, status, hold_reason, bounce_reason, and the instants created_at,
    held_at, released_at, sent_at, delivered_at, bounced_at."""

    role: np.ndarray
    attempts: pl.DataFrame

    def has(self, *codes: str) -> np.ndarray:
        return np.isin(self.role, codes)


def plant_deliveries(operator: Operator, invoices: pl.DataFrame, is_taken: np.ndarray) -> Deliveries:
    """Deliveries of invoices (account, run, total in cents, issued_at); accounts that ``is_taken`` get no role."""
    random = operator.parameters.random("deliveries")
    role = _choose(operator, invoices, is_taken, random)
    return Deliveries(role, _attempts(operator, invoices, role, random))


def _choose(
    operator: Operator, invoices: pl.DataFrame, is_taken: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    parameters, customer = operator.parameters, operator.accounts.customer
    account, run = invoices["account"].to_numpy(), invoices["run"].to_numpy()
    total, day = invoices["total"].to_numpy(), operator.runs.period_end[run]
    free = ~operator.chooser.is_taken[customer[account]] & ~is_taken[account]
    settled = free & (total >= _ENOUGH) & (day < parameters.end_day - _SETTLED_DAYS)
    last = free & (total >= _ENOUGH) & (day == parameters.end_day)
    recent = free & (total >= _ENOUGH) & (day >= parameters.end_day - _SETTLED_DAYS) & (day < parameters.end_day - 4)
    eligible = {"R7.held_lately": last, "R7.bounced_lately": recent, "R7.nothing_to_pay": total == 0}
    role = np.full(len(invoices), "", dtype=object)
    taken = np.zeros(parameters.customers, dtype=bool)
    for code, item in _ROLES.items():
        candidates = random.permutation(np.flatnonzero(eligible.get(code, settled) & ~taken[customer[account]]))
        _, first = np.unique(customer[account[candidates]], return_index=True)
        chosen = candidates[np.sort(first)[: item.count(parameters.customers)]]
        role[chosen] = code
        taken[customer[account[chosen]]] = True
    return role


def _attempts(
    operator: Operator, invoices: pl.DataFrame, role: np.ndarray, random: np.random.Generator
) -> pl.DataFrame:
    """The job takes the day's invoices in the evening; what was held goes out with the evening of its release."""
    now, clock, lines = operator.parameters.now, operator.parameters.clock, operator.lines
    account = invoices["account"].to_numpy()
    issued = invoices["issued_at"].to_physical().to_numpy()
    on_paper = np.unique(lines.account[lines.offering == INDEX["ADD_PAPERBILL"]])
    by_mail = random.random(len(operator.accounts)) < 0.7
    channel = np.where(np.isin(account, on_paper), "POST", np.where(by_mail[account], "EMAIL", "PORTAL"))
    count = len(invoices)
    day = clock.local_day(issued)
    evening = clock.midnight(day) + 19 * HOUR + random.integers(0, 90, count) * MINUTE
    held_days = random.integers(1, 4, count)
    back_days = np.where(channel == "POST", random.integers(3, 7, count), 0)
    again_days = back_days + random.integers(1, 5, count)
    travel = np.where(channel == "POST", random.integers(1, 4, count) * DAY, random.integers(1, 9, count) * MINUTE)

    def is_(*codes: str) -> np.ndarray:
        return np.isin(role, codes)

    never = np.full(count, np.int64(2**60))
    held = is_("R7.never_released", "R7.released_in_time", "R7.held_lately")
    released = is_("R7.released_in_time")
    bounced = is_("R7.bounced", "R7.sent_again", "R7.bounced_lately")
    created = np.where(held, issued + 10 * MINUTE, evening)
    released_at = np.where(released, evening + held_days * DAY - 6 * HOUR, never)
    sent = np.where(released, evening + held_days * DAY, np.where(held, never, evening + 5 * MINUTE))
    first = pl.DataFrame(
        {
            "place": np.arange(count),
            "attempt": np.ones(count, dtype=np.int64),
            "channel": channel.tolist(),
            "created": created,
            "held": np.where(held, created, never),
            "released": released_at,
            "sent": sent,
            "delivered": np.where(held & ~released | bounced, never, sent + travel),
            "bounced": np.where(bounced, sent + back_days * DAY + 3 * MINUTE, never),
        }
    ).filter(pl.Series(~is_("R7.not_in_delivery") & (invoices["total"].to_numpy() != 0) | is_("R7.zero_total")))

    # Sent again another way: by post what came back from a mailbox, by mail what came back by post.
    again = np.flatnonzero(is_("R7.sent_again", "R7.bounced_lately"))
    other = np.where(channel[again] == "POST", "EMAIL", "POST")
    lately = is_("R7.bounced_lately")[again]
    at = evening[again] + again_days[again] * DAY
    back_at = operator.parameters.now - (20 + random.integers(0, 20, len(again))) * HOUR
    second = pl.DataFrame(
        {
            "place": again,
            "attempt": np.full(len(again), 2),
            "channel": other.tolist(),
            "created": at,
            "held": np.full(len(again), never[0] if len(never) else 0),
            "released": np.full(len(again), never[0] if len(never) else 0),
            "sent": at + 5 * MINUTE,
            "delivered": np.where(lately, np.int64(2**60), at + DAY),
            "bounced": np.where(lately, np.maximum(back_at, at + HOUR), np.int64(2**60)),
        },
        schema=first.schema,
    )
    attempts = pl.concat([first, second]).filter(pl.col("created") < now)
    steps = ["held", "released", "sent", "delivered", "bounced"]
    # What lies ahead has not happened yet.
    attempts = attempts.with_columns(pl.when(pl.col(step) < now).then(step).alias(step) for step in steps)
    attempts = attempts.sort("created", "place", "attempt")
    return attempts.with_columns(
        status=pl.when(pl.col("bounced").is_not_null()).then(pl.lit("BOUNCED"))
        .when(pl.col("delivered").is_not_null()).then(pl.lit("DELIVERED"))
        .when(pl.col("sent").is_not_null()).then(pl.lit("SENT"))
        .when(pl.col("held").is_not_null() & pl.col("released").is_null()).then(pl.lit("HELD"))
        .otherwise(pl.lit("QUEUED")),
        hold_reason=pl.when(pl.col("held").is_not_null()).then(
            pl.Series(_HOLDS)[(attempts["place"] % len(_HOLDS)).to_numpy()]
        ),
        bounce_reason=pl.when(pl.col("bounced").is_not_null()).then(
            pl.col("channel").replace_strict(_BOUNCES, return_dtype=pl.String)
        ),
        updated=pl.max_horizontal("created", *steps),
    ).with_columns(instants(attempts[step].fill_null(2**60).to_numpy(), step).alias(step)
                   for step in ["created", *steps]
    ).with_columns(pl.col("updated").cast(pl.Datetime("us", "UTC")))  # fmt: skip
