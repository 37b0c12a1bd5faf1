"""Measurement files as element managers write them: taken whole, row by row, or refused for a stated reason."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
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

NAMESPACE = "http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec"
NAME = "C20260930.0000+0200-0100+0200_NMS-RAN-1.xml.gz"
TYPES = '<measType p="1">RRC.ConnEstabAtt.Sum</measType><measType p="2">RRU.CellUnavailableTime</measType>'
VALUE = '<measValue measObjLdn="NrCellDu=3"><r p="1">86</r><r p="2">12.5</r><suspect>false</suspect></measValue>'


def document(
    body: str = TYPES + VALUE, *, attributes: str = 'localDn="ManagedElement=SITE_0042" userLabel="Hafen"'
) -> str:
    """A whole file with one element and one group of counters."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<measCollecFile xmlns="{NAMESPACE}">'
        '<fileHeader fileFormatVersion="32.435 V10.0" vendorName="Nordwave" dnPrefix="DC=nordlicht">'
        '<fileSender localDn="NMS-RAN-1"/><measCollec beginTime="2026-09-30T00:00:00+02:00"/></fileHeader>'
        f"<measData><managedElement {attributes}/>"
        '<measInfo measInfoId="cells"><granPeriod duration="PT3600S" endTime="2026-09-30T01:00:00+02:00"/>\n'
        f"{body}</measInfo></measData>"
        '<fileFooter><measCollec endTime="2026-09-30T01:00:00+02:00"/></fileFooter></measCollecFile>'
    )


def write(folder: Path, text: str | bytes, name: str = NAME) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode() if isinstance(text, str) else text, mtime=0))
    age(path)
    return path


def load_folder(settings: Settings, folder: Path) -> LoadOutcome:
    return load(settings, registry()["performance"], {"folder": str(folder)})


def rows(settings: Settings) -> pl.DataFrame:
    return counted_rows(settings, "performance", "measurement")


def test_each_value_is_a_row_with_all_that_holds_for_it(settings: Settings, folder: Path) -> None:
    write(folder, document())
    outcome = load_folder(settings, folder)
    assert (outcome.status, outcome.rows, outcome.quarantined_rows) == ("loaded", 2, 0)
    first, second = rows(settings).sort("counter").to_dicts()
    assert first["element_manager"] == first["sender"] == "NMS-RAN-1"
    assert (first["vendor_name"], first["dn_prefix"]) == ("Nordwave", "DC=nordlicht")
    assert (first["managed_element"], first["user_label"]) == ("ManagedElement=SITE_0042", "Hafen")
    assert (first["measured_object"], first["measurement_info"]) == ("NrCellDu=3", "cells")
    assert (first["counter"], first["value"], first["is_suspect"]) == ("RRC.ConnEstabAtt.Sum", Decimal(86), False)
    assert first["period_end_at"] == datetime(2026, 9, 29, 23, 0, tzinfo=UTC)
    assert first["period_end_at_source"] == "2026-09-30T01:00:00+02:00"
    assert first["granularity_seconds"] == 3600
    assert (second["counter"], second["value"]) == ("RRU.CellUnavailableTime", Decimal("12.5"))
    assert (first["_source_ref"], first["_source_position"]) == (NAME, 3)


def test_the_lists_of_the_standard_say_the_same_as_its_single_elements(settings: Settings, folder: Path) -> None:
    listed = (
        "<measTypes>RRC.ConnEstabAtt.Sum RRU.CellUnavailableTime</measTypes>"
        '<measValue measObjLdn="NrCellDu=3"><measResults>86 12.5</measResults></measValue>'
    )
    write(folder, document(listed))
    load_folder(settings, folder)
    values = rows(settings).sort("counter")
    assert values["value"].to_list() == [Decimal(86), Decimal("12.5")]
    assert values["is_suspect"].to_list() == [False, False]


@pytest.mark.parametrize("change", ["other_namespace", "prefix", "no_namespace", "later_standard", "utf_16"])
def test_namespace_prefix_and_edition_do_not_matter(settings: Settings, folder: Path, change: str) -> None:
    text = document()
    if change == "other_namespace":
        text = text.replace(NAMESPACE, "urn:vendor:pm:7")
    elif change == "no_namespace":
        text = text.replace(f' xmlns="{NAMESPACE}"', "")
    elif change == "prefix":
        text = text.replace("xmlns=", "xmlns:mc=").replace("<", "<mc:").replace("<mc:/", "</mc:").replace("<mc:?", "<?")
    elif change == "later_standard":
        text = text.replace("measCollecFile", "measDataFile").replace("managedElement", "measEntity")
        text = text.replace("fileSender localDn", "fileSender senderName")
    content = text.replace("UTF-8", "UTF-16").encode("utf-16") if change == "utf_16" else text.encode()
    write(folder, content)
    outcome = load_folder(settings, folder)
    assert (outcome.status, outcome.rows) == ("loaded", 2), outcome.message
    assert set(rows(settings)["sender"]) == {"NMS-RAN-1"}


def test_a_suspect_value_lands_and_is_marked(settings: Settings, folder: Path) -> None:
    write(folder, document(TYPES + VALUE.replace("false", "true")))
    assert load_folder(settings, folder).quarantined_rows == 0
    assert rows(settings)["is_suspect"].to_list() == [True, True]


@pytest.mark.parametrize(
    ("written", "value"),
    [("NIL", None), ("", None), ("1.5E3", Decimal(1500)), ("-0.25", Decimal("-0.25")), (" 7 ", Decimal(7))],
)
def test_values_are_exact(settings: Settings, folder: Path, written: str, value: Decimal | None) -> None:
    write(folder, document(TYPES + VALUE.replace(">86<", f">{written}<")))
    load_folder(settings, folder)
    assert rows(settings).sort("counter")["value"][0] == value


def test_a_counter_that_is_not_there_leaves_no_row(settings: Settings, folder: Path) -> None:
    write(folder, document(TYPES + VALUE.replace('<r p="1">86</r>', "")))
    outcome = load_folder(settings, folder)
    assert (outcome.rows, outcome.quarantined_rows) == (1, 0)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (VALUE.replace('p="2">12.5', 'p="9">12.5'), "unknown_counter"),
        (VALUE.replace('p="2">12.5', 'p="1">12.5'), "repeated_counter"),
        (VALUE.replace(">12.5<", ">twelve<"), "bad_value"),
        (VALUE.replace("false", "perhaps"), "bad_value"),
        (VALUE.replace(' measObjLdn="NrCellDu=3"', ""), "missing_value"),
        ('<measValue measObjLdn="NrCellDu=3"><measResults>1 2 3</measResults></measValue>', "wrong_value_count"),
        (VALUE.replace("NrCellDu=3", "x" * 1_000_000), "too_long"),
    ],
)
def test_what_cannot_be_read_goes_to_quarantine_and_the_rest_lands(
    settings: Settings, folder: Path, body: str, reason: str
) -> None:
    good = "".join(VALUE.replace("NrCellDu=3", f"NrCellDu={number}") for number in range(10, 30))
    write(folder, document(TYPES + body + good))
    outcome = load_folder(settings, folder)
    assert outcome.status == "loaded", outcome.message
    quarantined = read_quarantine(settings)
    assert set(quarantined["reason"]) == {reason}
    assert outcome.rows >= 40
    assert quarantined["content"].str.len_bytes().max() < 10_000


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (document()[:-60], "truncated_xml"),
        (document().replace("</measInfo>", "</measInfos>"), "bad_xml"),
        ("not xml", "bad_xml"),
        ("", "empty_file"),
        ("<html><body/></html>", "no_measurement_file"),
        (document().split("<fileFooter>")[0] + "</measCollecFile>", "missing_footer"),
        (document().encode().replace(b"Hafen", b"Caf\xe9"), "bad_xml"),
        (
            document(TYPES + "".join(VALUE.replace("86", "many").replace("12.5", "more") for _ in range(100))),
            "type_changed",
        ),
    ],
)
def test_a_broken_file_is_refused_as_a_whole(settings: Settings, folder: Path, text: str | bytes, reason: str) -> None:
    write(folder, text)
    write(folder, document(), name="C20260930.0100+0200-0200+0200_NMS-RAN-1.xml.gz")
    outcome = load_folder(settings, folder)
    refused = [file for file in outcome.files if file.status == "refused"]
    assert [(file.name, file.reason) for file in refused] == [(NAME, reason)]
    assert outcome.rows == 2  # the other file's


def test_a_file_that_broke_off_is_refused_and_taken_when_it_is_whole(settings: Settings, folder: Path) -> None:
    path = write(folder, document(TYPES + VALUE * 200))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    age(path)
    assert load_folder(settings, folder).files[0].reason == "truncated_gzip"
    path.write_bytes(whole[:-20] + b"\0" * 20)
    age(path)
    assert load_folder(settings, folder).files[0].reason in ("corrupt_gzip", "truncated_gzip")
    write(folder, document())
    assert load_folder(settings, folder).rows == 2


def test_a_file_that_is_still_being_written_waits(settings: Settings, folder: Path) -> None:
    path = write(folder, document()[:-60])
    path.touch()
    assert load_folder(settings, folder).files[0].reason == "being_written"


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE measCollecFile [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE measCollecFile [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE measCollecFile SYSTEM "http://example.com/evil.dtd">',
    ],
)
def test_entities_are_refused(settings: Settings, folder: Path, declared: str) -> None:
    text = document().replace('"UTF-8"?>', f'"UTF-8"?>{declared}').replace("Hafen", "&b;" if "&a;" in declared else "x")
    write(folder, text)
    outcome = load_folder(settings, folder)
    assert [file.reason for file in outcome.files] == ["forbidden_markup"]
    assert outcome.rows == 0


def test_a_file_comes_once(settings: Settings, folder: Path) -> None:
    write(folder, document())
    assert load_folder(settings, folder).rows == 2
    assert load_folder(settings, folder).status == "unchanged"
    write(folder, document(), name="C20260930.0000+0200-0100+0200_NMS-RAN-1_-_2.xml.gz")
    again = load_folder(settings, folder)
    assert [(file.status, file.reason) for file in again.files] == [("repeated_file", "same_content")]
    write(folder, document(TYPES + VALUE.replace("86", "87")))
    changed = load_folder(settings, folder)
    assert [file.reason for file in changed.files] == ["changed_file"]
    assert len(rows(settings)) == 2


def test_a_file_without_values_is_no_error(settings: Settings, folder: Path) -> None:
    write(folder, document(TYPES))
    outcome = load_folder(settings, folder)
    assert not outcome.has_failed
    assert outcome.rows == 0


def test_a_file_larger_than_a_batch_lands_whole_or_not_at_all(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_file, "CHUNK_BYTES", 20_000)
    monkeypatch.setattr(xml_file, "_BLOCK_BYTES", 4_096)
    monkeypatch.setattr(xml_file, "_SMALL_FILE_BYTES", 10)
    values = "".join(VALUE.replace("NrCellDu=3", f"NrCellDu={number}") for number in range(2_000))
    write(folder, document(TYPES + values))
    write(folder, document(TYPES + values)[:-60], name="C20260930.0100+0200-0200+0200_NMS-RAN-1.xml.gz")
    outcome = load_folder(settings, folder)
    assert outcome.rows == 4_000
    assert [file.reason for file in outcome.files if file.status == "refused"] == ["truncated_xml"]
    landed = rows(settings)
    assert landed["measured_object"].n_unique() == 2_000
    assert landed["_source_ref"].unique().to_list() == [NAME]
