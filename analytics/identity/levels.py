"""At which level of each comparison pairs are: one statement for any pairs, with no more columns than are compared."""

from __future__ import annotations

import re

from analytics.identity.comparisons import COMPARISONS, Comparison

# What several levels ask of every pair, asked once.
_SHARED = {
    "same_email": "list_has_any(emails_l, emails_r)",
    "same_phone": "list_has_any(phones_l, phones_r)",
}
_SIDED = re.compile(r"\b(\w+)_[lr]\b")


def columns_of(comparison: Comparison) -> frozenset[str]:
    """The columns of a comparable record that a comparison looks at."""
    texts = [comparison.unknown, *(level.condition for level in comparison.levels)]
    return frozenset(name for text in texts for name in _SIDED.findall(text))


_COLUMNS = sorted(frozenset().union(*(columns_of(comparison) for comparison in COMPARISONS)))


def level_numbers(comparison: Comparison) -> dict[str, int]:
    """Level label → its number, as Splink counts: the last level is 0, unknown is -1."""
    last = len(comparison.levels) - 1
    return {level.label: last - number for number, level in enumerate(comparison.levels)}


def levels_sql(pairs: str, *more: str) -> str:
    """SQL for ``gamma_<comparison>`` of each pair, beside ``more`` columns of it.

    ``pairs``: a join of comparable records l and r; ``more`` are expressions over it with a name.
    """
    sided = ", ".join(f"l.{name} as {name}_l, r.{name} as {name}_r" for name in _COLUMNS)
    names = [column.rpartition(" as ")[2] for column in more]
    gammas = ", ".join([*names, *(f"{_case(comparison)} as gamma_{comparison.name}" for comparison in COMPARISONS)])
    for name, shared in _SHARED.items():
        gammas = gammas.replace(shared, name)
    shared = ", ".join(f"{asked} as {name}" for name, asked in _SHARED.items())
    return f"select {gammas} from (select *, {shared} from (select {', '.join([*more, sided])} from {pairs}))"


def _case(comparison: Comparison) -> str:
    numbers = level_numbers(comparison)
    whens = [f"when {comparison.unknown} then -1"]
    for level in comparison.levels:
        number = numbers[level.label]
        whens.append(f"else {number}" if level.condition == "ELSE" else f"when {level.condition} then {number}")
    return f"cast(case {' '.join(whens)} end as tinyint)"
