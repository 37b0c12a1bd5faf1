"""What is compared of a person's name: given name, middle initial, family name."""

from __future__ import annotations

from analytics.identity.comparison import NEVER, Comparison, Level
from analytics.identity.conditions import ANY_COMPANY, EMAIL, SAME_NUMBER, alike

# By another column than the birth date's own comparison: blocks that agree on the birth date still train the names.
_SAME_BIRTH_DATE = "birth_digits_l = birth_digits_r"
_NO_GIVEN_NAME = "(given_name_l is null or given_name_r is null)"
# 'García López' alone is a double family name, not a given and a family name, where the other's family name holds both.
_FAMILY_ALONE = (
    "(list_contains(family_words_r, given_name_l)"
    " and list_has_all(family_words_r, given_names_l) and list_has_all(family_words_r, family_words_l)"
    " or list_contains(family_words_l, given_name_r)"
    " and list_has_all(family_words_l, given_names_r) and list_has_all(family_words_l, family_words_r))"
)
_INITIAL = "list_has_any(initials_l, initials_r)"
# Either name of one is the other name of the other: one alone is a coincidence, or a brother.
_SWAPPED = (
    "(list_contains(family_words_r, given_name_l) and coalesce(list_has_any(given_names_r, family_words_l), true))"
    " or (list_contains(family_words_l, given_name_r) and coalesce(list_has_any(given_names_l, family_words_r), true))"
)
# 'Wolf' and 'Wolfgang', 'Rike' and 'Friederike'; but not 'Stefan' and 'Stefanie', who are two.
_SHORT_FORM = (
    "(least(length(given_name_l), length(given_name_r)) >= 3"
    " and (contains(given_name_l, given_name_r) or contains(given_name_r, given_name_l))"
    " and not regexp_full_match(substr(case when length(given_name_l) > length(given_name_r) then given_name_l"
    " else given_name_r end,"
    " least(length(given_name_l), length(given_name_r)) + 1), 'a|e|i|ie|in|ina|ine|ia|o|s'))"
)
GIVEN_ALIKE = alike("given")
# The mailbox of the record that hides the given name begins with it.
_INITIAL_IN_MAILBOX = (
    "(contains(mailbox_words_l, left(given_name_r, 3)) or contains(mailbox_words_r, left(given_name_l, 3)))"
)
_FAMILY_IN_MAILBOX = (
    "(length(family_words_l[1]) >= 3 and contains(mailbox_words_r, family_words_l[1]))"
    " or (length(family_words_r[1]) >= 3 and contains(mailbox_words_l, family_words_r[1]))"
)

GIVEN_NAME = Comparison(
    "given_name",
    unknown="not (may_be_person_l and may_be_person_r)"
    " or (not is_person_l and company_name_l is not null) or (not is_person_r and company_name_r is not null)"
    " or (party_type_l = 'company' and party_type_r = 'company')",
    levels=(
        Level(
            "missing beside a double family name, same birth date",
            f"{_FAMILY_ALONE} and {_SAME_BIRTH_DATE}",
            0.01,
            0.01,
            0,
            0,
        ),
        Level("missing beside a double family name", _FAMILY_ALONE, 0.01, 0.01, -8, -8, apart=(-1, -1)),
        Level("initial, same birth date", f"{_NO_GIVEN_NAME} and {_INITIAL} and {_SAME_BIRTH_DATE}", 0.01, 0.001, 2, 4),
        Level(
            "initial, name in the mailbox",
            f"{_NO_GIVEN_NAME} and {_INITIAL} and {_INITIAL_IN_MAILBOX}",
            0.01,
            0.002,
            1,
            4,
        ),
        Level("initial, same e-mail", f"{_NO_GIVEN_NAME} and {_INITIAL} and {EMAIL}", 0.01, 0.01, 0, 0),
        # 'H. Meier' is Hans as well as Helga of the same house; no name at all is everybody in it.
        Level("initial", f"{_NO_GIVEN_NAME} and {_INITIAL}", 0.01, 0.08, -6, -6, apart=(0, 4)),
        Level(
            "other initial",
            f"{_NO_GIVEN_NAME} and initials_l is not null and initials_r is not null",
            0.001,
            0.9,
            -20,
            -20,
            apart=(-8, -2),
        ),
        # The system knows somebody with that date: this is somebody else whose date was copied, or the same once more.
        Level(
            "missing, beside one of that birth date",
            f"{_NO_GIVEN_NAME} and {_SAME_BIRTH_DATE} and (is_beside_named_l or is_beside_named_r)",
            0.001,
            0.9,
            -20,
            -20,
            apart=(0, 0),
        ),
        Level("missing, same birth date", f"{_NO_GIVEN_NAME} and {_SAME_BIRTH_DATE}", 0.01, 0.01, 0, 0),
        Level("missing", _NO_GIVEN_NAME, 0.01, 0.01, -8, -8, apart=(-1, -1)),
        Level("same", "given_name_l = given_name_r", 0.85, 0.008, 2, 20, frequency="given_name"),
        # The name that one is called by, among all names of the other. (Two sisters may well share a second name.)
        Level(
            "one given name in common",
            "list_contains(given_names_r, given_name_l) or list_contains(given_names_l, given_name_r)",
            0.03,
            0.002,
            1,
            8,
        ),
        Level(
            "given and family name swapped",
            _SWAPPED,
            0.01,
            0.0002,
            3,
            7,
        ),
        Level("same sound", "given_sound_l = given_sound_r", 0.02, 0.001, 2, 9),
        # Two common names that look alike are two names (Jan and Jana, Maria and Marie): a typo is a word that nobody
        # is called.
        Level(
            "similar spelling",
            f"not (is_usual_given_name_l and is_usual_given_name_r) and {GIVEN_ALIKE}",
            0.04,
            0.003,
            1,
            8,
        ),
        Level("call name", "list_has_any(called_l, called_r)", 0.02, 0.002, 0, 6),
        Level("short form", _SHORT_FORM, 0.01, 0.002, -2, 5),
        Level("another usual name of similar spelling", GIVEN_ALIKE, 0.002, 0.01, -16, -8, apart=(-8, 4)),
        Level("other, of a company's contact", ANY_COMPANY, 0.02, 0.9, -10, -4),
        Level("other, same official number", SAME_NUMBER, 0.01, 0.001, -10, -4, apart=(-8, 0)),
        # Twins seldom share the second initial, and both their names are seen elsewhere; a name misread is seen once.
        Level(
            "other, same second initial and birth date",
            f"middle_initial_l = middle_initial_r and {_SAME_BIRTH_DATE}"
            " and not (is_known_given_name_l and is_known_given_name_r)",
            0.01,
            0.001,
            -14,
            -8,
            apart=(-12, 0),
        ),
        Level("other", "ELSE", 0.02, 0.95, NEVER, NEVER, apart=(-12, -2)),
    ),
)

MIDDLE_INITIAL = Comparison(
    "middle_initial",
    unknown="middle_initial_l is null or middle_initial_r is null",
    levels=(
        Level("same", "middle_initial_l = middle_initial_r", 0.95, 0.07, 0, 5),
        Level("other", "ELSE", 0.05, 0.93, -8, -1),
    ),
)

FAMILY_NAME = Comparison(
    "family_name",
    unknown="family_name_l is null or family_name_r is null or (party_type_l = 'company' and party_type_r = 'company')",
    levels=(
        Level("same", "family_name_l = family_name_r", 0.9, 0.001, 3, 24, frequency="family_name"),
        Level("one part in common", "list_has_any(family_words_l, family_words_r)", 0.02, 0.0005, 2, 10),
        Level(
            "given and family name swapped",
            _SWAPPED,
            0.01,
            0.0002,
            3,
            9,
        ),
        Level("same sound", "family_sounds_l = family_sounds_r", 0.02, 0.001, 2, 10),
        Level("similar spelling", alike("family"), 0.04, 0.002, 1, 9),
        # Who marries keeps the mailbox.
        Level("other, in the mailbox", _FAMILY_IN_MAILBOX, 0.01, 0.001, -4, -1),
        Level("other", "ELSE", 0.02, 0.99, -14, -8, apart=(-12, -2)),
    ),
)
