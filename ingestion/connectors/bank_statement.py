"""Bank statements: XML of ISO 20022 camt.053 in any version, one row a transaction or one a statement.

A file is parsed while it is read and never held as a tree (`xml_file`). Versions differ in where they put a status, a
name or a transaction's amount; both places are known. A statement whose opening balance and booked entries don't make
its closing balance is refused with its file; an entry whose transactions don't add up to it goes to quarantine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import polars as pl
import pyarrow as pa

from ingestion.connectors.extracted import ExtractedLayout
from ingestion.connectors.file_load import FileLoad, release_rows
from ingestion.connectors.files import FileFormat, FileProblem, SourceFile
from ingestion.connectors.layout import Reader
from ingestion.connectors.xml_file import LONGEST_TEXT, XmlDocument, XmlReader
from ingestion.extraction import Extraction, LoadContext

# What the row of a transaction can hold, and what that of a statement can; an entity has either kind.
TRANSACTION_FIELDS = (
    "fault", "account_iban", "statement_id", "entry_number", "transaction_number", "entry_reference", "status",
    "credit_debit_indicator", "is_reversal", "is_batch", "booking_date", "value_date", "bank_transaction_code",
    "entry_amount", "amount", "charges_amount", "currency_code", "account_servicer_reference", "end_to_end_id",
    "mandate_id", "return_reason", "debtor_name", "debtor_iban", "creditor_name", "creditor_iban",
    "structured_reference", "remittance_text", "additional_information",
)  # fmt: skip
STATEMENT_FIELDS = (
    "fault", "account_iban", "statement_id", "statement_sequence", "created_at", "from_date", "to_date",
    "opening_amount", "closing_amount", "currency_code", "entries",
)  # fmt: skip
_ROOT, _MESSAGE, _STATEMENT, _ENTRY, _TRANSACTION = "Document", "BkToCstmrStmt", "Stmt", "Ntry", "TxDtls"
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
# Booked entries change the booked balance; pending ones and mere information don't.
_BOOKED = "BOOK"


def extract(context: LoadContext) -> Extraction:
    """Read every new file of the entity. Raises SystemFailed when the folder is missing."""
    return FileLoad(context, _layout(context)).extraction()


def release(context: LoadContext, rows: pl.DataFrame) -> pa.Table:
    """Quarantined rows that pass now. ``rows``: source_ref, source_position, content, heading."""
    return release_rows(FileLoad(context, _layout(context)), rows)


def _layout(context: LoadContext) -> BankStatementLayout:
    """Entities with an entry number are transactions, the others statements."""
    is_transaction = any(column.name == "entry_number" for column in context.entity.columns)
    names = TRANSACTION_FIELDS if is_transaction else STATEMENT_FIELDS
    return BankStatementLayout(context.entity, FileFormat.model_validate(context.source.format), names)


class BankStatementLayout(ExtractedLayout):
    """Rows of TRANSACTION_FIELDS or of STATEMENT_FIELDS."""

    def reader(self, file: SourceFile) -> Reader:
        return BankStatementReader(file, self.form.compression is not None, self.names)


class BankStatementReader(XmlReader):
    """Reads one file; its rows come as lines of ``names`` between tabs, placed at the line of their Ntry or Stmt."""

    def __init__(self, file: SourceFile, is_compressed: bool, names: tuple[str, ...]) -> None:
        super().__init__(file, is_compressed, _Document(names), "\t".join(names))


@dataclass
class _Statement:
    """What is known of a Stmt so far."""

    line: int
    texts: dict[str, str] = field(default_factory=dict)
    balances: dict[str, dict[str, str]] = field(default_factory=dict)  # by type
    booked: Decimal = Decimal(0)
    entries: int = 0


@dataclass
class _Entry:
    """What is known of a Ntry so far; texts by path below it, several of one path joined by a blank."""

    line: int
    texts: dict[str, str] = field(default_factory=dict)
    transactions: list[dict[str, str]] = field(default_factory=list)
    currencies: dict[str, str] = field(default_factory=dict)


class _Document(XmlDocument):
    """Texts are known by their path below the statement, the entry or the transaction that they belong to."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names
        self._path: list[str] = []
        self._statement: _Statement | None = None
        self._entry: _Entry | None = None
        self._base = 0  # depth of the innermost of these three
        self._balance: dict[str, str] | None = None
        self._seen = 0

    # Elements

    def start(self, name: str, attributes: dict[str, str]) -> None:
        depth = len(self._path)
        self._path.append(name)
        if depth == 0 and name != _ROOT:
            raise FileProblem("no_bank_statement", f"the root element is {name[:100]}")
        if depth == 1 and name != _MESSAGE:
            raise FileProblem("no_bank_statement", f"the document holds {name[:100]}, no bank-to-customer statement")
        if depth == 2 and name == _STATEMENT:
            self._statement, self._base, self._seen = _Statement(self.line), depth + 1, self._seen + 1
        elif self._statement and depth == 3 and name == _ENTRY:
            self._entry, self._base = _Entry(self.line), depth + 1
        elif self._statement and depth == 3 and name == "Bal":
            self._balance, self._base = {}, depth + 1
        elif self._entry and name == _TRANSACTION and self._path[-2] == "NtryDtls":
            self._entry.transactions.append({})
            self._base = depth + 1
        if self._statement:
            self.collect_text()
            if name == "Amt" and "Ccy" in attributes:
                self._note("@Ccy", attributes["Ccy"])

    def end(self, name: str) -> None:
        if not self._statement:
            self._path.pop()
            return
        text = self.take_text()
        if text:
            self._note("", text)
        self._path.pop()
        depth = len(self._path)
        if depth == 2:
            self._end_statement(self._statement)
            self._statement = None
        elif self._entry and depth == 3:
            self._end_entry(self._statement, self._entry)
            self._entry, self._base = None, 3
        elif self._balance is not None and depth == 3:
            kind = self._balance.get("Tp/CdOrPrtry/Cd") or self._balance.get("Tp/CdOrPrtry/Prtry", "")
            # Of several of one kind (interim balances of pages) the first opens and the last closes.
            if kind not in _OPENING or kind not in self._statement.balances:
                self._statement.balances[kind] = self._balance
            self._balance, self._base = None, 3
        elif self._entry and name == _TRANSACTION and self._base == depth + 1:
            self._base = 4

    def check_end(self) -> None:
        if not self._seen:
            raise FileProblem("no_bank_statement", "the document holds no statement")

    def _note(self, suffix: str, text: str) -> None:
        """Keep a text under its path below the innermost of balance, transaction, entry and statement."""
        target = self._target()
        path = "/".join(self._path[self._base :]) + suffix
        before = target.get(path)
        if before is None:
            target[path] = text
        elif path.endswith("Ustrd"):
            target[path] = f"{before} {text}"[: LONGEST_TEXT + 1]

    def _target(self) -> dict[str, str]:
        assert self._statement
        if self._balance is not None:
            return self._balance
        if self._entry is None:
            return self._statement.texts
        return self._entry.transactions[-1] if self._base > 4 else self._entry.texts

    # Rows

    def _end_statement(self, statement: _Statement) -> None:
        texts = statement.texts
        name = texts.get("Id", "")
        opening = next((statement.balances[kind] for kind in _OPENING if kind in statement.balances), None)
        closing = next((statement.balances[kind] for kind in _CLOSING if kind in statement.balances), None)
        if opening is None or closing is None:
            raise FileProblem("missing_balance", f"statement {name[:100]} lacks its opening or closing balance")
        first, last = _signed(opening, name), _signed(closing, name)
        due = first + statement.booked
        if due != last:
            raise FileProblem(
                "unbalanced_statement",
                f"statement {name[:100]}: opening {first} and booked {statement.booked} make {due}, "
                f"and the closing balance is {last}",
            )
        if "entry_number" in self._names:
            return
        values = {
            "account_iban": _account(texts),
            "statement_id": name,
            "statement_sequence": texts.get("ElctrncSeqNb"),
            "created_at": texts.get("CreDtTm"),
            "from_date": _day(texts.get("FrToDt/FrDtTm")) or _balance_day(opening),
            "to_date": _day(texts.get("FrToDt/ToDtTm")) or _balance_day(closing),
            "opening_amount": format(first, "f"),
            "closing_amount": format(last, "f"),
            "currency_code": opening.get("Amt@Ccy"),
            "entries": str(statement.entries),
        }
        self._add(values, statement.line)

    def _end_entry(self, statement: _Statement, entry: _Entry) -> None:
        statement.entries += 1
        texts = entry.texts
        status = texts.get("Sts/Cd") or texts.get("Sts")
        where = f"entry {statement.entries} of statement {statement.texts.get('Id', '')[:100]}"
        sign = _sign(texts.get("CdtDbtInd"), where)
        entry_amount = _amount(texts.get("Amt"), where)
        if status == _BOOKED:
            statement.booked += sign * entry_amount
        if "entry_number" not in self._names:
            return
        transactions = entry.transactions or [{}]
        common = {
            "account_iban": _account(statement.texts),
            "statement_id": statement.texts.get("Id"),
            "entry_number": str(statement.entries),
            "entry_reference": texts.get("NtryRef"),
            "status": status,
            "is_reversal": texts.get("RvslInd") or "false",
            "is_batch": "true" if len(transactions) > 1 else "false",
            "booking_date": _day(texts.get("BookgDt/Dt") or texts.get("BookgDt/DtTm")),
            "value_date": _day(texts.get("ValDt/Dt") or texts.get("ValDt/DtTm")),
            "bank_transaction_code": _bank_transaction_code(texts),
            "entry_amount": format(entry_amount, "f"),
            "additional_information": texts.get("AddtlNtryInf"),
        }
        rows = [self._transaction(texts, each, len(transactions) == 1) for each in transactions]
        fault = _fault_of_batch(rows, sign, entry_amount, texts.get("Amt@Ccy"))
        for number, row in enumerate(rows, start=1):
            self._add(common | row | {"transaction_number": str(number), "fault": fault}, entry.line)

    @staticmethod
    def _transaction(entry: dict[str, str], own: dict[str, str], is_single: bool) -> dict[str, str | None]:
        """Fields of one transaction; what a single one leaves out is its entry's."""

        def first(*paths: str) -> str | None:
            return next((own[path] for path in paths if own.get(path)), None)

        amount = first("Amt", "AmtDtls/TxAmt/Amt")
        currency = first("Amt@Ccy", "AmtDtls/TxAmt/Amt@Ccy")
        charges = first("Chrgs/TtlChrgsAndTaxAmt", "Chrgs/Rcrd/Amt", "Chrgs/Amt")
        if is_single:
            # Beside a single transaction its amount may be what was instructed; the entry's is what was booked.
            amount, currency = entry.get("Amt"), entry.get("Amt@Ccy")
            charges = charges or entry.get("Chrgs/TtlChrgsAndTaxAmt") or entry.get("Chrgs/Rcrd/Amt")
        reference = first("Refs/AcctSvcrRef") or (entry.get("AcctSvcrRef") if is_single else None)
        return {
            "credit_debit_indicator": first("CdtDbtInd") or entry.get("CdtDbtInd"),
            "amount": amount,
            "currency_code": currency or entry.get("Amt@Ccy"),
            "charges_amount": charges,
            "account_servicer_reference": reference,
            "end_to_end_id": first("Refs/EndToEndId"),
            "mandate_id": first("Refs/MndtId"),
            "return_reason": first("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
            "debtor_name": first("RltdPties/Dbtr/Pty/Nm", "RltdPties/Dbtr/Nm"),
            "debtor_iban": first("RltdPties/DbtrAcct/Id/IBAN"),
            "creditor_name": first("RltdPties/Cdtr/Pty/Nm", "RltdPties/Cdtr/Nm"),
            "creditor_iban": first("RltdPties/CdtrAcct/Id/IBAN"),
            "structured_reference": first("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb"),
            "remittance_text": first("RmtInf/Ustrd"),
        }

    def _add(self, values: dict[str, str | None], line: int) -> None:
        if any(len(text) > LONGEST_TEXT for text in values.values() if text):
            values = values | {"fault": "too_long"}
        self.add_row([values.get(name) for name in self._names], line)


def _fault_of_batch(
    rows: list[dict[str, str | None]], sign: int, entry_amount: Decimal, currency: str | None
) -> str | None:
    """What is wrong with the transactions of an entry together; amounts of other currencies can't be added up."""
    if len(rows) == 1:
        return None
    total = Decimal(0)
    for row in rows:
        if row["amount"] is None:
            return "missing_amount"
        if row["currency_code"] != currency:
            return None
        own = {"CRDT": 1, "DBIT": -1}.get(str(row["credit_debit_indicator"]))
        value = _decimal(row["amount"])
        if own is None or value is None:
            return "bad_value"
        total += own * value
    return None if total == sign * entry_amount else "unbalanced_batch"


def _account(texts: dict[str, str]) -> str | None:
    return texts.get("Acct/Id/IBAN") or texts.get("Acct/Id/Othr/Id")


def _bank_transaction_code(texts: dict[str, str]) -> str | None:
    """Domain, family and sub-family as ``PMNT-RCDT-ESCT``; else the bank's own code."""
    paths = ("BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd")
    parts = [texts[path] for path in paths if path in texts]
    return "-".join(parts) if parts else texts.get("BkTxCd/Prtry/Cd")


def _day(text: str | None) -> str | None:
    """The date of an ISO date or date-time: the bank's own day."""
    return text[:10] if text else None


def _balance_day(balance: dict[str, str]) -> str | None:
    return _day(balance.get("Dt/Dt") or balance.get("Dt/DtTm"))


def _signed(balance: dict[str, str], name: str) -> Decimal:
    where = f"a balance of statement {name[:100]}"
    return _sign(balance.get("CdtDbtInd"), where) * _amount(balance.get("Amt"), where)


def _sign(indicator: str | None, where: str) -> int:
    if indicator not in ("CRDT", "DBIT"):
        raise FileProblem("bad_statement", f"{where} is neither CRDT nor DBIT")
    return 1 if indicator == "CRDT" else -1


def _amount(text: str | None, where: str) -> Decimal:
    """The amount. Without one nobody can tell whether the statement adds up."""
    value = _decimal(text)
    if value is None:
        raise FileProblem("bad_statement", f"{where} has no amount")
    return value


def _decimal(text: str | None) -> Decimal | None:
    """An amount of the standard: digits, and a point with up to five places."""
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 19 and "e" not in (text or "").lower() else None
