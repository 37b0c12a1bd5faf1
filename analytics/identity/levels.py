"""At which level of each comparison pairs are: one statement for any pairs, with no more columns than are compared."""

from __future__ import annotations

import re

from analytics.identity.comparison import Comparison
from analytics.identity.comparisons import COMPARISONS
from analytics.identity.name_comparisons import GIVEN_ALIKE

# What several levels ask of every pair, asked once.
_SHARED = {
    "same_email": "list_has_any(emails_l, emails_r)",
    "same_phone": "list_has_any(phones_l, phones_r)",
    "given_alike": GIVEN_ALIKE,
    "birth_edits": "levenshtein(birth_digits_l, birth_digits_r)",
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
    gammas = ", ".join(
        [*names, *(f"{levels_case(comparison)} as gamma_{comparison.name}" for comparison in COMPARISONS)]
    )
    for name, shared in _SHARED.items():
        gammas = re.sub(rf"(?<!\w){re.escape(shared)}", name, gammas)
    shared = ", ".join(f"{asked} as {name}" for name, asked in _SHARED.items())
    return f"select {gammas} from (select *, {shared} from (select {', '.join([*more, sided])} from {pairs}))"


def levels_case(comparison: Comparison) -> str:
    """SQL for the number of a pair's level, over columns with the suffixes _l and _r."""
    numbers = level_numbers(comparison)
    levels = [(level.condition, numbers[level.label]) for level in comparison.levels]
    return f"cast(case when {comparison.unknown} then -1 {_whens(levels)} end as tinyint)"


def _whens(levels: list[tuple[str, int]]) -> str:
    """The levels in their order; those of one condition, up to the one that asks nothing else, ask it once."""
    whens = []
    while levels:
        (condition, number), *levels = levels
        if condition == "ELSE":
            whens.append(f"else {number}")
            continue
        shared, end = _shared_condition(condition, levels)
        if end:
            rest = [(one.removeprefix(f"{shared} and "), its) for one, its in [(condition, number), *levels[: end - 1]]]
            whens.append(f"when {shared} then case {_whens([*rest, ('ELSE', levels[end - 1][1])])} end")
            levels = levels[end:]
        else:
            whens.append(f"when {condition} then {number}")
    return " ".join(whens)


def _shared_condition(condition: str, following: list[tuple[str, int]]) -> tuple[str, int]:
    """The condition of a later level that this one and all between narrow down, and how many levels on it stands."""
    for end, (shared, _) in enumerate(following, start=1):
        narrowed = [condition, *(one for one, _ in following[: end - 1])]
        if all(one.startswith(f"{shared} and ") and _is_conjunction(one) for one in narrowed):
            return shared, end
    return "", 0


def _is_conjunction(condition: str) -> bool:
    """Whether each part between ``and`` must hold: no ``or`` outside of brackets."""
    depth = 0
    for place, sign in enumerate(condition):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and condition.startswith(" or ", place):
            return False
    return True
