"""How right the linker is on public samples, which know who is who."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from benchmarks.identity import public
from benchmarks.identity.linking import link_everything
from benchmarks.identity.records import Dataset, accept_probability, clusters
from benchmarks.identity.run import Options
from benchmarks.report import Report, count, seconds, share
from scoring.identity_metrics import ClusterScore, cluster_score

FEBRL_F1 = 0.98
PSEUDOPEOPLE_F1 = 0.985
COLUMNS = ("data", "records", "pairs scored", "true pairs", "precision", "recall", "F1", "purity", "seconds")


def febrl_table(report: Report, options: Options) -> None:
    """febrl 1 to 3: the same register's people, entered again by clerks who err."""
    folder = options.scratch / "samples"
    public.write_samples(folder, "febrl", options.seed, options.samples_python)
    scores = _print(report, "febrl: duplicates in one register", public.febrl(folder))
    for name in public.FEBRL:
        report.least(f"{name}, F1", scores[name].f1, FEBRL_F1)


def pseudopeople_table(report: Report, options: Options) -> None:
    """Two noised censuses of one population; and a census with wage slips, which nothing is asked of."""
    folder = options.scratch / "samples"
    public.write_samples(folder, "pseudopeople", options.seed, options.samples_python)
    scores = _print(
        report,
        f"pseudopeople: registers of one population, noised with seed {options.seed}",
        public.pseudopeople(folder),
        f"{public.CENSUS_AND_WAGES}: no birth dates, and addresses of another kind; shown, without a limit.",
    )
    report.least(f"{public.CENSUS}, F1", scores[public.CENSUS].f1, PSEUDOPEOPLE_F1)


def _print(report: Report, title: str, datasets: Sequence[Dataset], *notes: str) -> dict[str, ClusterScore]:
    scores, rows = {}, []
    for dataset in datasets:
        linking = link_everything(dataset.records)
        score = accuracy(dataset, linking.pairs)
        scores[dataset.name] = score
        rows.append(
            (
                dataset.name,
                count(score.records),
                count(linking.scored_pairs),
                count(score.true_pairs),
                *map(share, (score.precision, score.recall, score.f1, score.purity)),
                seconds(linking.seconds),
            )
        )
    report.table(
        title,
        COLUMNS,
        rows,
        f"Accepted: pairs of probability {accept_probability():g} and more, as in the platform; they join clusters.",
        *notes,
    )
    return scores


def accuracy(dataset: Dataset, pairs: pl.DataFrame) -> ClusterScore:
    """The clusters that accepted pairs make of the records, against what the records truly are."""
    accepted = pairs.filter(pl.col("match_probability") >= accept_probability())
    found = clusters(dataset.records["record_id"], accepted["left_record_id"], accepted["right_record_id"])
    return cluster_score(dataset.truth, found)
