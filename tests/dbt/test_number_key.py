"""Macro number_key reads a written number as the library phonenumbers does, however systems and people write it."""

from __future__ import annotations

import random
from collections.abc import Callable

import duckdb
import jinja2
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt.dbt_project import PROJECT

HOME, HOME_CODE = "DE", 49
REGIONS = ("DE", "AT", "CH", "FR", "GB", "IT", "NL", "PL", "DK", "US", "TR", "GR", "ES", "IE", "SE")
KINDS = (
    phonenumbers.PhoneNumberType.FIXED_LINE,
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.TOLL_FREE,
    phonenumbers.PhoneNumberType.SHARED_COST,
)
EXTENSIONS = ("", "", "", ";ext=12", " ext. 12", " ext 7", " x345", "x9", " #4711", ",,3", ";5", " extn 88")


def _number_key_query() -> str:
    """A query that gives the key of each text of a list, from the macros in their DuckDB form."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals["var"] = lambda name: {"home_country_code": str(HOME_CODE)}[name]
    engine = environment.from_string((PROJECT / "macros/engine/text.sql").read_text("utf-8")).module
    environment.globals["regexp_replace_all"] = engine.duckdb__regexp_replace_all
    environment.globals["regexp_group"] = lambda text, pattern: engine.duckdb__regexp_group(text, pattern, 1)
    macros = environment.from_string((PROJECT / "macros/identity/normalise.sql").read_text("utf-8")).module
    key = macros.number_key("written")
    return f"select {key} from (select unnest($texts) as written, unnest(range(len($texts))) as place) order by place"


QUERY = _number_key_query()


def number_keys(texts: list[str]) -> list[str | None]:
    with duckdb.connect() as connection:
        return [row[0] for row in connection.execute(QUERY, {"texts": texts}).fetchall()]


@pytest.fixture(scope="module")
def key_of() -> Callable[[str], str | None]:
    connection = duckdb.connect()
    return lambda text: connection.execute(QUERY, {"texts": [text]}).fetchone()[0]


def digits(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]


def read(text: str) -> str | None:
    """E.164 digits as phonenumbers reads a text at home; None when it calls it no valid number."""
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return None
    return digits(number) if phonenumbers.is_valid_number(number) and len(digits(number)) <= 15 else None


def valid_numbers(seed: int, per_kind: int = 6) -> list[phonenumbers.PhoneNumber]:
    """Valid numbers of many countries: the library's examples, with other last digits."""
    chooser = random.Random(seed)
    numbers = []
    for region in REGIONS:
        for kind in KINDS:
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            significant = phonenumbers.national_significant_number(example)
            for _ in range(per_kind):
                changed = significant[:-4] + f"{chooser.randrange(10_000):04d}"
                number = phonenumbers.parse(f"+{example.country_code}{changed}")
                if phonenumbers.is_valid_number(number):
                    numbers.append(number)
    return numbers


def spellings(number: phonenumbers.PhoneNumber, chooser: random.Random) -> list[str]:
    """How systems and people write a number."""
    formats = phonenumbers.PhoneNumberFormat
    significant = phonenumbers.national_significant_number(number)
    international = phonenumbers.format_number(number, formats.INTERNATIONAL)
    code = number.country_code
    texts = [
        f"+{code}{significant}",
        international,
        international.replace("+", "00"),
        f"00{code}{significant}",
        f"00{code} {significant[:3]}/{significant[3:]}",
        f"+{code}-{significant[:2]}-{significant[2:]}",
        f" +{code}.{significant} ",
        f"+{code}{significant}",
        phonenumbers.format_number(number, formats.RFC3966),
    ]
    if code == HOME_CODE:
        national = phonenumbers.format_number(number, formats.NATIONAL)
        texts += [
            national,
            f"0{significant}",
            f"(0{significant[:3]}) {significant[3:]}",
            f"0{significant[:3]}/{significant[3:]}",
        ]
        texts += [f"+49 (0){significant}", f"+49 (0) {significant}", f"0049 (0){significant}", f"+490{significant}"]
    if code in (44, 43, 41, 33, 31, 46, 353, 90):
        texts += [f"+{code} (0) {significant}", f"00{code} 0{significant}"]
    return [text + chooser.choice(EXTENSIONS) for text in texts]


def test_every_spelling_of_a_valid_number_gives_its_digits() -> None:
    chooser = random.Random(7)
    texts = [text for number in valid_numbers(seed=7) for text in spellings(number, chooser)]
    wanted = [read(text) for text in texts]
    assert len(texts) > 3_000
    assert sum(value is not None for value in wanted) > 0.98 * len(texts)
    wrong = [
        (text, want, got)
        for text, want, got in zip(texts, wanted, number_keys(texts), strict=True)
        if want is not None and got != want
    ]
    assert not wrong, f"{len(wrong)} of {len(texts)}: {wrong[:10]}"


def test_bare_digits_are_international_as_systems_write_them() -> None:
    """The register and mediation write numbers without plus; phonenumbers would take them for national ones."""
    numbers = [digits(number) for number in valid_numbers(seed=3)]
    bare = [
        number for number in numbers if len(number) >= 12 or (number.startswith(str(HOME_CODE)) and len(number) > 10)
    ]
    assert len(bare) > 100
    assert number_keys(bare) == [read(f"+{number}") for number in bare]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("112", None),  # short codes are no numbers
        ("110", None),
        ("116117", None),
        ("22833", None),
        ("", None),
        ("keine", None),
        ("0", None),
        ("+", None),
        ("+49 170 1234567 / +49 40 1234567", None),  # two numbers in one field
        ("fax 0401234567", "49401234567"),  # a label in front is no extension
        ("Tel. 040-1234567 Durchwahl 12", "49401234567"),
        ("040 1234567-12", "4940123456712"),  # the German way to write an extension: part of the number
        ("1579 0000000", "4915790000000"),  # a mobile number without its zero
        ("+39 06 698 12345", "390669812345"),  # an Italian number keeps its zero
        ("0039 06 698 12345", "390669812345"),
        ("+44 (0)20 7946 0958", "442079460958"),
        ("٠٤٠١٢٣٤٥٦٧", "49401234567"),
        ("+1 (212) 555-2368", "12125552368"),
        ("+12345678901234567890", None),
    ],
)
def test_what_people_write(key_of: Callable[[str], str | None], written: str, wanted: str | None) -> None:
    assert key_of(written) == wanted


def test_countries_that_drop_the_zero_are_those_of_the_library() -> None:
    """Behind these calling codes a zero is dropped by phonenumbers too, behind Italy's it is not."""
    number = phonenumbers.example_number_for_type("GB", phonenumbers.PhoneNumberType.FIXED_LINE)
    assert read(f"+440{phonenumbers.national_significant_number(number)}") == digits(number)
    texts, wanted = [], []
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        example = phonenumbers.example_number_for_type(regions[0], phonenumbers.PhoneNumberType.MOBILE)
        if regions[0] == "001" or example is None:
            continue
        text = f"+{code}0{phonenumbers.national_significant_number(example)}"
        if read(text) is not None:
            texts.append(text)
            wanted.append(read(text))
    assert len(texts) > 80
    wrong = [row for row in zip(texts, wanted, number_keys(texts), strict=True) if row[1] != row[2]]
    assert not wrong


@settings(max_examples=300, deadline=None)
@given(
    prefix=st.sampled_from(["+49", "0049", "0", "+49 (0)", "+43", "0041", "+44", "+1", "+33", "0039"]),
    national=st.from_regex(r"[1-9][0-9]{4,11}", fullmatch=True),
    separators=st.lists(st.sampled_from(["", "", " ", "-", "/", ".", "  "]), min_size=12, max_size=12),
    extension=st.sampled_from(EXTENSIONS),
)
def test_any_valid_number_keeps_its_digits_however_it_is_separated(
    key_of: Callable[[str], str | None], prefix: str, national: str, separators: list[str], extension: str
) -> None:
    """Wherever people put blanks, dashes, slashes and dots."""
    spaced = "".join(digit + gap for digit, gap in zip(national[:-1], separators, strict=False)) + national[-1]
    wanted = read(prefix + national)
    if wanted is not None:
        assert key_of(prefix + spaced + extension) == wanted
