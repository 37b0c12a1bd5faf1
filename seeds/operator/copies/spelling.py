"""Spellings of one value: transliterated, mistyped, in another shape. Column expressions, whole columns at once."""

from __future__ import annotations

import polars as pl

from seeds.operator.world.vocabulary import NEXT_KEY, SOUNDALIKES, STRIPPING, TRANSLITERATION

_LATIN_1 = {letter: plain for letter, plain in STRIPPING.items() if ord(letter) > 255}
# What UTF-8 looks like to a program that takes it for ISO-8859-1 (the bytes of ß as of Windows-1252).
_MOJIBAKE = {letter: letter.encode().decode("cp1252") for letter in "äöüÄÖÜßéèáóíçğşłńśćż"}


def transliterated(value: pl.Expr) -> pl.Expr:
    """Müller → Mueller, Yılmaz → Yilmaz."""
    return stripped(value.str.replace_many(list(TRANSLITERATION), list(TRANSLITERATION.values())))


def stripped(value: pl.Expr) -> pl.Expr:
    """Müller → Muller, Wójcik → Wojcik."""
    return value.str.replace_many(list(STRIPPING), list(STRIPPING.values()))


def latin_1(value: pl.Expr) -> pl.Expr:
    """Only letters that ISO-8859-1 has."""
    return value.str.replace_many(list(_LATIN_1), list(_LATIN_1.values()))


def misread(value: pl.Expr) -> pl.Expr:
    """Müller → MÃ¼ller."""
    return value.str.replace_many(list(_MOJIBAKE), list(_MOJIBAKE.values()))


def circuit_spelling(reference: pl.Expr, style: pl.Expr) -> pl.Expr:
    """NL-LL-004711 as people type it: with strokes, in small letters, without separators or leading zeros."""
    bare = reference.str.replace(r"-0+([1-9])", "-${1}")
    return (
        pl.when(style == 1).then(reference.str.replace_all("-", "/"))
        .when(style == 2).then(reference.str.replace_all("-", " ").str.to_lowercase())
        .when(style == 3).then(reference.str.replace_all("-", ""))
        .when(style == 4).then(bare)
        .when(style == 5).then(bare.str.replace_all("-", "."))
        .otherwise(reference)
    )  # fmt: skip


def _at(value: pl.Expr, place: pl.Expr) -> pl.Expr:
    """A place in each text that is neither the first letter nor the last, if it is long enough."""
    return 1 + place % (value.str.len_chars().cast(pl.Int64) - 2).clip(1)


def swapped(value: pl.Expr, place: pl.Expr) -> pl.Expr:
    """Two neighbouring letters swapped: Schmidt → Shcmidt."""
    at = _at(value, place)
    return value.str.slice(0, at) + value.str.slice(at + 1, 1) + value.str.slice(at, 1) + value.str.slice(at + 2)


def dropped(value: pl.Expr, place: pl.Expr) -> pl.Expr:
    """A letter left out: Schmidt → Shmidt."""
    at = _at(value, place)
    return value.str.slice(0, at) + value.str.slice(at + 1)


def doubled(value: pl.Expr, place: pl.Expr) -> pl.Expr:
    """A letter typed twice: Schmidt → Schhmidt."""
    at = _at(value, place)
    return value.str.slice(0, at) + value.str.slice(at, 1) + value.str.slice(at)


def next_key(value: pl.Expr, place: pl.Expr) -> pl.Expr:
    """A letter of the neighbouring key: Schmidt → Svhmidt."""
    at = _at(value, place)
    letter = value.str.slice(at, 1).replace(NEXT_KEY)
    return value.str.slice(0, at) + letter + value.str.slice(at + 1)


def soundalike(value: pl.Expr) -> pl.Expr:
    """Written by ear: Schmidt → Schmitt, Meyer → Meier. Unchanged where no sound has two spellings."""
    result = value
    for one, other in reversed(SOUNDALIKES):
        # The first letter, a capital, stays.
        result = (
            pl.when(value.str.contains(one, literal=True))
            .then(value.str.replace(one, other, literal=True))
            .otherwise(result)
        )
    return result


def mistyped(value: pl.Expr, place: pl.Expr) -> pl.Expr:
    """One slip, of a kind that the place decides. Names of less than four letters stay."""
    kind = place % 5
    slip = (
        pl.when(kind == 0).then(swapped(value, place // 5))
        .when(kind == 1).then(dropped(value, place // 5))
        .when(kind == 2).then(doubled(value, place // 5))
        .when(kind == 3).then(next_key(value, place // 5))
        .otherwise(soundalike(value))
    )  # fmt: skip
    return pl.when(value.str.len_chars() >= 4).then(slip).otherwise(value)


def local_number(number: pl.Expr) -> pl.Expr:
    """491579… → 01579…; other countries' numbers keep their prefix."""
    return (
        pl.when(number.str.starts_with("49")).then(pl.lit("0") + number.str.slice(2)).otherwise(pl.lit("00") + number)
    )


def number_spelling(number: pl.Expr, style: pl.Expr) -> pl.Expr:
    """A telephone number in one of eight spellings: digits, +49…, 0049…, 0…, with blanks, with a slash, with the zero
    or the area code in brackets."""
    local = local_number(number)
    return (
        pl.when(style == 0).then(number)
        .when(style == 1).then(pl.lit("+") + number)
        .when(style == 2).then(pl.lit("00") + number)
        .when(style == 3).then(local)
        .when(style == 4).then(pl.lit("+49 ") + number.str.slice(2, 3) + pl.lit(" ") + number.str.slice(5))
        .when(style == 6).then(pl.lit("+49 (0)") + number.str.slice(2, 3) + pl.lit("-") + number.str.slice(5))
        .when(style == 7).then(pl.lit("(") + local.str.slice(0, 4) + pl.lit(") ") + local.str.slice(4))
        .otherwise(local.str.slice(0, 4) + pl.lit("/") + local.str.slice(4))
    )  # fmt: skip


def digit_changed(digits: pl.Expr, place: pl.Expr) -> pl.Expr:
    """One digit is another one. ``digits`` is a text of digits."""
    at = place % digits.str.len_chars().cast(pl.Int64).clip(1)
    wrong = (digits.str.slice(at, 1).cast(pl.Int64, strict=False) + 1 + place // 16 % 8) % 10
    return digits.str.slice(0, at) + wrong.cast(pl.String) + digits.str.slice(at + 1)
