"""The ledger: every planted fault with its money, every honest distractor, every disagreement between systems."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import cents, dates
from seeds.operator.copies.keys import Keys
from seeds.operator.planting.roles import CODES, NUMBER, ROLES
from seeds.operator.planting.roles_bills import OF_AN_ACCOUNT
from seeds.operator.world.offerings import CURRENCY

_COLUMNS = (
    "kind", "control_id", "fault_type", "direction", "subject", "period_start", "period_end", "amount", "currency_code",
    "description",
)  # fmt: skip


def bill_differences(true_bill: pl.DataFrame, actual_bill: pl.DataFrame) -> pl.DataFrame:
    """True minus actual bill per line and run, in cents; only where they differ. Columns line, run, difference."""
    signed = pl.concat(
        [true_bill.select("line", "run", "amount"), actual_bill.select("line", "run", -pl.col("amount"))]
    )
    return (
        signed.group_by("line", "run")
        .agg(pl.col("amount").sum().alias("difference"))
        .filter(pl.col("difference") != 0)
        .sort("line", "run")
    )


def build_ledger(
    operator: Operator,
    keys: Keys,
    beliefs: dict[str, pl.DataFrame],
    flaws: list[pl.DataFrame],
    planted: list[pl.DataFrame],
) -> pl.DataFrame:
    """All rows. ``beliefs``: what each system believes of customers; ``flaws``: ready rows (subject, description);
    ``planted``: rows of faults and distractors that do not show as a difference between two bills (`planted_rows`).
    """
    parts = [
        _faults(operator, keys),
        _distractors(operator, keys),
        _separate(operator, keys),
        _look_alikes(operator, keys),
    ]
    parts += [_disagreements(operator, keys, system, believed) for system, believed in beliefs.items()]
    parts += [_plain_rows(operator, flaw) for flaw in flaws]
    parts += planted
    ledger = pl.concat([part.select(_COLUMNS) for part in parts])
    number = "F" + pl.Series(np.arange(len(ledger)) + 1).cast(pl.String).str.zfill(7)
    return ledger.insert_column(0, number.alias("fault_id"))


def subject_text(subject: pl.DataFrame) -> pl.Series:
    """JSON objects from columns of keys; null keys are left out. Keys hold no character that needs escaping."""
    members = [pl.lit(f'"{name}":"') + pl.col(name) + pl.lit('"') for name in subject.columns]
    return subject.select(
        pl.lit("{") + pl.concat_str(members, separator=",", ignore_nulls=True) + pl.lit("}")
    ).to_series()


def planted_rows(
    codes: pl.Series | list[str],
    subject: pl.DataFrame,
    period_start: np.ndarray,
    period_end: np.ndarray,
    amount: np.ndarray | None = None,
    direction: np.ndarray | str | None = None,
) -> pl.DataFrame:
    """Ledger rows of faults or distractors that have no line of their own, or no effect on a bill.

    ``codes``: the roles; ``subject``: columns of keys (see `subject_text`); periods: local day numbers; ``amount``:
    cents, above zero for a fault; ``direction``: under or over. All of one length. A distractor has neither of both.
    """
    count = len(subject)
    numbers = np.array([NUMBER[code] for code in codes], dtype=np.int64)
    said = [direction] * count if direction is None or isinstance(direction, str) else list(direction)
    return (
        pl.DataFrame(
            {
                **_role_columns(numbers),
                "direction": pl.Series(said, dtype=pl.String),
                "subject": subject_text(subject),
                "period_start": dates(np.asarray(period_start, dtype=np.int64)),
                "period_end": dates(np.asarray(period_end, dtype=np.int64)),
                "amount": np.zeros(count, dtype=np.int64) if amount is None else np.asarray(amount, dtype=np.int64),
                "currency_code": pl.Series([CURRENCY] * count, dtype=pl.String),
            }
        )
        .with_columns(cents(pl.col("amount")).alias("amount"))
        .select(_COLUMNS)
    )


def _role_columns(roles: np.ndarray) -> dict[str, pl.Series]:
    """Kind, control, type and description of role numbers (from 1)."""
    chosen = roles - 1
    return {
        "kind": pl.Series([role.kind for role in ROLES])[chosen],
        "control_id": pl.Series([role.control for role in ROLES])[chosen],
        "fault_type": pl.Series([role.fault_type for role in ROLES])[chosen],
        "description": pl.Series([role.description for role in ROLES])[chosen],
    }


def _faults(operator: Operator, keys: Keys) -> pl.DataFrame:
    """One row per line and completed run whose bill is wrong; those of whole accounts stand elsewhere.

    Raises ValueError when a bill differs for a line on which no fault was planted: the ledger would be incomplete.
    """
    differences = bill_differences(operator.true_bill, operator.actual_bill)
    of_accounts = operator.chooser.lines(*OF_AN_ACCOUNT).tolist()
    differences = differences.filter(~pl.col("line").is_in(of_accounts))
    line, run = differences["line"].to_numpy(), differences["run"].to_numpy()
    role = operator.chooser.role[line]
    is_fault = np.array([False] + [entry.kind == "fault" for entry in ROLES])
    if not is_fault[role].all():
        named = sorted({CODES[number - 1] if number else "none" for number in role[~is_fault[role]]})
        raise ValueError(f"bills differ where no fault was planted: {', '.join(named)}")
    difference = differences["difference"]
    return pl.DataFrame(
        {
            **_role_columns(role),
            "direction": np.where(difference.to_numpy() > 0, "under", "over").tolist(),
            "subject": subject_text(keys.subject(line)),
            "period_start": dates(operator.runs.period_start[run]),
            "period_end": dates(operator.runs.period_end[run]),
            "amount": difference.abs(),
            "currency_code": [CURRENCY] * len(differences),
        },
        schema_overrides={"direction": pl.String, "currency_code": pl.String},
    ).with_columns(cents(pl.col("amount")).alias("amount"))


def _without_money(operator: Operator, columns: dict[str, pl.Series], subject: pl.Series) -> pl.DataFrame:
    parameters = operator.parameters
    return pl.DataFrame({**columns, "subject": subject}).with_columns(
        pl.lit(None, pl.String).alias("direction"),
        pl.lit(parameters.start).alias("period_start"),
        pl.lit(parameters.end).alias("period_end"),
        cents(pl.lit(0)).alias("amount"),
        pl.lit(CURRENCY).alias("currency_code"),
    )


def _distractors(operator: Operator, keys: Keys) -> pl.DataFrame:
    honest = [number + 1 for number, role in enumerate(ROLES) if role.kind == "distractor"]
    line = np.flatnonzero(np.isin(operator.chooser.role, honest))
    roles = operator.chooser.role[line]
    order = np.lexsort((line, roles))
    return _without_money(operator, _role_columns(roles[order]), subject_text(keys.subject(line[order])))


def _separate(operator: Operator, keys: Keys) -> pl.DataFrame:
    """SIM cards without a customer, and products without a network service."""
    lone = operator.lone_sims
    honest = {role.code for role in ROLES if role.kind == "distractor"}
    chosen = np.flatnonzero([code in honest for code in lone.role])
    cards = keys.card(lone.serial[chosen])
    card_roles = np.array([NUMBER[lone.role[card]] for card in chosen], dtype=np.int64)
    addon_roles = np.full(len(operator.addons), NUMBER["O2.product_without_service"])
    columns = _role_columns(np.concatenate([card_roles, addon_roles]))
    subject = pl.concat([subject_text(cards), subject_text(keys.subject(operator.addons))])
    return _without_money(operator, columns, subject)


def _look_alikes(operator: Operator, keys: Keys) -> pl.DataFrame:
    """Pairs of customers who share much and are two: one name at one address or in one town, twins, a common mailbox, a
    telephone number that one of them gave up before the other got it."""
    columns = ["given_name", "family_name", "email", "birth_day"]
    other = operator.parties.select(
        pl.col("customer").alias("other"), *(pl.col(name).alias(f"other_{name}") for name in columns)
    )
    same_name = (pl.col("given_name") == pl.col("other_given_name")) & (
        pl.col("family_name") == pl.col("other_family_name")
    )
    at_home = (
        pl.when("is_twin").then(pl.lit("twins"))
        .when(same_name).then(pl.lit("namesake_at_one_address"))
        .when(pl.col("email") == pl.col("other_email")).then(pl.lit("shared_mailbox"))
    )  # fmt: skip
    parts = []
    for column, fault_type, description in (
        ("household", at_home, "two persons that share a household, not one"),
        ("namesake", pl.lit("namesake_in_town"), "two persons of one name in one town, not one"),
        ("phone_heir", pl.lit("recycled_contact_number"), "the number that one gave up is the other's today"),
    ):
        part = operator.parties.filter((pl.col(column) != pl.col("customer")) & (pl.col(column) >= 0))
        part = part.join(other, left_on=column, right_on="other", how="inner", maintain_order="left")
        part = part.with_columns(fault_type=fault_type, description=pl.lit(description), other=pl.col(column))
        # Without a birth date to tell them apart two of a household are one to everybody.
        distinct = (pl.col("birth_day") != pl.col("other_birth_day")) | (pl.col("fault_type") == "twins")
        parts.append(
            part.filter(pl.col("fault_type").is_not_null() & distinct.fill_null(True)).select(
                "customer", "other", "fault_type", "description"
            )
        )
    pairs = pl.concat(parts)
    names = {"crm": keys.crm_customer, "crm_fixed": keys.customer_no}
    present = {"crm": keys.in_crm, "crm_fixed": keys.in_crm_fixed}
    subject = {
        f"{system}.{name}": pl.when(pl.Series(present[system][pairs[who].to_numpy()])).then(
            names[system][pairs[who].to_numpy()]
        )
        for who, name in (("customer", "customer"), ("other", "other_customer"))
        for system in names
    }
    rows = {
        "kind": pl.Series(["distractor"] * len(pairs), dtype=pl.String),
        "control_id": pl.Series([None] * len(pairs), dtype=pl.String),
        "fault_type": pairs["fault_type"],
        "description": pairs["description"],
    }
    return _without_money(operator, rows, subject_text(pl.select(**subject)))


def _plain_rows(operator: Operator, rows: pl.DataFrame) -> pl.DataFrame:
    """Disagreements from ready subjects and descriptions."""
    count = len(rows)
    columns = {
        "kind": pl.Series(["disagreement"] * count, dtype=pl.String),
        "control_id": pl.Series([None] * count, dtype=pl.String),
        "fault_type": rows["description"].str.split(":").list.first(),
        "description": rows["description"],
    }
    return _without_money(operator, columns, rows["subject"])


def _disagreements(operator: Operator, keys: Keys, system: str, believed: pl.DataFrame) -> pl.DataFrame:
    """One row per customer and attribute that a system has wrong. ``believed`` has customer, key and changed."""
    wrong = (
        believed.select("customer", "key", "changed")
        .with_columns(pl.col("changed").str.split(" "))
        .explode("changed")
        .filter(pl.col("changed").is_not_null() & (pl.col("changed") != ""))
    )
    name = {"billing": "account"}.get(system.split(" ")[0], "customer")
    entity = f"{system.split(' ')[0]}.{name}"
    subject = subject_text(wrong.select(pl.col("key").alias(entity)))
    description = wrong.select(pl.col("changed") + ": " + pl.lit(f"{system} differs from what the customer would say"))
    return _plain_rows(operator, pl.DataFrame({"subject": subject, "description": description.to_series()}))
