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
    """The table ``household_trait`` (record_id and three flags) from ``prepared``, ``given_sound`` and
    ``family_sound``, which hold whole homes.

    ``has_date_of_another``: somebody of another given name in the home has this birth date, and no other system says it
    of this name. ``has_namesake``: the record's own system holds another of this name and second initial in
    this home, of another date.
    ``is_beside_named``: the record has no given name, and its own system holds somebody in this home with a given name
    and this birth date. Records of which none holds may be absent.
    """
    connection.execute(
        f"""
        create or replace temp table home_member as
        select record_id, {_HOME} as home, system, given_name, given_names, given_spelling, called, initials,
            middle_initial, birth_date, strftime(birth_date, '%d%m%Y') as birth_digits
        from prepared inner join family_sound using (family_name) left join given_sound using (given_name)
        where coalesce(city, postcode) is not null and street is not null and house_number is not null
            and family_key is not null and birth_date is not null
        qualify count(*) over (partition by home) between 2 and {_MOST_MEMBERS}
        """
    )
    connection.execute(
        f"""
        create or replace temp table household_trait as
        with pair as (
            select
                l.record_id,
                l.given_name is not null as is_named,
                l.initials is null as is_nameless,
                l.system = r.system as is_same_system,
                l.birth_date = r.birth_date as is_same_date,
                -- The costly distance only where it can be one.
                case when l.birth_date = r.birth_date then false
                    when levenshtein(r.birth_digits, l.birth_digits) > 2 then true
                    else damerau_levenshtein(r.birth_digits, l.birth_digits) > 1 end as is_other_date,
                {_OTHER_NAME} as is_other_name,
                coalesce(l.middle_initial <> r.middle_initial, false) as is_other_middle_initial
            from home_member as l inner join home_member as r using (home)
            where l.record_id <> r.record_id and r.given_name is not null
        )
        select
            record_id,
            bool_or(is_named and is_same_date and is_other_name)
                and not bool_or(is_same_date and not is_other_name and not is_same_system) as has_date_of_another,
            bool_or(is_named and is_same_system and is_other_date and not is_other_name and not is_other_middle_initial)
                as has_namesake,
            bool_or(is_nameless and is_same_system and is_same_date) as is_beside_named
        from pair
        group by record_id
        """
    )
    connection.execute("drop table home_member")
