"""Plants what happens between the bank and the receivables: what customers paid, and what billing made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import cents, instants
from seeds.operator.planting.roles_partner import RECEIVABLES
from seeds.operator.world.clock import DAY, HOUR
from seeds.operator.world.offerings import CURRENCY

# Nothing is planted in the last days, in which nobody can tell late from never.
_SETTLED_DAYS = 18
_FEE = 150
_ROLES = {role.code: role for role in RECEIVABLES}
_RECEIPT = {
    "reference": pl.String, "day": pl.Int64, "is_credit": pl.Boolean, "amount": pl.Int64, "charges": pl.Int64,
    "method": pl.String, "account_id": pl.String, "invoice_id": pl.String, "text": pl.String,
    "is_reversal": pl.Boolean, "return_reason": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Receivables:
    """What billing shows, what the bank booked, and what was planted.

    ``receipts``: reference, day (local day number), is_credit, amount and charges (cents), method, account_id,
    invoice_id (what a structured reference names, null without), text, is_reversal, return_reason.
    ``planted``: code, reference, payment_id, invoice_id, account_id, day, amount (cents, signed: above zero when the
    customer is owed).
    """

    invoices: pl.DataFrame
    payments: pl.DataFrame
    receipts: pl.DataFrame
    planted: pl.DataFrame


def plant_receivables(operator: Operator, invoices: pl.DataFrame, payments: pl.DataFrame) -> Receivables:
    """Receipts of the bank for all payments, with the faults and look-alikes of both sides."""
    return _Planter(operator, invoices, payments).result()


class _Planter:
    """Payments as columns that the steps change; what comes on top is collected in frames."""

    def __init__(self, operator: Operator, invoices: pl.DataFrame, payments: pl.DataFrame) -> None:
        self.parameters = operator.parameters
        self.random = operator.parameters.random("receivables")
        self.invoices = invoices
        self.account = payments["account_id"]
        self.invoice = payments["invoice_id"]
        self.amount = (payments["amount"] * 100).cast(pl.Int64).to_numpy().copy()
        self.method = payments["method"].to_numpy().astype(object)
        self.paid_at = payments["paid_at"].to_physical().to_numpy().copy()
        count = len(payments)
        self.received = self.amount.copy()
        self.charges = np.zeros(count, dtype=np.int64)
        self.day = self.business_day(operator.parameters.clock.local_day(self.paid_at) - 1)
        self.reference = self.references(count)
        self.applied_reference = self.reference.copy()
        self.text = np.array([f"Rechnung {invoice}" for invoice in self.invoice.to_list()], dtype=object)
        self.structured = self.invoice.to_numpy().astype(object)
        self.structured[(self.method == "TRANSFER") & (self.random.random(count) < 0.6)] = None
        self.has_receipt = np.ones(count, dtype=bool)
        self.is_applied = np.ones(count, dtype=bool)
        self.role = np.full(count, "", dtype=object)
        self.more_payments: list[pl.DataFrame] = []
        self.more_receipts: list[pl.DataFrame] = []
        self.reopened = np.zeros(count, dtype=bool)
        self.difference = np.zeros(count, dtype=np.int64)
        self.planted_reference = self.reference.copy()
        self.planted_day = self.day.copy()
        self.extra: list[pl.DataFrame] = []

    def result(self) -> Receivables:
        settled = self.day < self.parameters.end_day - _SETTLED_DAYS
        transfer, direct = self.method == "TRANSFER", self.method == "DIRECT_DEBIT"
        self._split(settled & transfer)
        self._faults(settled, transfer, direct)
        self._look_alikes(settled, transfer, direct)
        self._strangers()
        return self._assemble()

    # What happens

    def _faults(self, settled: np.ndarray, transfer: np.ndarray, direct: np.ndarray) -> None:
        chosen = self.choose("C2.never_applied", settled & transfer)
        self.is_applied[chosen] = False
        self.reopened[chosen] = True
        self.difference[chosen] = self.received[chosen]

        chosen = self.choose("C2.applied_short", settled & transfer & (self.amount >= 500))
        lost = np.maximum(100, (self.amount[chosen] * (0.1 + 0.6 * self.random.random(len(chosen)))).astype(np.int64))
        self.amount[chosen] -= lost
        self.reopened[chosen] = True
        self.difference[chosen] = lost

        chosen = self.choose("C2.applied_twice", settled & (transfer | direct))
        later = self.paid_at[chosen] + self.random.integers(1, 3, len(chosen)) * DAY
        self.add_payments(chosen, self.amount[chosen], self.reference[chosen], later, self.invoice.to_numpy()[chosen])
        self.difference[chosen] = -self.amount[chosen]

        chosen = self.choose("C2.return_not_reversed", settled & direct)
        self.planted_reference[chosen], self.planted_day[chosen] = self._return(chosen)
        self.difference[chosen] = -self.amount[chosen]

        chosen = self.choose("C2.applied_without_receipt", settled & (transfer | direct))
        self.has_receipt[chosen] = False
        self.applied_reference[chosen] = None
        self.planted_reference[chosen] = None
        # The bank has no day for it: it is billing's.
        self.planted_day[chosen] = self.parameters.clock.local_day(self.paid_at[chosen])
        self.difference[chosen] = -self.amount[chosen]

    def _look_alikes(self, settled: np.ndarray, transfer: np.ndarray, direct: np.ndarray) -> None:
        chosen = self.choose("C2.wrong_reference", settled & transfer)
        wrong = ["Rechnung Juli", "Zahlung Mobilfunk", "INV-99", "siehe Schreiben", "Kundennr. 4711"]
        self.text[chosen] = np.array(wrong, dtype=object)[self.random.integers(0, len(wrong), len(chosen))]
        self.structured[chosen] = None
        self.paid_at[chosen] += self.random.integers(2, 8, len(chosen)) * DAY

        chosen = self.choose("C2.overpayment_credited", settled & transfer)
        extra = self.random.integers(2, 40, len(chosen)) * 50
        self.received[chosen] += extra
        self.add_payments(chosen, extra, self.reference[chosen], self.paid_at[chosen], None)

        chosen = self.choose("C2.fee_deducted", settled & transfer & (self.amount > 4 * _FEE))
        self.received[chosen] -= _FEE
        self.charges[chosen] = _FEE

        chosen = self.choose("C2.return_reversed", settled & direct)
        reference, day = self._return(chosen)
        taken_back = self.parameters.clock.midnight(day + 1) + 9 * HOUR
        self.add_payments(chosen, -self.amount[chosen], reference, taken_back, self.invoice.to_numpy()[chosen])
        self.reopened[chosen] = True

        late = (self.day >= self.parameters.end_day - 4) & (self.day < self.parameters.end_day)
        chosen = self.choose("C2.not_yet_applied", late & transfer)
        self.is_applied[chosen] = False
        self.reopened[chosen] = True

        chosen = self.choose("C2.bank_reversal", settled & transfer)
        reference = self.references(len(chosen), more=1)
        for is_reversal in (False, True):
            day = self.business_day(self.day[chosen] + 2 + is_reversal)
            self.add_receipts(chosen, reference, day, not is_reversal, is_reversal=is_reversal)
        self.planted_reference[chosen] = reference

    def _split(self, eligible: np.ndarray) -> None:
        """The receipt of one payment also pays an earlier invoice of the same account."""
        order = pl.DataFrame({"account": self.account, "position": np.arange(len(self.account))})
        sibling = order.select(pl.col("position").shift(1).over("account")).to_series().fill_null(-1).to_numpy()
        ready = (sibling >= 0) & eligible
        # An earlier sibling that is itself a later one's partner must not serve twice.
        chosen = self.choose("C2.split_payment", ready)
        taken = np.isin(sibling[chosen], chosen)
        self.role[chosen[taken]] = ""
        chosen = chosen[~taken]
        earlier = sibling[chosen]
        self.role[earlier] = "C2.split_payment.part"
        self.received[chosen] += self.amount[earlier]
        self.has_receipt[earlier] = False
        self.method[earlier] = "TRANSFER"
        self.applied_reference[earlier] = self.reference[chosen]
        self.paid_at[earlier] = self.paid_at[chosen]
        invoices = self.invoice.to_list()
        for one, other in zip(chosen, earlier, strict=True):
            self.text[one] = f"Rechnungen {invoices[other]} und {invoices[one]}"
            self.structured[one] = None

    def _return(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The bank sends direct debits back some days later. Reference and day of the return."""
        reference = self.references(len(chosen), more=2 + len(self.more_receipts))
        day = self.business_day(self.day[chosen] + self.random.integers(3, 8, len(chosen)))
        reason = np.array(["AM04", "MD06", "AC04", "MS02"], dtype=object)[self.random.integers(0, 4, len(chosen))]
        self.add_receipts(chosen, reference, day, False, return_reason=reason)
        return reference, day

    def _strangers(self) -> None:
        """Receipts that no customer made."""
        count = _ROLES["C2.not_a_customer"].count(self.parameters.customers)
        reference = self.references(count, more=40)
        first = self.parameters.start_day + 3
        day = self.business_day(first + self.random.integers(0, max(self.parameters.days - 8, 1), count))
        texts = ["Gutschrift Zusammenschaltung", "Umsatzsteuer-Erstattung", "Mieteinnahme Dachstandort"]
        receipts = pl.DataFrame(
            {
                "reference": reference.tolist(),
                "day": day,
                "is_credit": [True] * count,
                "amount": self.random.integers(20_000, 900_000, count),
                "charges": [0] * count,
                "method": ["TRANSFER"] * count,
                "account_id": [None] * count,
                "invoice_id": [None] * count,
                "text": [texts[number % len(texts)] for number in range(count)],
                "is_reversal": [False] * count,
                "return_reason": [None] * count,
            },
            schema=_RECEIPT,
        )
        self.more_receipts.append(receipts)
        self.extra.append(
            receipts.select(
                pl.lit("C2.not_a_customer").alias("code"),
                "reference",
                pl.lit(None, pl.String).alias("payment_id"),
                "invoice_id",
                "account_id",
                "day",
                pl.lit(0, pl.Int64).alias("amount"),
            )
        )

    # Rows

    def choose(self, code: str, eligible: np.ndarray) -> np.ndarray:
        """Payments that get a role and have none yet; fewer than wanted when too few are eligible."""
        free = self.random.permutation(np.flatnonzero(eligible & (self.role == "")))
        chosen = np.sort(free[: _ROLES[code].count(self.parameters.customers)])
        self.role[chosen] = code
        return chosen

    def references(self, count: int, more: int = 0) -> np.ndarray:
        """The bank's references: a series of its own for each group that comes on top."""
        serial = (np.arange(count, dtype=np.int64) * 7_919 + 104_729 * more + 17) % 10**8
        return np.array([f"{2600 + more}{number:08d}" for number in serial], dtype=object)

    def business_day(self, day: np.ndarray) -> np.ndarray:
        """The same day, or the Friday before a weekend. Day 0 was a Thursday."""
        weekday = (np.asarray(day) + 3) % 7
        return np.asarray(day) - np.maximum(weekday - 4, 0)

    def add_payments(
        self,
        chosen: np.ndarray,
        amount: np.ndarray,
        reference: np.ndarray,
        paid_at: np.ndarray,
        invoice: np.ndarray | None,
    ) -> None:
        self.more_payments.append(
            pl.DataFrame(
                {
                    "position": np.full(len(chosen), -1),
                    "account_id": self.account[chosen],
                    "invoice_id": pl.Series(
                        [None] * len(chosen) if invoice is None else invoice.tolist(), dtype=pl.String
                    ),
                    "amount": np.asarray(amount, dtype=np.int64),
                    "method": pl.Series(self.method[chosen].tolist(), dtype=pl.String),
                    "bank_reference": pl.Series(reference.tolist(), dtype=pl.String),
                    "paid_at": np.asarray(paid_at, dtype=np.int64),
                }
            )
        )

    def add_receipts(
        self,
        chosen: np.ndarray,
        reference: np.ndarray,
        day: np.ndarray,
        is_credit: bool,
        is_reversal: bool = False,
        return_reason: np.ndarray | None = None,
    ) -> None:
        count = len(chosen)
        self.more_receipts.append(
            pl.DataFrame(
                {
                    "reference": reference.tolist(),
                    "day": day,
                    "is_credit": [is_credit] * count,
                    "amount": self.amount[chosen],
                    "charges": [0] * count,
                    "method": self.method[chosen].tolist(),
                    "account_id": self.account[chosen].to_list(),
                    "invoice_id": self.invoice[chosen].to_list(),
                    "text": self.text[chosen].tolist(),
                    "is_reversal": [is_reversal] * count,
                    "return_reason": [None] * count if return_reason is None else return_reason.tolist(),
                },
                schema=_RECEIPT,
            )
        )

    def _assemble(self) -> Receivables:
        count = len(self.account)
        payments = pl.DataFrame(
            {
                "position": np.arange(count),
                "account_id": self.account,
                "invoice_id": self.invoice,
                "amount": self.amount,
                "method": pl.Series(self.method.tolist(), dtype=pl.String),
                "bank_reference": pl.Series(self.applied_reference.tolist(), dtype=pl.String),
                "paid_at": self.paid_at,
            }
        ).filter(pl.Series(self.is_applied))
        payments = pl.concat([payments, *self.more_payments]).filter(pl.col("paid_at") < self.parameters.now)
        payments = payments.sort("paid_at", "account_id", "invoice_id", "position").with_row_index("n")
        payments = payments.with_columns(
            payment_id="PAY-" + (pl.col("n") + 1).cast(pl.String).str.zfill(8), paid_at=instants(payments["paid_at"])
        )
        receipts = pl.DataFrame(
            {
                "reference": self.reference.tolist(),
                "day": self.day,
                "is_credit": [True] * count,
                "amount": self.received,
                "charges": self.charges,
                "method": self.method.tolist(),
                "account_id": self.account.to_list(),
                "invoice_id": self.structured.tolist(),
                "text": self.text.tolist(),
                "is_reversal": [False] * count,
                "return_reason": [None] * count,
            },
            schema=_RECEIPT,
        ).filter(pl.Series(self.has_receipt))
        receipts = pl.concat([receipts, *self.more_receipts]).filter(pl.col("day") < self.parameters.end_day)
        planted = pl.DataFrame(
            {
                "position": np.arange(count),
                "code": pl.Series(self.role.tolist(), dtype=pl.String),
                "reference": pl.Series(self.planted_reference.tolist(), dtype=pl.String),
                "invoice_id": self.invoice,
                "account_id": self.account,
                "day": self.planted_day,
                "amount": self.difference,
            }
        ).filter(pl.col("code").is_in(list(_ROLES)))
        # What no receipt stands for is known by its payment.
        numbers = payments.filter(pl.col("position") >= 0).select("position", "payment_id")
        planted = planted.join(numbers, on="position", how="left", maintain_order="left").with_columns(
            payment_id=pl.when(pl.col("reference").is_null()).then("payment_id")
        )
        planted = pl.concat([planted.select(self.extra[0].columns), *self.extra])
        columns = ["payment_id", "account_id", "invoice_id", "amount", "currency_code", "method", "bank_reference"]
        payments = payments.with_columns(amount=cents(pl.col("amount")), currency_code=pl.lit(CURRENCY))
        return Receivables(self._invoices(), payments.select(*columns, "paid_at"), receipts, planted)

    def _invoices(self) -> pl.DataFrame:
        """Invoices that a payment no longer settles are open again: overdue once their day has passed."""
        reopened = self.invoice.filter(pl.Series(self.reopened))
        is_open = pl.col("invoice_id").is_in(reopened.to_list())
        is_due = pl.col("due_date").cast(pl.Int32) < self.parameters.end_day
        return self.invoices.with_columns(
            status=pl.when(is_open)
            .then(pl.when(is_due).then(pl.lit("OVERDUE")).otherwise(pl.lit("ISSUED")))
            .otherwise("status")
        )
