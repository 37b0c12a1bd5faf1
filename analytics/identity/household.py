"""What a record's household says about it: whether its birth date is another member's, and whether it has a namesake.

Two records of one name at one address, born on other days, are father and son, or one person with a wrong date. The
pair alone can't tell; the household can. A clerk who takes the date from the line above leaves a date that a member
of another name has as well. A system that holds both as two customers knows two people.
"""

from __future__ import annotations

import duckdb

# People of one name at one address: more than that are no household but a placeholder.
_MOST_MEMBERS = 40
# The home: one address, one family name. one block of `blocking.HOUSEHOLD_RULE` holds all of it.
_HOME = "hash(coalesce(city, postcode), street, house_number, family_key)"
# Certainly not one given name in two spellings.
_OTHER_NAME = (
    "(jaro_winkler_similarity(l.given_spelling, r.given_spelling) < 0.75"
    " and not coalesce(list_has_any(l.called, r.called), false)"
    " and not list_has_any(l.given_names, r.given_names))"
)


def make_household_traits(connection: duckdb.DuckDBPyConnection) -> None:
    """The table ``household_trait`` (record_id, has_date_of_another, has_namesake) from ``feature``, which holds whole
    homes.

    ``has_date_of_another``: somebody of another given name in the home has this birth date, and no other system says it
    of this name. ``has_namesake``: the record's own system holds another of this name in this home, of another date.
    Records of which neither holds may be absent.
    """
    connection.execute(
        f"""
        create or replace temp table home_member as
        select record_id, {_HOME} as home, system, given_name, given_names, given_spelling, called, birth_date,
            strftime(birth_date, '%d%m%Y') as birth_digits
        from feature
        where coalesce(city, postcode) is not null and street is not null and house_number is not null
            and family_key is not null and given_name is not null and birth_date is not null
        qualify count(*) over (partition by home) between 2 and {_MOST_MEMBERS}
        """
    )
    connection.execute(
        f"""
        create or replace temp table household_trait as
        select
            l.record_id,
            bool_or(r.birth_date = l.birth_date and {_OTHER_NAME})
                and not bool_or(r.birth_date = l.birth_date and not {_OTHER_NAME} and r.system <> l.system)
                as has_date_of_another,
            bool_or(r.system = l.system and r.given_name = l.given_name
                and damerau_levenshtein(r.birth_digits, l.birth_digits) > 1) as has_namesake
        from home_member as l inner join home_member as r using (home)
        where l.record_id <> r.record_id
        group by l.record_id
        """
    )
    connection.execute("drop table home_member")
