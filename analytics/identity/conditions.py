"""Conditions, in SQL, that comparisons of several fields ask for."""

from __future__ import annotations

# A company's contact person is replaced now and then; a person is not.
ANY_COMPANY = "(party_type_l = 'company' or party_type_r = 'company')"
# Proof that a name or a birth date is merely wrong: the number that an authority gave one party.
SAME_NUMBER = "vat_number_l = vat_number_r"
EMAIL = "list_has_any(emails_l, emails_r)"


def few_edits(column: str, most: int | str) -> str:
    """At most so many letters wrong, left out, too many or swapped with the next.

    Lengths cost nothing, Levenshtein's distance a tenth, and a swap is two of its edits: few pairs are left to look at
    closely.
    """
    left, right = f"{column}_l", f"{column}_r"
    return (
        f"(abs(length({left}) - length({right})) <= {most} and levenshtein({left}, {right}) <= 2 * {most}"
        f" and damerau_levenshtein({left}, {right}) <= {most})"
    )


def alike(name: str) -> str:
    """Spelt alike, as it is written: a typo, not another name."""
    left, right = f"{name}_spelling_l", f"{name}_spelling_r"
    shorter = f"least(length({left}), length({right}))"
    most = f"case when {shorter} >= 7 then 2 when {shorter} >= 4 then 1 else 0 end"
    # In a case, wherever it stands, the engine stops at what settles it.
    return (
        f"(case when jaro_winkler_similarity({left}, {right}) >= 0.9 or {few_edits(f'{name}_spelling', most)}"
        " then true else false end)"
    )
