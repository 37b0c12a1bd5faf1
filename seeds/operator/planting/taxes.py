"""Plants how invoices are taxed: who is exempt over which period, and what billing gets wrong about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.planting.roles_invoices import TAXES
from seeds.operator.world.offerings import INDEX
from seeds.operator.world.parties import COMPANY, PERSON
from seeds.operator.world.taxation import EXEMPT, RATE, REVERSE_CHARGE, STANDARD, category_of, tax_of

_ROLES = {role.code: role for role in TAXES}
_OLD_RATE = 1600
# Accounts with an exemption on file, and how it lies to the window: before it on, until inside it, from inside it on.
_THROUGHOUT = ("R6.exempt", "R6.exempt_taxed")
_UNTIL = ("R6.exemption_ended", "R6.exemption_expired")
_FROM = ("R6.exemption_begins",)
_REASONS = ("DIPLOMATIC_MISSION", "NATO_FORCES", "EU_INSTITUTION")
_COUNTRIES = ("AT", "NL", "DK", "PL")
# Less than this an invoice in cents says too little about its tax.
_ENOUGH = 500
_STATUS = {
    "account": pl.Int64, "status": pl.String, "reason": pl.String, "reference": pl.String, "country": pl.String,
    "from_day": pl.Int64, "to_day": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class Taxation:
    """Of each charge: the category and rate (hundredths of a percent) that billing shows. ``tax``: run, account, tax as
    billed (cents). ``status``: account, status (E exempt, AE reverse charge), reason, reference, country, from_day,
    to_day (null: open). ``planted``: code, account, run, difference (due minus billed, cents)."""

    category: np.ndarray
    rate: np.ndarray
    tax: pl.DataFrame
    status: pl.DataFrame
    planted: pl.DataFrame
    is_taken: np.ndarray


def plant_taxes(operator: Operator, charges: pl.DataFrame) -> Taxation:
    """Taxes the charges (run, account, offering, amount in cents) of all invoices."""
    random = operator.parameters.random("taxes")
    role = _choose(operator, charges, random)
    status = _status(operator, role, random)
    account, run = charges["account"].to_numpy(), charges["run"].to_numpy()
    by_law = category_of(charges["offering"].to_numpy())
    due = _with_status(operator, status, account, run, by_law)

    def of(*codes: str) -> np.ndarray:
        return np.isin(role[account], codes)

    billed = np.where(of("R6.exempt_taxed"), by_law, due)
    billed = np.where(of("R6.untaxed", "R6.exemption_expired"), EXEMPT, billed)
    billed = np.where(of("R6.insurance_taxed"), STANDARD, billed)
    rate = _rates(billed)
    rate = np.where(of("R6.old_rate") & (billed == STANDARD), _OLD_RATE, rate)

    both = charges.select("run", "account", "amount").with_columns(
        due_rate=pl.Series(_rates(due)), billed_rate=pl.Series(rate), per_line=pl.Series(of("R6.rounded_per_line"))
    )
    tax = tax_of(both, "billed_rate", pl.col("per_line"))
    compared = tax.join(tax_of(both, "due_rate").rename({"tax": "due"}), on=["run", "account"], how="left")
    compared = compared.with_columns(
        code=pl.Series(role[compared["account"].to_numpy()].astype(str)), difference=pl.col("due") - pl.col("tax")
    )
    honest = pl.col("code").is_in([item.code for item in TAXES if item.kind == "distractor"])
    planted = compared.filter((pl.col("code") != "") & ((pl.col("difference") != 0) | honest))
    planted = planted.with_columns(difference=pl.when(honest).then(0).otherwise("difference"))
    return Taxation(
        billed, rate, tax, status, planted.select("code", "account", "run", "difference").sort(pl.all()), role != ""
    )


def _rates(category: np.ndarray) -> np.ndarray:
    return np.array([RATE[name] for name in category], dtype=np.int64)


def _choose(operator: Operator, charges: pl.DataFrame, random: np.random.Generator) -> np.ndarray:
    """Role of each account, empty without one."""
    accounts, customers = operator.accounts, operator.parameters.customers
    invoices = charges.group_by("account", "run").agg(pl.col("amount").sum(), pl.len().alias("charges"))
    bills = invoices.group_by("account").agg(
        pl.col("amount").min(), pl.col("charges").min(), pl.col("run").len().alias("runs")
    )
    known = bills["account"].to_numpy()
    ready, manifold = np.zeros(len(accounts), dtype=bool), np.zeros(len(accounts), dtype=bool)
    ready[known] = (bills["amount"].to_numpy() >= _ENOUGH) & (bills["runs"].to_numpy() >= 2)
    manifold[known] = bills["charges"].to_numpy() >= 3
    ready &= ~operator.chooser.is_taken[accounts.customer]
    insured = np.isin(
        np.arange(len(accounts)), charges.filter(pl.col("offering") == INDEX["ADD_INSURANCE"])["account"].unique()
    )
    kind = operator.parties["kind"].to_numpy()[accounts.customer]
    eligible = {"R6.insurance_taxed": insured, "R6.rounded_per_line": manifold, "R6.reverse_charge": kind != PERSON}
    role = np.full(len(accounts), "", dtype=object)
    taken = np.zeros(customers, dtype=bool)
    # Those that few can hold come first.
    for code in sorted(_ROLES, key=lambda code: (code not in eligible, list(_ROLES).index(code))):
        free = ready & ~taken[accounts.customer] & eligible.get(code, ~insured)
        candidates = random.permutation(np.flatnonzero(free))
        _, first = np.unique(accounts.customer[candidates], return_index=True)
        chosen = candidates[np.sort(first)[: _ROLES[code].count(customers)]]
        role[chosen] = code
        taken[accounts.customer[chosen]] = True
    return role


def _status(operator: Operator, role: np.ndarray, random: np.random.Generator) -> pl.DataFrame:
    parameters = operator.parameters
    first, kind = parameters.start_day, operator.parties["kind"].to_numpy()[operator.accounts.customer]
    rows = []
    for account in np.flatnonzero(np.isin(role, (*_THROUGHOUT, *_UNTIL, *_FROM, "R6.reverse_charge"))):
        code = role[account]
        before = first - int(random.integers(150, 900))
        inside = first + int(random.integers(12, max(parameters.days - 45, 13)))
        number = int(random.integers(10_000_000, 100_000_000))
        from_day, to_day = (inside if code in _FROM else before), (inside if code in _UNTIL else None)
        if code == "R6.reverse_charge":
            country = _COUNTRIES[number % len(_COUNTRIES)]
            rows.append((account, REVERSE_CHARGE, "FOREIGN_BUSINESS", f"{country}U{number}", country, from_day, to_day))
            continue
        reason = _REASONS[number % len(_REASONS)] if kind[account] == COMPANY else _REASONS[number % 2]
        rows.append((account, EXEMPT, reason, f"BZSt-{number}", "DE", from_day, to_day))
    return pl.DataFrame(rows, schema=_STATUS, orient="row").sort("account", "from_day")


def _with_status(
    operator: Operator, status: pl.DataFrame, account: np.ndarray, run: np.ndarray, category: np.ndarray
) -> np.ndarray:
    """Categories after what is on file on the last day of the run's period: then the month's service is rendered."""
    last_day = operator.runs.period_end[run] - 1
    result = category.copy()
    for row in status.iter_rows(named=True):
        holds = (account == row["account"]) & (last_day >= row["from_day"])
        if row["to_day"] is not None:
            holds &= last_day < row["to_day"]
        result = np.where(holds, row["status"], result)
    return result
