"""Plants what happens between billing and the general journal: what each bill run should post, and what was posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.planting.roles_partner import JOURNAL
from seeds.operator.world.clock import add_months, day_number

RECEIVABLE, TAX, ACCRUED = "140000", "380600", "449900"
# Revenue accounts by billing's line type and kind of usage.
REVENUE = {
    ("RC", None): "440010",
    ("UC", "voice"): "440020",
    ("UC", "sms"): "440021",
    ("UC", "data"): "440022",
    ("OC", None): "440030",
    ("DC", None): "473000",
}
_BANK_CHARGES = "685500"
_ROLES = {role.code: role for role in JOURNAL}
_PEOPLE = ("a.lindner", "r.vogt")


@dataclass(frozen=True)
class Journal:
    """``lines``: document (number), line, kind, day, account, cost_centre, amount (cents, above zero a credit), text,
    reference, approved_by. ``planted``: code, posting (run/account) or document, day, end, amount (cents, above zero
    when too little was posted)."""

    lines: pl.DataFrame
    planted: pl.DataFrame


class _Book:
    """Collects documents. A line is (account, cents): above zero a credit."""

    def __init__(self) -> None:
        self.rows: list[dict] = []
        self.documents = 0

    def post(
        self, kind: str, day: int, lines: list[tuple[str, int]], text: str, reference: str | None = None, by: int = -1
    ) -> str:
        self.documents += 1
        number = f"{kind}{1_900_000 + self.documents * 7}"
        for position, (account, amount) in enumerate(lines, start=1):
            self.rows.append(
                {
                    "document": number,
                    "line": position,
                    "kind": kind,
                    "day": day,
                    "account": account,
                    "cost_centre": "K100" if account.startswith("44") else None,
                    "amount": amount,
                    "text": text,
                    "reference": reference,
                    "approved_by": _PEOPLE[by] if by >= 0 else None,
                }
            )
        return number


def plant_journal(operator: Operator, invoices: pl.DataFrame, invoice_lines: pl.DataFrame) -> Journal:
    """The journal of the window with a document per bill run, documents for no bill run, and faults."""
    random = operator.parameters.random("journal")
    runs, first, end = operator.runs, operator.parameters.start_day, operator.parameters.end_day
    due = _due(invoices, invoice_lines)
    book, planted = _Book(), []
    run_day = {run: int(day) for run, day in zip(runs.run_id, runs.period_end, strict=True)}
    period = {
        run: (int(start), int(stop))
        for run, start, stop in zip(runs.run_id, runs.period_start, runs.period_end, strict=True)
    }
    posted = [run for run in sorted(due) if run_day[run] < end]
    plan = _plan(random, posted)

    def note(code: str, run: str, account: str, amount: int) -> None:
        start, stop = period[run]
        planted.append((code, f"{run}/{account}", None, start, stop, amount))

    for run in posted:
        lines = dict(due[run])
        code = plan.get(run)
        day = run_day[run] + int(random.integers(0, 2))
        day = min(day, end - 1)
        revenue = sorted(account for account, amount in lines.items() if amount > 5_000 and account.startswith("44"))
        account = revenue[int(random.integers(0, len(revenue)))] if revenue else None
        receivable = -sum(lines.values())
        text = f"Rechnungslauf {run}"
        if code is None or account is None:
            book.post("RV", day, [(RECEIVABLE, receivable), *lines.items()], text, run)
            continue
        amount = lines[account]
        if code == "C3.line_missing":
            del lines[account]
            # Half of the time the receivables went with it, and the document balances.
            receivable += amount if random.random() < 0.5 else 0
            book.post("RV", day, [(RECEIVABLE, receivable), *lines.items()], text, run)
            note(code, run, account, amount)
        elif code == "C3.wrong_amount":
            wrong = 9 * 10 ** max(2, len(str(amount)) - 2) * (1 if random.random() < 0.5 else -1)
            lines[account] += wrong
            book.post("RV", day, [(RECEIVABLE, receivable - wrong), *lines.items()], text, run)
            note(code, run, account, -wrong)
        elif code == "C3.wrong_account":
            other = next(name for name in reversed([*REVENUE.values()]) if name.startswith("44") and name != account)
            del lines[account]
            lines[other] = lines.get(other, 0) + amount
            book.post("RV", day, [(RECEIVABLE, receivable), *lines.items()], text, run)
            note(code, run, account, amount)
            note(code, run, other, -amount)
        elif code == "C3.posted_twice":
            book.post("RV", day, [(RECEIVABLE, receivable), *lines.items()], text, run)
            book.post("RV", min(day + 1, end - 1), [(RECEIVABLE, -amount), (account, amount)], text, run)
            note(code, run, account, -amount)
        elif code == "C3.corrected":
            missing = max(1_00, amount // 10)
            lines[account] -= missing
            book.post("RV", day, [(RECEIVABLE, receivable + missing), *lines.items()], text, run)
            put_right = [(RECEIVABLE, -missing), (account, missing)]
            book.post("SA", min(day + 2, end - 1), put_right, f"Korrektur {text}", run, by=0)
            note(code, run, account, 0)
        else:
            del lines[account]
            book.post("RV", day, [(RECEIVABLE, receivable + amount), *lines.items()], f"{text} Teil 1", run)
            book.post("RV", day, [(RECEIVABLE, -amount), (account, amount)], f"{text} Teil 2", run)
            note(code, run, account, 0)

    for run in sorted(set(due) - set(posted)):
        for account in due[run]:
            note("C3.next_month", run, account, 0)
    _for_no_run(random, book, planted, first, end)
    names = ["code", "posting", "document", "day", "end", "amount"]
    return Journal(
        pl.DataFrame(book.rows, infer_schema_length=None),
        pl.DataFrame(planted, schema=dict(zip(names, [pl.String] * 3 + [pl.Int64] * 3, strict=True)), orient="row"),
    )


def _due(invoices: pl.DataFrame, invoice_lines: pl.DataFrame) -> dict[str, dict[str, int]]:
    """What each run's document should credit: run -> account -> cents."""
    charged = invoice_lines.join(invoices.select("invoice_id", "bill_run_id"), on="invoice_id", how="left")
    accounts = pl.DataFrame(
        [(kind, usage, account) for (kind, usage), account in REVENUE.items()],
        schema={"line_type": pl.String, "usage_type": pl.String, "account": pl.String},
        orient="row",
    )
    net = (
        charged.join(accounts, on=["line_type", "usage_type"], how="left", nulls_equal=True)
        .group_by("bill_run_id", "account")
        .agg((pl.col("amount").sum() * 100).cast(pl.Int64).alias("amount"))
    )
    tax = (
        invoices.group_by("bill_run_id")
        .agg((pl.col("tax_amount").sum() * 100).cast(pl.Int64).alias("amount"))
        .select("bill_run_id", pl.lit(TAX).alias("account"), "amount")
    )
    result: dict[str, dict[str, int]] = {}
    for run, account, amount in pl.concat([net, tax]).sort("bill_run_id", "account").iter_rows():
        if amount:
            result.setdefault(run, {})[account] = amount
    return result


def _plan(random: np.random.Generator, runs: list[str]) -> dict[str, str]:
    """Which run gets which role, one each; what a short window has no run for is left out."""
    order = ["C3.wrong_amount", "C3.line_missing", "C3.corrected", "C3.posted_twice", "C3.wrong_account"]
    wanted = [*order, "C3.line_missing", "C3.wrong_amount", "C3.split_document", "C3.corrected"]
    shuffled = [runs[place] for place in random.permutation(len(runs))]
    return dict(zip(shuffled, wanted, strict=False))


def _for_no_run(random: np.random.Generator, book: _Book, planted: list, first: int, end: int) -> None:
    """Accruals, manual documents, and manual documents that do not balance."""
    month_end, month = [], date.fromordinal(date(1970, 1, 1).toordinal() + first)
    while day_number(add_months(month, 1)) <= end:
        month = add_months(month, 1)
        month_end.append(day_number(month) - 1)

    def add(code: str, day: int, lines: list[tuple[str, int]], text: str, kind: str = "SA") -> None:
        number = book.post(kind, day, lines, text, None, by=1)
        planted.append((code, None, number, day, day + 1, abs(sum(amount for _, amount in lines))))
        if sum(amount for _, amount in lines) > 0:
            # Credits above debits: more income than there is.
            planted[-1] = (*planted[-1][:-1], -planted[-1][-1])

    for day in month_end:
        amount = int(random.integers(50_000, 900_000))
        add("C3.accrual", day, [(RECEIVABLE, -amount), (ACCRUED, amount)], "Abgrenzung nicht fakturierter Umsatz", "AB")
        if day + 1 < end:
            add("C3.accrual", day + 1, [(ACCRUED, -amount), (RECEIVABLE, amount)], "Auflösung Abgrenzung", "AB")
    for number in range(_ROLES["C3.manual_document"].count(0)):
        amount = int(random.integers(1_000, 90_000))
        day = int(random.integers(first, end))
        account = "440030" if number % 2 else _BANK_CHARGES
        add("C3.manual_document", day, [(RECEIVABLE, -amount), (account, amount)], "Manuelle Buchung")
    for _ in range(_ROLES["C3.unbalanced_document"].count(0)):
        amount = int(random.integers(20_000, 90_000))
        wrong = int(random.integers(500, 9_000)) * (1 if random.random() < 0.5 else -1)
        day = int(random.integers(first, end))
        add("C3.unbalanced_document", day, [(RECEIVABLE, -amount), (_BANK_CHARGES, amount + wrong)], "Umbuchung")
