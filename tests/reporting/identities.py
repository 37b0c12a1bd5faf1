"""A published lake, made by hand, with customers that were merged, split, are uncertain, in conflict, or gone.

X  crm C1, billing A1, crm_fixed F1 (which was Y until a comparison merged it)
Z  billing A9, split off X by a steward's never_link
U  crm_fixed F7, perhaps X
R  retired: no system holds it any more
S  a service of X, billing record A1's line
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from concord.engine import connect
from concord.published import publish
from concord.settings import Lake, Settings

# Columns as the models publish them, as far as an explanation reads them.
TABLES = {
    "dim_identity": "entity, entity_id, valid_from timestamp, reason, successor_id, resolved_id, origin_id,"
    " minted_from_record_id, is_current boolean, revision bigint",
    "bridge_identity_record": "entity, record_id, entity_id, valid_from timestamp, valid_to timestamp, reason,"
    " is_current boolean, revision bigint",
    "dim_source_record": "entity, record_id, system, source_entity, source_key, entity_id, label, status,"
    " known_since_at timestamp, is_live boolean",
    "fct_identity_link": "link_id, entity, left_record_id, right_record_id, left_entity_id, right_entity_id, method,"
    " rule, rejection_reason, evidence, rank integer, score decimal(5,4), match_weight double, is_accepted boolean,"
    " is_uncertain boolean, is_same_entity boolean",
    "dim_identity_rule": "entity, rule, description",
    "fct_identity_decision": "entity, left_record_id, right_record_id, left_entity_id, right_entity_id, decision,"
    " decided_by, decided_at timestamp, reason, outcome, outcome_reason",
    "dim_precedence": "entity, attribute, rule, systems, reason",
    "fct_attribute_conflict": "entity, entity_id, attribute, claims",
    "dim_customer": "customer_id, customer_name, email, street, postcode, city, name_source,"
    " is_name_conflicting boolean, email_source, is_email_conflicting boolean, address_source,"
    " is_address_conflicting boolean",
    "dim_service": "service_id, service_number, customer_id, valid_to timestamp, customer_source,"
    " is_customer_conflicting boolean, valid_to_source, is_valid_to_conflicting boolean",
    "dim_billing_account": "billing_account_id, account_id_billing",
}
X, Y, Z, U, R, S = ("x" * 32, "y" * 32, "z" * 32, "u" * 32, "r" * 32, "s" * 32)
C1, A1, F1 = "crm:customer:C1", "billing:account:A1", "crm_fixed:customer:F1"
A9, F7, C0 = "billing:account:A9", "crm_fixed:customer:F7", "crm:customer:C0"
DAY_1, DAY_2, DAY_3 = "2026-08-01 06:00:00", "2026-09-01 06:00:00", "2026-10-01 06:00:00"
OPEN = "9999-12-31 00:00:00"
WEIGHTS = {"given_name": {"level": "equal", "weight": 6.25}, "birth_date": {"level": "other", "weight": -3.5}}
AGREEMENT = {"birth_date": True, "email": False, "phone": None}


def _link(
    left: str, right: str, left_id: str, right_id: str, method: str, rule: str, reason: str | None, evidence: dict,
    rank: int, score: float, weight: float | None = None,
) -> tuple:  # fmt: skip
    """A row of fct_identity_link: accepted unless a reason speaks against it."""
    verdicts = (reason is None, reason == "uncertain", left_id == right_id)
    ends = (left, right, left_id, right_id)
    return (f"{left} {right} {rule}", "customer", *ends, method, rule, reason, evidence, rank, score, weight, *verdicts)


def _claim(system: str, key: str, value: str, agrees: bool) -> dict:
    normal = value.lower()
    return {"system": system, "source_key": key, "value": value, "value_normalised": normal, "agrees": agrees}


ROWS = {
    "dim_identity": [
        ("customer", X, DAY_1, "minted", None, X, None, C1, False, 1),
        ("customer", X, DAY_3, "split", None, X, None, C1, True, 3),
        ("customer", Y, DAY_1, "minted", None, X, None, F1, False, 1),
        ("customer", Y, DAY_2, "merged", X, X, None, F1, True, 2),
        ("customer", Z, DAY_3, "split", None, Z, X, A9, True, 3),
        ("customer", U, DAY_1, "minted", None, U, None, F7, True, 1),
        ("customer", R, DAY_1, "minted", None, R, None, C0, False, 1),
        ("customer", R, DAY_2, "retired", None, R, None, C0, True, 2),
        ("service", S, DAY_1, "minted", None, S, None, A1, True, 1),
    ],
    "bridge_identity_record": [
        ("customer", C1, X, DAY_1, OPEN, "minted", True, 1),
        ("customer", A1, X, DAY_1, OPEN, "minted", True, 1),
        ("customer", F1, Y, DAY_1, DAY_2, "minted", False, 1),
        ("customer", F1, X, DAY_2, OPEN, "merged", True, 2),
        ("customer", A9, X, DAY_1, DAY_3, "minted", False, 1),
        ("customer", A9, Z, DAY_3, OPEN, "split", True, 3),
        ("customer", F7, U, DAY_1, OPEN, "minted", True, 1),
        ("customer", C0, R, DAY_1, DAY_2, "minted", False, 1),
        ("service", A1, S, DAY_1, OPEN, "minted", True, 1),
    ],
    "dim_source_record": [
        ("customer", C1, "crm", "customer", "C1", X, "Anna Müller", "active", DAY_1, True),
        ("customer", A1, "billing", "account", "A1", X, "Anna [red]Mueller", "closed", None, False),
        ("customer", F1, "crm_fixed", "customer", "F1", X, "A. Müller", "active", DAY_1, True),
        ("customer", A9, "billing", "account", "A9", Z, "Otto Müller", "active", DAY_1, True),
        ("customer", F7, "crm_fixed", "customer", "F7", U, "Anne Müller", "active", DAY_1, True),
        ("service", A1, "billing", "account", "A1", S, "4915112345", "active", DAY_1, True),
    ],
    "fct_identity_link": [
        _link(A1, C1, X, X, "key", "customer_reference", None, AGREEMENT, 30, 1),
        _link(A1, C1, X, X, "identifier", "vat_number", None, AGREEMENT, 100, 0.99),
        _link(C1, F1, X, X, "probabilistic", "matched", None, WEIGHTS, 200, 0.9987, 9.5),
        _link(C1, F7, X, U, "probabilistic", "matched", "uncertain", WEIGHTS, 200, 0.7, 1.2),
        _link(A9, C1, Z, X, "key", "customer_reference", "never_link_decided", {}, 30, 1),
        _link(A1, F7, X, U, "key", "legacy_number", "nothing_agrees", {}, 40, 0.99),
    ],
    "dim_identity_rule": [
        ("customer", "customer_reference", "The billing account names the CRM customer"),
        ("customer", "vat_number", "Same VAT number"),
        ("customer", "matched", "Compared field by field"),
    ],
    "fct_identity_decision": [
        ("customer", A9, C1, Z, X, "never_link", "m.keller", DAY_3, "father and son", "applied", "kept apart"),
    ],
    "dim_precedence": [
        ("customer", "name", "most_frequent", "crm > crm_fixed > billing", "A misspelling is seldom repeated"),
        ("customer", "email", "system_order", "crm > crm_fixed > billing", "Care agents keep it current in CRM"),
        ("customer", "address", "most_recent", "crm > billing > crm_fixed", "Bills that come back correct billing"),
        ("service", "customer", "system_order", "crm > billing", "CRM knows to whom it was sold"),
        ("service", "valid_to", "system_order", "inventory > billing", "Inventory built it"),
    ],
    "fct_attribute_conflict": [
        (
            "customer",
            X,
            "email",
            [
                _claim("crm", "C1", "a@x.example", True),
                _claim("billing", "A1", "b@x.example", False),
                _claim("crm_fixed", "F1", "A@X.example", True),
            ],
        ),
        ("service", S, "customer", [_claim("crm", "P1", X, True), _claim("billing", "A1", Z, False)]),
    ],
    "dim_customer": [
        (X, "Anna Müller", "a@x.example", "Am Ufer 5", "20095", "Hamburg", "crm", False, "crm", True, "billing", False),
        (Z, "Otto Müller", None, None, None, None, "billing", False, None, False, None, False),
        (U, "Anne Müller", None, None, None, None, "crm_fixed", False, None, False, None, False),
    ],
    "dim_service": [(S, "4915112345", X, "9999-12-31 00:00:00", "crm", True, "inventory", False)],
    "dim_billing_account": [],
}


def publish_identities(folder: Path) -> Settings:
    """Publish them; returns the settings."""
    settings = Settings(lake=Lake(folder=folder / "lake"), reports=folder / "reports")
    settings.lake_folder.mkdir(parents=True, exist_ok=True)
    with connect(str(settings.workspace)) as workspace:
        workspace.execute("create schema if not exists core")
        for table, columns in TABLES.items():
            _fill(workspace, table, columns)
    publish(settings)
    return settings


def _fill(workspace: duckdb.DuckDBPyConnection, table: str, columns: str) -> None:
    typed = ", ".join(
        each if " " in each else f"{each} varchar" for each in columns.replace("decimal(5,4)", "double").split(", ")
    )
    workspace.execute(f"create table core.{table} ({typed.replace('score double', 'score decimal(5, 4)')})")
    rows = [[json.dumps(value) if isinstance(value, dict | list) else value for value in row] for row in ROWS[table]]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        workspace.executemany(f"insert into core.{table} values ({marks})", rows)
