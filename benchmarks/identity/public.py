"""Public samples in the linker's columns: febrl (people of one register) and pseudopeople (people of several)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import polars as pl

from benchmarks.identity.records import PROJECT, Dataset, complete

SAMPLES_PYTHON = PROJECT / ".venv-benchmark" / "bin" / "python"
# Notes as the tables show them.
FEBRL = ("febrl 1", "febrl 2", "febrl 3")
CENSUS, CENSUS_AND_WAGES = "pseudopeople: two censuses", "pseudopeople: census and wages"


def write_samples(folder: Path, kind: str, seed: int, python: Path = SAMPLES_PYTHON) -> None:
    """Have the samples written in their own environment. Raises SystemExit when it isn't there or fails."""
    if not python.is_file():
        raise SystemExit(f"no environment for the public samples at {python}: 'make bench-identity' makes it")
    command = [str(python), str(Path(__file__).with_name("samples.py")), "--folder", str(folder)]
    done = subprocess.run([*command, "--seed", str(seed), "--only", kind], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"the public samples can't be written: {done.stderr.strip()}")


def febrl(folder: Path) -> list[Dataset]:
    """febrl 1 to 3; the state and the second address line have no counterpart."""
    datasets = []
    for number, name in enumerate(FEBRL, start=1):
        sample = pl.read_parquet(folder / f"febrl{number}.parquet")
        records = sample.select(
            record_id="rec_id",
            system=pl.lit("register"),
            party_type=pl.lit("person"),
            given_name="given_name",
            family_name="surname",
            birth_date=_date("date_of_birth", "%Y%m%d", "%Y%d%m"),
            street=_joined("street_number", "address_1"),
            postcode="postcode",
            city="suburb",
            country_code=pl.lit("AU"),
            # The linker has one official number: of persons the social security number, of companies the VAT number.
            vat_number="soc_sec_id",
        )
        datasets.append(Dataset(name, complete(records), sample["truth"]))
    return datasets


def pseudopeople(folder: Path) -> list[Dataset]:
    """Two censuses of one population; and, harder, a census with wage slips, which know no birth date.

    Age, sex, ethnicity and relations stay out: a telecom operator doesn't ask for them.
    """
    census = {copy: _census(folder, copy) for copy in (1, 2)}
    wages = pl.read_parquet(folder / "wages.parquet")
    slips = wages.select(
        record_id=pl.concat_str(pl.lit("wages:"), pl.int_range(pl.len()).cast(pl.String)),
        system=pl.lit("wages"),
        party_type=pl.lit("person"),
        given_name=_given_name(),
        family_name="last_name",
        street=_joined(*(f"mailing_address_{part}" for part in ("street_number", "street_name", "unit_number"))),
        postcode="mailing_address_zipcode",
        city="mailing_address_city",
        country_code=pl.lit("US"),
    )
    return [
        _united(CENSUS, census[1], census[2]),
        _united(CENSUS_AND_WAGES, census[1], Dataset("wages", complete(slips), wages["simulant_id"])),
    ]


def _census(folder: Path, copy: int) -> Dataset:
    sample = pl.read_parquet(folder / f"census_{copy}.parquet")
    records = sample.select(
        record_id=pl.concat_str(pl.lit(f"census_{copy}:"), pl.int_range(pl.len()).cast(pl.String)),
        system=pl.lit(f"census_{copy}"),
        party_type=pl.lit("person"),
        given_name=_given_name(),
        family_name="last_name",
        birth_date=_date("date_of_birth", "%m/%d/%Y", "%d/%m/%Y"),
        street=_joined("street_number", "street_name", "unit_number"),
        postcode="zipcode",
        city="city",
        country_code=pl.lit("US"),
    )
    return Dataset(f"census {copy}", complete(records), sample["simulant_id"])


def _united(name: str, *parts: Dataset) -> Dataset:
    return Dataset(name, pl.concat(part.records for part in parts), pl.concat(part.truth for part in parts))


def _date(column: str, *formats: str) -> pl.Expr:
    """The first format that makes it a date; what is none stays empty."""
    return pl.coalesce(pl.col(column).str.to_date(format, strict=False) for format in formats)


def _given_name() -> pl.Expr:
    """First name and middle initial; an initial alone is no given name."""
    return pl.when(pl.col("first_name").is_not_null()).then(_joined("first_name", "middle_initial"))


def _joined(*columns: str) -> pl.Expr:
    text = pl.concat_str(columns, separator=" ", ignore_nulls=True)
    return pl.when(text != "").then(text)
