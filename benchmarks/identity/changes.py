"""A later day of the same sources: some records changed, each in a way that happens in life, and some are new."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

# Each changed record gets one kind of change: another e-mail, another phone, a move, a double name.
_KIND_OF = {"email": 0, "phone": 1, "street": 2, "postcode": 2, "family_name": 3}
_MARRIED = "-Neumann"
# Fields of a CRM document, in any version -> those above.
_DOCUMENT_FIELDS = {
    "emailAddress": "email",
    "phoneNumber": "phone",
    "street1": "street",
    "postCode": "postcode",
    "familyName": "family_name",
}


def change_records(records: pl.DataFrame, changed: float, added: float, seed: int) -> tuple[pl.DataFrame, int]:
    """The linker's records a day later: a share of them changed, a share new.

    The new ones repeat known people's records, with another birthday. Returns the records and how many of them are
    new or changed.
    """
    random = np.random.default_rng([seed, len(records)])
    chosen = _chosen(len(records), changed, random)
    is_changed = np.zeros(len(records), dtype=bool)
    is_changed[chosen] = True
    flat = records[chosen].with_columns(email=pl.col("emails").list.first(), phone=pl.col("phones").list.first())
    touched = _changed(flat, random).with_columns(
        emails=pl.when(pl.col("email").is_not_null()).then(pl.concat_list("email")),
        phones=pl.when(pl.col("phone").is_not_null()).then(pl.concat_list("phone")),
    )
    new = records[_chosen(len(records), added, random)].with_columns(
        record_id=pl.col("record_id") + ":new", birth_date=pl.col("birth_date").dt.offset_by("37d")
    )
    same = records.filter(pl.Series(~is_changed))
    return pl.concat([same, touched.select(records.columns), new]), len(touched) + len(new)


def change_operator(operator: Path, target: Path, share: float, seed: int) -> pl.DataFrame:
    """Copy an operator with this share of its customer records changed, in all three systems that hold some.

    Returns the changed records as the cross reference names them: system, entity, source_key.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(operator, target, ignore=shutil.ignore_patterns("postgresql", "files", "concord.yml"))
    random = np.random.default_rng([seed, 5])
    systems = target / "systems"
    return pl.concat(
        [
            _change_billing(systems / "billing", share, random),
            _change_crm(systems / "crm", share, random),
            _change_crm_fixed(systems / "crm_fixed", share, random),
        ]
    )


def _change_billing(folder: Path, share: float, random: np.random.Generator) -> pl.DataFrame:
    """Accounts spell a person 'Family, Given' in one column."""
    accounts = pl.read_parquet(folder / "account.parquet")
    chosen = _chosen(len(accounts), share, random)
    family, given = (pl.col("account_name").str.split_exact(", ", 1).struct.field(f"field_{part}") for part in (0, 1))
    is_person = pl.col("account_type") == "P"
    later = accounts["updated_at"].max() + timedelta(hours=1)
    touched = _changed(accounts[chosen].with_columns(family_name=pl.when(is_person).then(family)), random)
    touched = touched.with_columns(
        account_name=pl.when(is_person).then(pl.col("family_name") + ", " + given).otherwise("account_name"),
        updated_at=pl.lit(later),
    )
    result = accounts.update(touched.select(accounts.columns), on="account_id")
    result.write_parquet(folder / "account.parquet")
    return _named("billing", "account", touched["account_id"])


def _change_crm_fixed(folder: Path, share: float, random: np.random.Generator) -> pl.DataFrame:
    """The acquired company's next nightly dump."""
    keys = pl.Series(dtype=pl.String)
    for entity in ("product", "customer"):
        dumps = pl.read_parquet(folder / f"{entity}.parquet")
        next_dump = dumps.filter(pl.col("file_date") == dumps["file_date"].max()).with_columns(
            pl.col("file_date") + timedelta(days=1)
        )
        if entity == "customer":
            touched = _changed(next_dump[_chosen(len(next_dump), share, random)], random)
            next_dump = next_dump.update(touched.select(dumps.columns), on="customer_no")
            keys = touched["customer_no"]
        pl.concat([dumps, next_dump]).write_parquet(folder / f"{entity}.parquet")
    return _named("crm_fixed", "customer", keys)


def _change_crm(folder: Path, share: float, random: np.random.Generator) -> pl.DataFrame:
    """Parties' documents change; the customers in whose role they are count as changed."""
    parties = []
    for entity in ("individual", "organization"):
        frame = pl.read_parquet(folder / f"{entity}.parquet")
        chosen = _chosen(len(frame), share, random)
        documents = frame["document"].to_list()
        for place, new in zip(chosen.tolist(), _news(len(chosen), random).to_dicts(), strict=True):
            documents[place] = json.dumps(_rewritten(json.loads(documents[place]), new), ensure_ascii=False)
        frame.with_columns(document=pl.Series(documents)).write_parquet(folder / f"{entity}.parquet")
        parties.append(frame["id"].gather(chosen))
    customers = pl.read_parquet(folder / "customer.parquet").select(
        "id", party=pl.col("document").str.json_path_match("$.engagedParty.id")
    )
    return _named("crm", "customer", customers.filter(pl.col("party").is_in(pl.concat(parties).implode()))["id"])


def _rewritten(value: Any, new: dict[str, Any]) -> Any:
    """The document with the fields of its kind of change replaced, wherever its version keeps them."""
    if isinstance(value, list):
        return [_rewritten(member, new) for member in value]
    if not isinstance(value, dict):
        return value
    content = {}
    for name, member in value.items():
        field = _DOCUMENT_FIELDS.get(name)
        if field is None or _KIND_OF[field] != new["kind"]:
            content[name] = _rewritten(member, new)
        else:
            content[name] = member + _MARRIED if field == "family_name" else new[field]
    return content


def _changed(rows: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Each row with one kind of change. What a row doesn't have stays empty."""
    news = _news(len(rows), random)
    columns = []
    for name, kind in _KIND_OF.items():
        if name in rows.columns:
            new = pl.col(name) + _MARRIED if name == "family_name" else pl.lit(news[name])
            columns.append(
                pl.when(pl.lit(news["kind"] == kind) & pl.col(name).is_not_null()).then(new).otherwise(name).alias(name)
            )
    return rows.with_columns(columns)


def _news(count: int, random: np.random.Generator) -> pl.DataFrame:
    """Which kind of change each row gets, and what each field would become."""
    number = pl.Series(random.integers(0, 10**8, count)).cast(pl.String).str.zfill(8).alias("number")
    return pl.DataFrame({"kind": random.integers(0, 4, count), "number": number}).select(
        "kind",
        email="neu." + pl.col("number") + "@mail.example",
        phone="+49176" + pl.col("number"),
        street="Neuer Weg " + pl.col("number").str.slice(0, 2),
        postcode="9" + pl.col("number").str.slice(0, 4),
    )


def _chosen(count: int, share: float, random: np.random.Generator) -> np.ndarray:
    """Places of this share of the rows, at least one."""
    return np.sort(random.permutation(count)[: max(1, round(count * share))])


def _named(system: str, entity: str, keys: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"source_key": keys.cast(pl.String)}).select(
        pl.lit(system).alias("system"), pl.lit(entity).alias("entity"), "source_key"
    )
