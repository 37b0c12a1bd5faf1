"""Prepaid accounts of the operator: what was bought, used and lost on each, and what went wrong with the balance.

They belong to nobody who has a contract: billing's charging system keeps them apart, and no other system knows them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.copies.columns import cents, dates, instants
from seeds.operator.ledger import planted_rows
from seeds.operator.planting.roles_prepaid import PREPAID
from seeds.operator.world.clock import DAY, HOUR, MINUTE, SECOND, add_months, day_number
from seeds.operator.world.offerings import CURRENCY
from seeds.operator.world.parameters import Parameters

_ROLES = {role.code: role for role in PREPAID}
_FACE_VALUES = np.array([1000, 1500, 2000, 2500])
_EXPIRED = 500
_USES = 5
# kind, account, month, posted_at and occurred_at (instants), amount as recorded, effect on the balance (both in cents),
# reference of the payment, serial of the voucher, other account, row of this table that is taken back.
_SCHEMA = {
    "kind": pl.String, "account": pl.Int64, "month": pl.Int64, "posted_at": pl.Int64, "occurred_at": pl.Int64,
    "amount": pl.Int64, "effect": pl.Int64, "reference": pl.Int64, "voucher": pl.Int64, "other": pl.Int64,
    "reverses": pl.Int64, "is_recorded": pl.Boolean, "reason": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Prepaid:
    """``entities``: the tables of the charging system. ``planted``: code, account, month, difference (cents: closing
    balance minus what it should be; 0 for look-alikes)."""

    entities: dict[str, pl.DataFrame]
    planted: pl.DataFrame
    period_start: np.ndarray
    period_end: np.ndarray

    def rows(self) -> pl.DataFrame:
        """Rows of the ledger of faults."""
        month = self.planted["month"].to_numpy()
        by = self.planted["difference"].to_numpy()
        return planted_rows(
            self.planted["code"],
            pl.DataFrame({"billing.prepaid_account": account_key(self.planted["account"])}),
            self.period_start[month],
            self.period_end[month],
            np.abs(by),
            [None if value == 0 else "under" if value > 0 else "over" for value in by.tolist()],
        )


def account_key(account: pl.Series) -> pl.Series:
    return "P" + ((account * 7_919 + 104_729) % 10**7).cast(pl.String).str.zfill(7)


def plant_prepaid(parameters: Parameters) -> Prepaid:
    """About one prepaid account for every ten customers."""
    return _Planter(parameters).result()


class _Planter:
    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.random = parameters.random("prepaid")
        roles = sum(role.count(parameters.customers) for role in PREPAID)
        self.accounts = max(parameters.customers // 10, roles + 20)
        starts = [day_number(add_months(parameters.start, number)) for number in range(parameters.months + 1)]
        self.period_start, self.period_end = np.array(starts[:-1]), np.array(starts[1:])
        self.free = self.random.permutation(self.accounts)
        self.parts: list[pl.DataFrame] = []
        self.planted: list[pl.DataFrame] = []

    def result(self) -> Prepaid:
        self._ordinary()
        self._faults()
        self._look_alikes()
        rows = pl.concat(self.parts).with_row_index("row").cast({"row": pl.Int64})
        return Prepaid(self._entities(rows), pl.concat(self.planted), self.period_start, self.period_end)

    # ---- a month as it should be -------------------------------------------------------------------------------

    def _ordinary(self) -> None:
        """Each month a top-up in its first days, some use, for some a fee; now and then a balance expires."""
        random, months = self.random, len(self.period_start)
        account = np.repeat(np.arange(self.accounts), months)
        month = np.tile(np.arange(months), self.accounts)
        count = len(account)
        value = _FACE_VALUES[random.integers(0, len(_FACE_VALUES), count)]
        at = self._at(month, random.integers(0, 4, count))
        by_voucher = random.random(count) < 0.4
        number = np.arange(count)
        for chosen, kind in ((~by_voucher, "TOPUP"), (by_voucher, "VOUCHER")):
            column = "voucher" if kind == "VOUCHER" else "reference"
            self._add(kind, account[chosen], month[chosen], at[chosen], value[chosen], **{column: number[chosen]})
        for use in range(_USES):
            day = 5 + use * 4 + random.integers(0, 4, count)
            self._add("USAGE", account, month, self._at(month, day), -random.integers(20, 150, count))
        pays = account % 2 == 0
        self._add("FEE", account[pays], month[pays], self._at(month[pays], 4), np.full(pays.sum(), -99), reason="BASIC")
        loses = random.random(count) < 0.05
        self._add("EXPIRY", account[loses], month[loses], self._at(month[loses], 26), np.full(loses.sum(), -100))

    # ---- faults ------------------------------------------------------------------------------------------------

    def _faults(self) -> None:
        first = self.parts[0]  # top-ups
        chosen, month = self._choose("R10.top_up_twice")
        topped = self._first_of(first, chosen, month)
        again = topped.with_columns(posted_at=pl.col("posted_at") + 40 * SECOND)
        self.parts.append(again)
        self._plant("R10.top_up_twice", again["account"], again["month"], again["amount"])

        chosen, month = self._choose("R10.voucher_twice")
        used = self.parts[1].filter(~pl.col("account").is_in(chosen.tolist()))
        used = used.filter(pl.col("month") < max(len(self.period_start) - 1, 1)).sample(
            len(chosen), seed=self.parameters.seed, shuffle=True
        )
        month = used["month"].to_numpy()
        self._add(
            "VOUCHER", chosen, month, used["posted_at"].to_numpy() + 7 * DAY, used["amount"].to_numpy(),
            voucher=used["voucher"].to_numpy(),
        )  # fmt: skip
        self._plant("R10.voucher_twice", chosen, month, used["amount"])

        chosen, month = self._choose("R10.not_deducted")
        self._without_effect("R10.not_deducted", 2, chosen, month)

        chosen, month = self._choose("R10.restored", followed=True)
        lost = np.full(len(chosen), -_EXPIRED)
        self._add("EXPIRY", chosen, month, self._at(month, 24), lost)
        self._add("RESTORED", chosen, month + 1, self._at(month + 1, 1), -lost, is_recorded=False)
        self._plant("R10.restored", chosen, month + 1, -lost)

        chosen, month = self._choose("R10.not_credited")
        self._without_effect("R10.not_credited", 0, chosen, month)

    def _without_effect(self, code: str, part: int, chosen: np.ndarray, month: np.ndarray) -> None:
        """Records of one part that the balance never followed."""
        struck = self._first_of(self.parts[part], chosen, month).select("account", "month", is_struck=True)
        frame = self.parts[part].join(struck, on=["account", "month"], how="left", maintain_order="left")
        hit = frame.filter(pl.col("is_struck"))
        self.parts[part] = frame.with_columns(
            effect=pl.when(pl.col("is_struck")).then(0).otherwise("effect").cast(pl.Int64)
        ).drop("is_struck")
        self._plant(code, hit["account"], hit["month"], -hit["amount"])

    # ---- look-alikes -------------------------------------------------------------------------------------------

    def _look_alikes(self) -> None:
        random = self.random
        chosen, month = self._choose("R10.refund")
        self._add(
            "ADJUSTMENT", chosen, month, self._at(month, 12), random.integers(100, 900, len(chosen)), reason="REFUND"
        )
        self._plant("R10.refund", chosen, month)

        chosen, month = self._choose("R10.transfer", followed=True)
        other = self.free[len(self.free) - len(chosen) :]
        given = random.integers(2, 8, len(chosen)) * 50
        at = self.parameters.clock.midnight(self.period_end[month]) - 20 * SECOND
        self._add("TRANSFER", chosen, month, at, -given, other=other)
        self._add("TRANSFER", other, month, at + 55 * SECOND, given, other=chosen)
        self._plant("R10.transfer", chosen, month)

        chosen, month = self._choose("R10.edge", followed=True)
        midnight = self.parameters.clock.midnight(self.period_end[month])
        self._add(
            "USAGE", chosen, month, midnight + MINUTE, -random.integers(20, 150, len(chosen)),
            occurred_at=midnight - 2 * MINUTE,
        )  # fmt: skip
        self._plant("R10.edge", chosen, month)

        chosen, month = self._choose("R10.bonus")
        self._add("BONUS", chosen, month, self._at(month, 4), np.full(len(chosen), 300), reason="SUMMER")
        self._plant("R10.bonus", chosen, month)

        chosen, month = self._choose("R10.top_up_reversed")
        topped = self._first_of(self.parts[0], chosen, month)
        self.parts.append(topped.with_columns(posted_at=pl.col("posted_at") + 40 * SECOND))
        row = sum(len(part) for part in self.parts) - len(topped) + np.arange(len(topped))
        self._add(
            "REVERSAL", topped["account"].to_numpy(), topped["month"].to_numpy(),
            topped["posted_at"].to_numpy() + DAY, -topped["amount"].to_numpy(),
            reference=topped["reference"].to_numpy(), reverses=row,
        )  # fmt: skip
        self._plant("R10.top_up_reversed", topped["account"], topped["month"])

        chosen, month = self._choose("R10.reinstated")
        lost = np.full(len(chosen), -_EXPIRED)
        self._add("EXPIRY", chosen, month, self._at(month, 14), lost)
        self._add("ADJUSTMENT", chosen, month, self._at(month, 16), -lost, reason="REINSTATED")
        self._plant("R10.reinstated", chosen, month)

    # ---- rows --------------------------------------------------------------------------------------------------

    def _choose(self, code: str, followed: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Accounts that get a role, and a month of each; ``followed``: never the last one."""
        count = _ROLES[code].count(self.parameters.customers)
        months = len(self.period_start) - (1 if followed else 0)
        if months < 1:
            count, months = 0, 1
        chosen, self.free = self.free[:count], self.free[count:]
        return chosen, self.random.integers(0, months, count)

    def _first_of(self, frame: pl.DataFrame, account: np.ndarray, month: np.ndarray) -> pl.DataFrame:
        """The rows of these accounts in their months; of an account without one there, its first."""
        wanted = pl.DataFrame({"account": account, "wanted": month})
        found = frame.join(wanted, on="account", how="inner", maintain_order="left")
        return (
            found.sort("account", (pl.col("month") - pl.col("wanted")).abs(), "posted_at")
            .unique("account", keep="first", maintain_order=True)
            .select(list(_SCHEMA))
        )

    def _at(self, month: np.ndarray, day: np.ndarray | int) -> np.ndarray:
        """An instant between eight and twenty on a day of the period, counted from 0."""
        count = len(month)
        seconds = 8 * HOUR + self.random.integers(0, 12 * 3600, count) * SECOND
        return self.parameters.clock.midnight(self.period_start[month] + day) + seconds

    def _add(
        self,
        kind: str,
        account: np.ndarray,
        month: np.ndarray,
        posted_at: np.ndarray,
        amount: np.ndarray,
        occurred_at: np.ndarray | None = None,
        is_recorded: bool = True,
        reason: str | None = None,
        **columns: np.ndarray,
    ) -> None:
        count = len(account)
        values = {
            "kind": [kind] * count, "account": account, "month": month, "posted_at": posted_at,
            "occurred_at": posted_at - 2 * SECOND if occurred_at is None else occurred_at, "amount": amount,
            "effect": amount, "is_recorded": [is_recorded] * count, "reason": [reason] * count,
        }  # fmt: skip
        values |= {name: columns.get(name, [None] * count) for name in ("reference", "voucher", "other", "reverses")}
        self.parts.append(pl.DataFrame({name: pl.Series(values[name], dtype=kind) for name, kind in _SCHEMA.items()}))

    def _plant(
        self, code: str, account: np.ndarray | pl.Series, month: np.ndarray | pl.Series, difference=None
    ) -> None:
        count = len(account)
        self.planted.append(
            pl.DataFrame(
                {
                    "code": pl.Series([code] * count, dtype=pl.String),
                    "account": pl.Series(account, dtype=pl.Int64),
                    "month": pl.Series(month, dtype=pl.Int64),
                    "difference": pl.Series([0] * count if difference is None else difference, dtype=pl.Int64),
                }
            )
        )

    # ---- tables ------------------------------------------------------------------------------------------------

    def _entities(self, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
        return {
            "prepaid_account": self._account(),
            "prepaid_balance": self._balance(rows),
            "prepaid_transaction": self._transaction(rows),
            "prepaid_voucher": self._voucher(rows),
        }

    def _account(self) -> pl.DataFrame:
        number = np.arange(self.accounts)
        first = self.parameters.clock.midnight(self.parameters.start_day - 30 - number % 400)
        return pl.DataFrame(
            {
                "prepaid_account_id": account_key(pl.Series(number)),
                "msisdn": pl.Series(4_915_799_000_000 + number * 37).cast(pl.String),
                "status": ["ACTIVE"] * self.accounts,
                "currency_code": [CURRENCY] * self.accounts,
                "activated_at": instants(first + 9 * HOUR),
            }
        )

    def _balance(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Opening and closing balance of each month, as the charging system's snapshot has them."""
        begin = self.parameters.clock.midnight(self.period_start)
        opening = 3_000 + np.arange(self.accounts) * 53 % 2_000
        grid = pl.DataFrame(
            {
                "account": np.repeat(np.arange(self.accounts), len(begin)),
                "place": np.tile(np.arange(len(begin)), self.accounts),
                "opening": np.repeat(opening, len(begin)),
            }
        )
        place = np.searchsorted(begin, rows["posted_at"].to_numpy(), side="right") - 1
        end = self.parameters.clock.midnight(self.parameters.end_day)
        moved = (
            rows.with_columns(place=pl.Series(place))
            .filter(pl.col("posted_at") < int(end))
            .group_by("account", "place")
            .agg(pl.col("effect").sum())
        )
        grid = grid.join(moved, on=["account", "place"], how="left", maintain_order="left").with_columns(
            closing=pl.col("opening") + pl.col("effect").fill_null(0).cum_sum().over("account")
        )
        grid = grid.with_columns(opening=pl.col("closing") - pl.col("effect").fill_null(0))
        at = grid["place"].to_numpy()
        return grid.select(
            account_key(grid["account"]).alias("prepaid_account_id"),
            dates(self.period_start[at]).alias("period_start"),
            dates(self.period_end[at]).alias("period_end"),
            cents(pl.col("opening")).alias("opening_amount"),
            cents(pl.col("closing")).alias("closing_amount"),
            pl.lit(CURRENCY).alias("currency_code"),
            instants(self.parameters.clock.midnight(self.period_end[at]) + 2 * HOUR).alias("closed_at"),
        )

    def _transaction(self, rows: pl.DataFrame) -> pl.DataFrame:
        recorded = rows.filter(pl.col("is_recorded"))
        return recorded.select(
            _transaction_key("row").alias("prepaid_transaction_id"),
            account_key(recorded["account"]).alias("prepaid_account_id"),
            pl.col("kind").alias("transaction_type"),
            cents(pl.col("amount")).alias("amount"),
            pl.lit(CURRENCY).alias("currency_code"),
            (pl.lit("PSP-") + (pl.col("reference") * 101 + 500_000).cast(pl.String)).alias("payment_reference"),
            _voucher_key("voucher").alias("voucher_serial"),
            account_key(recorded["other"]).alias("counterpart_account_id"),
            _transaction_key("reverses").alias("reverses_transaction_id"),
            pl.col("reason").alias("reason_code"),
            instants(recorded["occurred_at"].to_numpy()).alias("occurred_at"),
            instants(recorded["posted_at"].to_numpy()).alias("posted_at"),
        ).sort("posted_at", "prepaid_transaction_id")

    def _voucher(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Vouchers that were sold: those that were used, and some that wait."""
        used = rows.filter(pl.col("voucher").is_not_null()).sort("posted_at").unique("voucher", maintain_order=True)
        sold = used.select("voucher", "amount", sold_at=pl.col("posted_at") - 3 * DAY)
        waiting = sold.with_columns(voucher=pl.col("voucher") + 10**6).filter(pl.col("voucher") % 5 == 0)
        both = pl.concat([sold, waiting])
        return both.select(
            _voucher_key("voucher").alias("voucher_serial"),
            cents(pl.col("amount")).alias("face_value"),
            pl.lit(CURRENCY).alias("currency_code"),
            instants(both["sold_at"].to_numpy()).alias("sold_at"),
        ).sort("voucher_serial")


def _transaction_key(column: str) -> pl.Expr:
    return pl.lit("PT") + (pl.col(column) * 13 + 10_000_000).cast(pl.String)


def _voucher_key(column: str) -> pl.Expr:
    return pl.lit("V") + (pl.col(column) * 977 + 880_000_000_000).cast(pl.String)
