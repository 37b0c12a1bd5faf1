"""The features of a record, as one select: words folded, junk left out, addresses and dates in one shape."""

from __future__ import annotations

from analytics.identity import text
from analytics.identity.legal_forms import SOLE_TRADER_FORMS, SPELLINGS

TEXTS = ("given_name", "family_name", "company_name", "street", "city")
_PERSON_TEXTS = ("given_name", "family_name")
# Birth dates that forms and migrations fill in where nobody asked.
_NO_BIRTH_DATES = (
    "1900-01-01",
    "1901-01-01",
    "1800-01-01",
    "1899-12-30",
    "1899-12-31",
    "1910-10-10",
    "1911-11-11",
    "1912-12-12",
)
# What stands before or behind the number of a flat, a floor, a house behind the house.
_WITHIN_A_HOUSE = (
    "apt", "apartment", "unit", "suite", "flat", "wohnung", "whg", "etage", "daire", "no", "nr", "top", "tur", "og",
    "eg", "hinterhaus", "hh", "vh",
)  # fmt: skip

# Words that a city's name begins with, and many others do.
_CITY_PREFIXES = (
    "bad", "sankt", "st", "san", "santa", "saint", "sainte", "new", "los", "las", "le", "la", "den", "s", "port",
    "fort",
)  # fmt: skip


def features_sql() -> str:
    """The features in steps, each a select over the one before."""
    steps = [("record", "")]

    def step(columns: str) -> None:
        name = f"step_{len(steps)}"
        steps.append((name, f"select * replace ({columns}) from {steps[-1][0]}"))

    def more(columns: str) -> None:
        name = f"step_{len(steps)}"
        steps.append((name, f"select *, {columns} from {steps[-1][0]}"))

    for function in ("repaired", "plain", "latin"):
        step(", ".join(f"{function}({name}) as {name}" for name in TEXTS))
    step(
        f"""
        trim(given_name) as given_name,
        case when letters(family_name) not in ({text.sql_list(text.NO_FAMILY_NAMES)}) then trim(family_name) end
            as family_name
        """
    )
    # A sign within a name is a letter misread: 'T:na'.
    step(", ".join(f"regexp_replace({name}, '([a-z])[:|!]([a-z])', '\\1\\2', 'g') as {name}" for name in _PERSON_TEXTS))
    # A whole name in one field: 'Müller, Hans' or 'Hans Müller'; but 'Hans J.' has no family name in it.
    step(
        """
        case
            when given_name is null and contains(family_name, ',') then split_part(family_name, ',', 2)
            when given_name is null and contains(family_name, ' ') then regexp_extract(family_name, '^(.*) [^ ]+$', 1)
            when family_name is null and regexp_matches(given_name, ' [^ .]{2,}$')
                then regexp_extract(given_name, '^(.*) [^ ]+$', 1)
            else given_name
        end as given_name,
        case
            when given_name is null and contains(family_name, ',') then split_part(family_name, ',', 1)
            when given_name is null and contains(family_name, ' ') then regexp_extract(family_name, ' ([^ ]+)$', 1)
            when family_name is null and regexp_matches(given_name, ' [^ .]{2,}$')
                then regexp_extract(given_name, ' ([^ ]+)$', 1)
            else family_name
        end as family_name,
        regexp_replace(company_name, '[&+]', ' and ', 'g') as company_name
        """
    )
    step(
        f"""
        -- 'Mother R.' has an initial, and no name.
        case when role(letters(given_name)) in ({text.sql_list(text.NO_GIVEN_NAMES)})
            then nullif(trim(regexp_extract(letters(given_name), '( [a-z])+$')), '')
            else something(letters(given_name)) end as given_name,
        something(letters(family_name)) as family_name,
        something(vowels(letters(city))) as city,
        something(vowels(regexp_replace(letters(company_name), '\\b(und|et|u)\\b', 'and', 'g'))) as company_name,
        something(letters(street)) as street
        """
    )
    more(
        f"""
        coalesce(regexp_extract(company_name, '(?:^| )({_legal_form_pattern()})$', 1), '') as legal_tail,
        without_particles(without_titles(cut_words(given_name))) as given_spellings,
        without_particles(without_titles(cut_words(family_name))) as family_spellings
        """
    )
    more(
        """
        list_transform(given_spellings, lambda w: vowels(w)) as given_words,
        list_transform(family_spellings, lambda w: vowels(w)) as family_list,
        sorted_set(list_filter(list_transform(emails, lambda e: mailbox(e)), lambda e: e is not null))
            as mailboxes
        """
    )
    more(
        f"""
        {_legal_form_case()} as legal_form,
        case when length(legal_tail) < length(company_name)
            then trim(left(company_name, length(company_name) - length(legal_tail))) else company_name end as
            company_core
        """
    )
    more(
        f"""
        filled(list_filter(cut_words(company_core), lambda w: w not in ({text.sql_list(text.COMPANY_STOP_WORDS)})))
            as company_list,
        (party_type in ('person', 'sole_trader') or coalesce(legal_form, 'ek') in
            ({text.sql_list(SOLE_TRADER_FORMS)})) as may_be_person,
        regexp_replace(street, '\\b(?:{"|".join(_WITHIN_A_HOUSE)})\\b *[0-9]*[a-z]?', ' ', 'g')
            as street_core
        """
    )
    more(
        """
        list_filter(given_words, lambda w: length(w) > 1) as named,
        may_be_person and (filled(given_words) is not null or filled(family_list) is not null) as is_person,
        coalesce(
            nullif(regexp_extract(street_core, '[^0-9]([0-9]+ ?[a-z]?)(?: .*)?$', 1), ''),
            nullif(regexp_extract(street_core, '^([0-9]+ ?[a-z]?) ', 1), '')
        ) as house,
        regexp_replace(upper(vat_number), '[^A-Z0-9]', '', 'g') as vat_key,
        regexp_replace(upper(customer_number), '[^A-Z0-9]', '', 'g') as number_key,
        -- 'D-10115' is a postcode behind a country; a German one that was a number once lost its zero.
        regexp_replace(regexp_replace(upper(postcode), '^ *[A-Z]{1,2} *- *([0-9])', '\\1'), '[^A-Z0-9]', '', 'g') as
            postcode_letters
        """
    )
    more(
        """
        case when country_code = 'DE' and regexp_matches(postcode_letters, '^[0-9]{4}$') then '0' || postcode_letters
            else postcode_letters end as postcode_key,
        spelt_street(trim(case
            when house is null then street_core
            -- The number first, as in English, or behind the name; what follows it is a floor, a flat, a unit.
            when starts_with(street_core, house || ' ') then substr(street_core, length(house) + 1)
            else left(street_core, greatest(strpos(' ' || street_core || ' ', ' ' || house || ' ') - 1, 0))
        end)) as street_name
        """
    )
    steps.append(("final", _FINAL.replace("FROM_STEP", steps[-1][0])))
    return "with " + ", ".join(f"{name} as ({sql})" for name, sql in steps[1:]) + " from final"


_FINAL = f"""
    select
        record_id, system, party_type, record_hash, is_person, may_be_person,
        case when is_person then named[1] end as given_name,
        case when is_person then filled(named) end as given_names,
        -- A name has two letters at least; 'H.' is an initial.
        case when is_person then list_filter(given_spellings, lambda w: length(w) > 1)[1] end as given_spelling,
        case when is_person then filled(sorted_set(list_transform(given_words, lambda w: left(w, 1))))
            end as initials,
        case when is_person then left(given_words[2], 1) end as middle_initial,
        case when is_person then nullif(array_to_string(family_list, ' '), '') end as family_name,
        case when is_person then filled(family_list) end as family_words,
        case when is_person then nullif(array_to_string(family_spellings, ' '), '') end as family_spelling,
        case when party_type <> 'person' then array_to_string(company_list, ' ') end as company_name,
        case when party_type <> 'person' then company_list end as company_words,
        case when party_type <> 'person' then legal_form end as legal_form,
        case when birth_date between date '1900-01-02' and date '2100-01-01'
            and birth_date not in ({", ".join(f"date '{day}'" for day in _NO_BIRTH_DATES)}) then birth_date end as
                birth_date,
        filled(mailboxes) as emails,
        filled(sorted_set(list_transform(mailboxes, lambda e: split_part(e, '@', 2)))) as domains,
        -- What people call themselves in their mailboxes.
        case when len(mailboxes) > 0 then vowels(regexp_replace(
            array_to_string(list_transform(mailboxes, lambda e: split_part(e, '@', 1)), ' '), '[^a-z]+', ' ', 'g'))
            end as mailbox_words,
        record_phone.numbers as phones,
        case when party_type <> 'person' then list_sort(list_distinct(flatten(list_transform(
            record_phone.numbers, lambda p: [left(p, length(p) - 1), left(p, length(p) - 2)])))) end as switchboards,
        case when length(vat_key) >= 6 and not regexp_matches(vat_key, '^[A-Z]*0+$') then vat_key end as vat_number,
        -- Written apart or together: 'Haupt Straße', 'Hauptstraße', 'Hauptstr.'
        nullif(replace(street_name, ' ', ''), '') as street,
        replace(house, ' ', '') as house_number,
        case when length(postcode_key) >= 3 and ltrim(postcode_key, '0') <> '' and ltrim(postcode_key, '9') <> ''
            then postcode_key end
            as postcode,
        case
            when split_part(city, ' ', 1) in ({text.sql_list(_CITY_PREFIXES)})
                then split_part(city, ' ', 1) || ' ' || split_part(city, ' ', 2)
            else split_part(city, ' ', 1)
        end as city,
        country_code,
        case when ltrim(number_key, '0') <> '' then number_key end as customer_number
    from FROM_STEP
    left join record_phone using (record_id)
"""


def _legal_form_pattern() -> str:
    return "|".join(sorted(SPELLINGS, key=lambda spelling: (-len(spelling), spelling)))


def _legal_form_case() -> str:
    whens = " ".join(f"when '{spelling}' then '{form}'" for spelling, form in SPELLINGS.items())
    return f"case legal_tail {whens} end"
