"""Bank statements of ISO 20022 as banks send them: taken when they add up, else refused for a stated reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from concord.settings import Settings
from ingestion.connectors import xml_file
from ingestion.outcomes import LoadOutcome
from ingestion.quarantine import read_quarantine
from ingestion.registry import registry
from tests.ingestion.sources import age, counted_rows, load

NAME = "camt053_DE21200500001234567890_20260930.xml"
TRANSFER = (
    "<Ntry><NtryRef>1/1</NtryRef><Amt Ccy='EUR'>21.87</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
    "<BookgDt><Dt>2026-09-30</Dt></BookgDt><ValDt><DtTm>2026-10-01T00:00:00+02:00</DtTm></ValDt>"
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
    "<NtryDtls><TxDtls><Refs><AcctSvcrRef>R1</AcctSvcrRef></Refs>"
    "<AmtDtls><InstdAmt><Amt Ccy='EUR'>23.37</Amt></InstdAmt>"
    "<TxAmt><Amt Ccy='EUR'>21.87</Amt></TxAmt></AmtDtls><Chrgs><Rcrd><Amt Ccy='EUR'>1.50</Amt></Rcrd></Chrgs>"
    "<RltdPties><Dbtr><Nm>M&amp;\nM</Nm></Dbtr><DbtrAcct><Id><IBAN>DE44</IBAN></Id></DbtrAcct></RltdPties>"
    "<RmtInf><Ustrd>Rechnung</Ustrd><Ustrd>INV-00550012</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
)
BATCH = (
    "<Ntry><Amt Ccy='EUR'>30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
    "<BookgDt><Dt>2026-09-30</Dt></BookgDt>"
    "<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>"
    "<TxDtls><Refs><AcctSvcrRef>B1</AcctSvcrRef><EndToEndId>INV-1</EndToEndId></Refs><Amt Ccy='EUR'>40.00</Amt>"
    "<CdtDbtInd>CRDT</CdtDbtInd><RmtInf><Strd><CdtrRefInf><Ref>RF1</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
    "<TxDtls><Refs><AcctSvcrRef>B2</AcctSvcrRef></Refs><Amt Ccy='EUR'>10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
    "<RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>"
)
REVERSAL = (
    "<Ntry><Amt Ccy='EUR'>5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts>BOOK</Sts>"
    "<BookgDt><Dt>2026-09-30</Dt></BookgDt><AcctSvcrRef>R9</AcctSvcrRef></Ntry>"
)
PENDING = REVERSAL.replace("BOOK", "PDNG").replace("R9", "R8")


def balance(kind: str, amount: str, indicator: str = "CRDT") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        f"<CdtDbtInd>{indicator}</CdtDbtInd><Dt><Dt>2026-09-30</Dt></Dt></Bal>"
    )


def document(entries: str = TRANSFER, balances: str = "", version: str = "02", name: str = "S1") -> str:
    """A whole file with one statement; its balances fit the transfer unless told otherwise."""
    balances = balances or balance("OPBD", "100.00") + balance("CLBD", "121.87")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>\n"
        f"<Stmt><Id>{name}</Id><ElctrncSeqNb>66</ElctrncSeqNb><CreDtTm>2026-10-01T02:00:00+02:00</CreDtTm>"
        "<Acct><Id><IBAN>DE21</IBAN></Id></Acct>"
        f"{balances}\n{entries}</Stmt></BkToCstmrStmt></Document>"
    )


def write(folder: Path, text: str | bytes, name: str = NAME) -> None:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    age(path)


def load_folder(settings: Settings, folder: Path, entity: str = "statement_entry") -> LoadOutcome:
    return load(settings, registry()["bank"], {"folder": str(folder)}, entity)


def rows(settings: Settings, entity: str = "statement_entry") -> list[dict]:
    frame = counted_rows(settings, "bank", entity)
    return frame.sort([name for name in ("entry_number", "transaction_number") if name in frame.columns]).to_dicts()


def refused(outcome: LoadOutcome) -> list[str | None]:
    return [file.reason for file in outcome.files if file.status == "refused"]


def test_a_transfer_is_a_row_with_all_that_holds_for_it(settings: Settings, folder: Path) -> None:
    write(folder, document())
    assert load_folder(settings, folder).status == "loaded"
    (row,) = rows(settings)
    assert (row["account_iban"], row["statement_id"], row["entry_number"], row["transaction_number"]) == (
        "DE21",
        "S1",
        1,
        1,
    )
    assert (row["status"], row["credit_debit_indicator"], row["is_reversal"], row["is_batch"]) == (
        "BOOK", "CRDT", False, False,
    )  # fmt: skip
    assert (row["amount"], row["entry_amount"], row["charges_amount"]) == (
        Decimal("21.87"),
        Decimal("21.87"),
        Decimal("1.5"),
    )
    assert (row["booking_date"], row["value_date"]) == (date(2026, 9, 30), date(2026, 10, 1))
    assert row["bank_transaction_code"] == "PMNT-RCDT-ESCT"
    assert (row["debtor_name"], row["debtor_iban"]) == ("M& M", "DE44")
    assert (row["account_servicer_reference"], row["remittance_text"]) == ("R1", "Rechnung INV-00550012")
    assert (row["_source_ref"], row["_source_position"]) == (NAME, 4)


def test_a_statement_is_a_row_with_its_balances(settings: Settings, folder: Path) -> None:
    both = balance("PRCD", "100.00", "DBIT") + balance("CLBD", "78.13", "DBIT")
    write(folder, document(balances=both))
    load_folder(settings, folder, "statement")
    (row,) = rows(settings, "statement")
    assert (row["opening_amount"], row["closing_amount"]) == (Decimal(-100), Decimal("-78.13"))
    assert (row["from_date"], row["to_date"], row["entries"]) == (date(2026, 9, 30), date(2026, 9, 30), 1)
    assert row["created_at"] == datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize("change", ["later_version", "prefix", "no_namespace", "utf_16"])
def test_version_namespace_and_prefix_do_not_matter(settings: Settings, folder: Path, change: str) -> None:
    text = document()
    if change == "later_version":
        text = document(version="08").replace("<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>")
        text = text.replace("<Nm>M&amp;\nM</Nm>", "<Pty><Nm>M&amp;\nM</Nm></Pty>")
        start, end = text.index("<AmtDtls>"), text.index("</AmtDtls>") + len("</AmtDtls>")
        text = text[:start] + "<Amt Ccy='EUR'>21.87</Amt><CdtDbtInd>CRDT</CdtDbtInd>" + text[end:]
    elif change == "prefix":
        text = text.replace("xmlns=", "xmlns:c=").replace("<", "<c:").replace("<c:/", "</c:").replace("<c:?", "<?")
    elif change == "no_namespace":
        text = text.replace(' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"', "")
    write(folder, text.replace("UTF-8", "UTF-16").encode("utf-16") if change == "utf_16" else text)
    outcome = load_folder(settings, folder)
    assert (outcome.status, outcome.rows) == ("loaded", 1), outcome.message
    (row,) = rows(settings)
    assert (row["status"], row["amount"], row["debtor_name"]) == ("BOOK", Decimal("21.87"), "M& M")


def test_a_batch_has_a_row_per_transaction_with_its_own_direction(settings: Settings, folder: Path) -> None:
    write(folder, document(BATCH, balance("OPBD", "0.00") + balance("CLBD", "30.00")))
    load_folder(settings, folder)
    first, second = rows(settings)
    assert first["is_batch"] and second["is_batch"]
    assert [row["amount"] for row in (first, second)] == [Decimal(40), Decimal(10)]
    assert [row["entry_amount"] for row in (first, second)] == [Decimal(30), Decimal(30)]
    assert [row["credit_debit_indicator"] for row in (first, second)] == ["CRDT", "DBIT"]
    assert (first["structured_reference"], first["end_to_end_id"], second["return_reason"]) == ("RF1", "INV-1", "AM04")


def test_a_batch_that_does_not_add_up_goes_to_quarantine(settings: Settings, folder: Path) -> None:
    broken = BATCH.replace(">40.00<", ">40.01<")
    write(folder, document(TRANSFER * 3 + broken, balance("OPBD", "0.00") + balance("CLBD", "95.61")))
    outcome = load_folder(settings, folder)
    assert (outcome.rows, outcome.quarantined_rows) == (3, 2)
    assert set(read_quarantine(settings)["reason"]) == {"unbalanced_batch"}


def test_reversals_count_and_pending_entries_do_not(settings: Settings, folder: Path) -> None:
    write(folder, document(REVERSAL + PENDING, balance("OPBD", "100.00") + balance("CLBD", "95.00")))
    assert load_folder(settings, folder).rows == 2
    booked, pending = rows(settings)
    assert (booked["is_reversal"], booked["status"], booked["account_servicer_reference"]) == (True, "BOOK", "R9")
    assert (pending["status"], pending["account_servicer_reference"]) == ("PDNG", "R8")


DIRECTED = "<Amt Ccy='EUR'>21.87</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (document().replace("121.87", "121.88"), "unbalanced_statement"),
        (document(balances=balance("OPBD", "100.00")), "missing_balance"),
        (document().replace(DIRECTED, "<Amt Ccy='EUR'>21.87</Amt><Sts>"), "bad_statement"),
        (document().replace(DIRECTED, DIRECTED.replace("21.87", "NaN")), "bad_statement"),
        (document()[:-40], "truncated_xml"),
        ("no xml", "bad_xml"),
        ("", "empty_file"),
        ("<Invoice/>", "no_bank_statement"),
        ("<Document><CstmrCdtTrfInitn/></Document>", "no_bank_statement"),
        ("<Document><BkToCstmrStmt><GrpHdr/></BkToCstmrStmt></Document>", "no_bank_statement"),
        (document().replace("<Document", '<!DOCTYPE x [<!ENTITY a "b">]><Document'), "forbidden_markup"),
        (document().replace("Rechnung", "x" * 5_000_000), "too_long"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("entity", ["statement", "statement_entry"])
def test_what_is_no_whole_statement_is_refused_and_the_others_land(
    settings: Settings, folder: Path, text: str, reason: str, entity: str
) -> None:
    write(folder, text, NAME)
    write(folder, document(name="S2"), NAME.replace("0930", "0929"))
    outcome = load_folder(settings, folder, entity)
    assert refused(outcome) == [reason]
    assert outcome.rows == 1


def test_the_detail_of_an_unbalanced_statement_says_both_sums(settings: Settings, folder: Path) -> None:
    write(folder, document().replace("121.87", "121.88"))
    (file,) = load_folder(settings, folder).files
    assert "121.87" in file.detail and "121.88" in file.detail


def test_bad_values_go_to_quarantine(settings: Settings, folder: Path) -> None:
    wrong = TRANSFER.replace("<BookgDt><Dt>2026-09-30<", "<BookgDt><Dt>2026-09-31<")
    write(folder, document(TRANSFER + TRANSFER + wrong, balance("OPBD", "0.00") + balance("CLBD", "65.61")))
    outcome = load_folder(settings, folder)
    assert (outcome.rows, outcome.quarantined_rows) == (2, 1)
    assert read_quarantine(settings)["reason"].to_list() == ["bad_value"]


def test_a_file_larger_than_a_batch_lands_whole_or_not_at_all(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_file, "CHUNK_BYTES", 20_000)
    monkeypatch.setattr(xml_file, "_BLOCK_BYTES", 4_096)
    many = balance("OPBD", "0.00") + balance("CLBD", "43740.00")
    write(folder, document(TRANSFER * 2_000, many))
    write(folder, document(TRANSFER * 2_000, many.replace("43740.00", "43740.01")), NAME.replace("0930", "0929"))
    outcome = load_folder(settings, folder)
    assert refused(outcome) == ["unbalanced_statement"]
    landed = pl.DataFrame(rows(settings))
    assert landed["entry_number"].n_unique() == len(landed) == 2_000
    assert landed["_source_ref"].unique().to_list() == [NAME]
