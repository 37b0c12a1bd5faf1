"""Phone numbers in E.164, by the library's numbering plans: the ordinary ones in SQL, all others by the library itself.

``phonenumbers`` takes some 30 µs for one number. Most numbers need nothing of what it knows but the country's code, its
two prefixes and how long its numbers are; what needs more (a prefix that depends on the carrier, a leading zero that
counts, a number that carries its country's code without saying so) is left to the library.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb
import pyarrow as pa
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

# No number is an ordinary one of a country whose prefix is a pattern.
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class NumberingPlan:
    """How one country's numbers are written, all in digits; ``pattern`` is the library's of a national number."""

    region: str
    country_code: str
    international_prefix: str | None
    national_prefix: str
    lengths: tuple[int, ...]
    pattern: str


def numbering_plans() -> list[NumberingPlan]:
    """The plans that can be told in digits, by country code; of the countries that share one, the main one's."""
    plans = []
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        metadata = PhoneMetadata.metadata_for_region(regions[0], None)
        if metadata is None or metadata.national_prefix_transform_rule:
            continue
        prefix = metadata.national_prefix_for_parsing or ""
        if prefix and not _DIGITS.fullmatch(prefix):
            continue
        abroad = metadata.international_prefix or ""
        general = metadata.general_desc
        plans.append(
            NumberingPlan(
                region=regions[0],
                country_code=str(code),
                international_prefix=abroad if _DIGITS.fullmatch(abroad) else None,
                national_prefix=prefix,
                lengths=tuple(n for n in general.possible_length if n not in general.possible_length_local_only),
                pattern=general.national_number_pattern,
            )
        )
    return plans


def make_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    """The table ``e164_number`` (spelling, region, phone) from ``phone_spelling`` (spelling, region): digits only,
    behind a '+' or not. ``phone`` is what ``to_e164`` says of the spelling.
    """
    plans = numbering_plans()
    connection.register("numbering_plan", pa.Table.from_pylist([vars(plan) for plan in plans]))
    try:
        # Digits behind the country's code, or the region's own; null where it isn't clear which they are.
        connection.execute(
            """
            create or replace temp table spelt_number as
            with told as (
                select
                    phone_spelling.*,
                    case
                        when starts_with(spelling, '+') then substr(spelling, 2)
                        when starts_with(spelling, international_prefix)
                            then substr(spelling, length(international_prefix) + 1)
                    end as abroad,
                    case
                        when not starts_with(spelling, '+') and not starts_with(spelling, international_prefix)
                            and not starts_with(spelling, country_code)
                            then country_code
                    end as own_code
                from phone_spelling left join numbering_plan using (region)
            ),
            coded as (
                select *, case
                    when own_code is not null then own_code
                    when left(abroad, 1) in ('1', '7') then left(abroad, 1)
                    when left(abroad, 2) in (select country_code from numbering_plan) then left(abroad, 2)
                    else left(abroad, 3)
                end as country_code
                from told
            )
            select
                spelling, coded.region, numbering_plan.region as plan_region, country_code, lengths, national_prefix,
                coalesce(substr(abroad, length(country_code) + 1), spelling) as written
            from coded left join numbering_plan using (country_code)
            """
        )
        connection.execute(
            """
            create or replace temp table national_number as
            select *, case when prefixed then substr(written, length(national_prefix) + 1) else written end as national
            from (
                select *, national_prefix <> '' and starts_with(written, national_prefix) as prefixed from spelt_number
            )
            """
        )
        used = connection.execute("select distinct plan_region from national_number where prefixed").fetchall()
        patterns = {plan.region: plan.pattern for plan in plans}
        # The prefix goes where the rest is a number for sure; where not, the library weighs both.
        whens = " ".join(
            f"when '{region}' then regexp_full_match(national, '{patterns[region]}')"
            for (region,) in sorted(used, key=str)
            if region
        )
        stripped = f"case plan_region {whens} end" if whens else "false"
        connection.execute(
            f"""
            create or replace temp table e164_number as
            select spelling, region, '+' || country_code || national as phone, list_contains(lengths, length(national))
                and not starts_with(national, '0') and (not prefixed or {stripped}) as is_ordinary
            from national_number
            """
        )
        connection.execute(
            """
            create or replace temp table e164_number as
            select spelling, region, phone from e164_number where is_ordinary
            union all
            select spelling, region, to_e164(spelling, region)
            from (select * from e164_number where is_ordinary is not true)
            """
        )
        for table in ("spelt_number", "national_number"):
            connection.execute(f"drop table {table}")
    finally:
        connection.unregister("numbering_plan")
