"""The bank's statements: XML of ISO 20022 camt.053, version 001.02 until the bank changed over to 001.08."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl

# The bank changed over in the middle of what it has sent, and began to qualify every name.
_OLD, _NEW = "camt.053.001.02", "camt.053.001.08"


def write_bank_files(systems: Path, folder: Path) -> list[Path]:
    """Write one file per statement of ``systems/bank/statement.parquet``; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    parquet = systems / "bank" / "statement.parquet"
    if not parquet.exists():
        return []
    statements = pl.read_parquet(parquet)
    entries = pl.read_parquet(systems / "bank" / "statement_entry.parquet")
    by_statement = entries.partition_by("statement_id", as_dict=True, maintain_order=True)
    half = len(statements) // 2
    written = []
    for number, statement in enumerate(statements.iter_rows(named=True)):
        rows = by_statement.get((statement["statement_id"],), entries.clear())
        file = folder / file_name(statement["account_iban"], statement["file_date"])
        file.write_text(document(statement, rows, is_new=number >= half), encoding="utf-8")
        written.append(file)
    return written


def file_name(account: str, day: date) -> str:
    """``camt053_DE21200500001234567890_20260930.xml``."""
    return f"camt053_{account}_{day:%Y%m%d}.xml"


def document(statement: dict, entries: pl.DataFrame, is_new: bool) -> str:
    """One statement with its balances and entries."""
    version, prefix = (_NEW, "c:") if is_new else (_OLD, "")
    currency = statement["currency_code"]
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<Document xmlns{":c" if is_new else ""}="urn:iso:std:iso:20022:tech:xsd:{version}"><BkToCstmrStmt>\n',
        f"<GrpHdr><MsgId>M-{statement['statement_id']}</MsgId><CreDtTm>{statement['created_at'].isoformat()}</CreDtTm></GrpHdr>\n",
        f"<Stmt><Id>{statement['statement_id']}</Id><ElctrncSeqNb>{statement['statement_sequence']}</ElctrncSeqNb>"
        f"<CreDtTm>{statement['created_at'].isoformat()}</CreDtTm>"
        f"<FrToDt><FrDtTm>{statement['from_date']}T00:00:00</FrDtTm><ToDtTm>{statement['to_date']}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><IBAN>{statement['account_iban']}</IBAN></Id><Ccy>{currency}</Ccy></Acct>\n",
        _balance("OPBD", statement["opening_amount"], currency, statement["from_date"]),
        _balance("CLBD", statement["closing_amount"], currency, statement["to_date"]),
    ]
    for (_,), rows in entries.group_by("entry_number", maintain_order=True):
        parts.append(_entry(rows.rows(named=True), is_new))
    parts.append("</Stmt>\n</BkToCstmrStmt></Document>\n")
    text = "".join(parts)
    return re.sub(r"<(/?)(?=[A-Za-z])", rf"<\1{prefix}", text) if prefix else text


def _balance(kind: str, amount: Decimal, currency: str, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(abs(amount), currency)}"
        f"<CdtDbtInd>{'CRDT' if amount >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def _entry(rows: list[dict], is_new: bool) -> str:
    first = rows[0]
    status = f"<Cd>{first['status']}</Cd>" if is_new else first["status"]
    codes = (first["bank_transaction_code"] or "").split("-")
    batch = (
        f"<Btch><NbOfTxs>{len(rows)}</NbOfTxs>{_amount(first['entry_amount'], first['currency_code'], 'TtlAmt')}</Btch>"
        if first["is_batch"]
        else ""
    )
    return (
        f"<Ntry>{_text('NtryRef', first['entry_reference'])}{_amount(first['entry_amount'], first['currency_code'])}"
        f"{_text('CdtDbtInd', first['credit_debit_indicator'])}"
        + ("<RvslInd>true</RvslInd>" if first["is_reversal"] else "")
        + f"<Sts>{status}</Sts><BookgDt><Dt>{first['booking_date']}</Dt></BookgDt>"
        f"<ValDt><Dt>{first['value_date']}</Dt></ValDt>"
        f"<BkTxCd><Domn><Cd>{codes[0]}</Cd><Fmly><Cd>{codes[1]}</Cd><SubFmlyCd>{codes[2]}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls>{batch}{''.join(_transaction(row, is_new) for row in rows)}</NtryDtls>"
        f"{_text('AddtlNtryInf', first['additional_information'])}</Ntry>\n"
    )


def _transaction(row: dict, is_new: bool) -> str:
    references = "".join(
        _text(name, row[column])
        for name, column in (
            ("AcctSvcrRef", "account_servicer_reference"),
            ("EndToEndId", "end_to_end_id"),
            ("MndtId", "mandate_id"),
        )
    )
    amount = _amount(row["amount"], row["currency_code"])
    where = (
        f"{amount}<CdtDbtInd>{row['credit_debit_indicator']}</CdtDbtInd>"
        if is_new
        else f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
    )
    charges = row["charges_amount"]
    remittance = _text("Ustrd", row["remittance_text"]) + (
        f"<Strd><CdtrRefInf>{_text('Ref', row['structured_reference'])}</CdtrRefInf></Strd>"
        if row["structured_reference"]
        else ""
    )
    return (
        f"<TxDtls><Refs>{references}</Refs>{where}"
        + (f"<Chrgs><Rcrd>{_amount(charges, row['currency_code'])}</Rcrd></Chrgs>" if charges else "")
        + "<RltdPties>"
        + "".join(
            f"<{name}>{_name(row[f'{role}_name'], is_new)}</{name}>"
            f"<{name}Acct><Id>{_text('IBAN', row[f'{role}_iban'])}</Id></{name}Acct>"
            for name, role in (("Dbtr", "debtor"), ("Cdtr", "creditor"))
        )
        + f"</RltdPties><RmtInf>{remittance}</RmtInf>"
        + (f"<RtrInf><Rsn><Cd>{row['return_reason']}</Cd></Rsn></RtrInf>" if row["return_reason"] else "")
        + "</TxDtls>\n"
    )


def _name(name: str, is_new: bool) -> str:
    return f"<Pty>{_text('Nm', name)}</Pty>" if is_new else _text("Nm", name)


def _text(name: str, value: str | None) -> str:
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def _amount(value: Decimal, currency: str, name: str = "Amt") -> str:
    return f'<{name} Ccy="{currency}">{value:.2f}</{name}>'
