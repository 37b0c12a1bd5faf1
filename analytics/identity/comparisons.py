"""What is compared, in which levels, and how far the evidence of each level may go.

The levels of a comparison are tried in order; the first that holds is the pair's level. A level has prior m and u
(how often it is seen among pairs of one party, and among pairs of two), which training replaces where the data can
tell, and bounds on its match weight log2(m / u), which hold whatever the data says. The bounds carry what counting
can't learn, because people who are not the same share more than chance explains:

- Members of a household share family name, address, phone and often the mailbox. That is one fact, not four: e-mail,
  phone and address are one comparison ('contact'), whose u is said in pairs of a household per pair of one person
  (`per_match`).
- A clearly other given name, or birth date, is never outweighed (`NEVER`): twins, father and son, a number that others
  held before, namesakes. What may still be one person (typo, swap of day and month, call name, initial) has a level
  of its own.
"""

from __future__ import annotations

from analytics.identity.comparison import NEVER, Comparison, Level
from analytics.identity.conditions import ANY_COMPANY, EMAIL, SAME_NUMBER, alike, few_edits
from analytics.identity.name_comparisons import FAMILY_NAME, GIVEN_ALIKE, GIVEN_NAME, MIDDLE_INITIAL

_PHONE = "list_has_any(phones_l, phones_r)"
_STREET = "(street_l = street_r or jaro_winkler_similarity(street_l, street_r) >= 0.92)"
_PLACE = "(postcode_l = postcode_r or city_l = city_r)"
_ADDRESS = f"(house_number_l = house_number_r and {_PLACE} and {_STREET})"
_NEAR_ADDRESS = (
    f"(({_PLACE} or house_number_l = house_number_r) and {_STREET}"
    " or postcode_l = postcode_r and house_number_l = house_number_r)"
)
_SAME_NAMES = "given_name_l = given_name_r and family_name_l = family_name_r"
_FEW_YEARS = "abs(year(birth_date_l) - year(birth_date_r)) <= 12"

# One name, as each wrote it; what differs a little needs the second initial.
_ALIKE_NAMES = (
    f"({_SAME_NAMES} and coalesce(middle_initial_l = middle_initial_r, true)"
    " or middle_initial_l = middle_initial_r"
    f" and (given_name_l = given_name_r or given_sound_l = given_sound_r or {GIVEN_ALIKE}"
    " or list_has_any(called_l, called_r))"
    f" and (family_name_l = family_name_r or {alike('family')}))"
)
_DATE_MISSING = "(birth_date_l is null or birth_date_r is null)"
# A name that two of one household have, told apart by their birth dates only.
_AMBIGUOUS = "(given_name_l = given_name_r and (has_namesake_l or has_namesake_r))"

BIRTH_DATE = Comparison(
    "birth_date",
    unknown=f"{_DATE_MISSING} and not coalesce({_AMBIGUOUS}, false)",
    levels=(
        Level("missing, two of that name in the household", _DATE_MISSING, 0.001, 0.9, -20, -20, apart=(0, 0)),
        Level("same", "birth_date_l = birth_date_r", 0.95, 0.00004, 6, 15, frequency="birth_date"),
        Level(
            "day and month swapped",
            "year(birth_date_l) = year(birth_date_r) and day(birth_date_l) = month(birth_date_r) and"
            " month(birth_date_l) = day(birth_date_r)",
            0.01,
            0.00004,
            5,
            9,
        ),
        Level("one digit", few_edits("birth_digits", 1), 0.02, 0.0008, 2, 6),
        Level(
            "two digits",
            few_edits("birth_digits", 2),
            0.005,
            0.01,
            -10,
            -3,
            apart=(-6, 2),
        ),
        Level("other, of a company's owner", ANY_COMPANY, 0.02, 0.98, -10, -4),
        Level("other, same official number", SAME_NUMBER, 0.01, 0.001, -10, -4, apart=(-8, 0)),
        # Father and son, or one person and a date that is wrong? The household tells.
        Level(
            "other, of another in the household",
            "(has_date_of_another_l or has_date_of_another_r) and not has_namesake_l and not has_namesake_r"
            f" and {_ALIKE_NAMES} and {_NEAR_ADDRESS}",
            0.01,
            0.001,
            -7,
            -7,
            apart=(-7, -7),
        ),
        # Father and son are further apart: two of one name at one place, so near in age, are one with a date misread.
        Level(
            "other by a few years, same names and initial",
            f"{_SAME_NAMES} and middle_initial_l = middle_initial_r and {_FEW_YEARS}"
            " and not has_namesake_l and not has_namesake_r",
            0.005,
            0.001,
            -7,
            -7,
            apart=(-7, -7),
        ),
        Level(
            "other by a few years, same names",
            f"{_SAME_NAMES} and {_FEW_YEARS} and not has_namesake_l and not has_namesake_r",
            0.005,
            0.01,
            -14,
            -12,
            apart=(-12, -2),
        ),
        Level("other", "ELSE", 0.02, 0.98, NEVER, NEVER, apart=(-12, -2)),
    ),
)

# A company's mailboxes and extensions are many; domains that many share are junk by then.
_WORKPLACE = (
    "party_type_l <> 'person' and party_type_r <> 'person'"
    " and (list_has_any(domains_l, domains_r) or list_has_any(switchboards_l, switchboards_r))"
)

CONTACT = Comparison(
    "contact",
    unknown="(emails_l is null or emails_r is null) and (phones_l is null or phones_r is null)"
    " and (street_l is null or street_r is null) and (postcode_l is null or postcode_r is null) and (city_l is"
    " null or city_r is null)",
    levels=(
        Level(
            "same e-mail and phone and address",
            f"{EMAIL} and {_PHONE} and {_ADDRESS}",
            0.3,
            low=4,
            high=30,
            per_match=0.05,
        ),
        Level("same e-mail and phone", f"{EMAIL} and {_PHONE}", 0.1, low=4, high=30, per_match=0.02),
        Level("same e-mail and address", f"{EMAIL} and {_ADDRESS}", 0.1, low=4, high=30, per_match=0.03),
        Level("same phone and address", f"{_PHONE} and {_ADDRESS}", 0.1, low=4, high=30, per_match=0.1),
        Level("same e-mail", EMAIL, 0.1, low=4, high=30, per_match=0.03),
        Level("same phone", _PHONE, 0.1, low=3, high=30, per_match=0.1),
        Level(
            "same address and e-mail domain or switchboard",
            f"{_ADDRESS} and {_WORKPLACE}",
            0.1,
            low=4,
            high=30,
            per_match=0.1,
        ),
        Level("same e-mail domain or switchboard", _WORKPLACE, 0.1, low=2, high=30, per_match=0.3),
        # Two generations of one name, or the neighbours.
        Level(
            "same address, other e-mail and phone",
            f"party_type_l <> 'company' and party_type_r <> 'company' and {_ADDRESS} and emails_l is not null"
            f" and emails_r is not null and phones_l is not null and phones_r is not null",
            0.05,
            low=-3,
            high=12,
            per_match=200.0,
        ),
        Level("same address", _ADDRESS, 0.2, low=3, high=30, per_match=1.0),
        Level("similar address", _NEAR_ADDRESS, 0.05, 0.0005, 0, 10),
        Level("same postcode", "postcode_l = postcode_r", 0.03, 0.001, 0, 8, frequency="postcode"),
        Level("same city", "city_l = city_r", 0.02, 0.02, 0, 4, frequency="city"),
        Level("other", "ELSE", 0.1, 0.97, -5, -0.5),
    ),
)

_FAMILY_IN_COMPANY = (
    "(list_has_any(family_sounds_l, company_sounds_r) or list_has_any(family_sounds_r, company_sounds_l))"
)
_GIVEN_IN_COMPANY = "(list_has_any(given_names_l, company_words_r) or list_has_any(given_names_r, company_words_l))"
# The company writes from the mailbox of that very member of the family.
_GIVEN_IN_MAILBOX = (
    "(list_has_any(emails_l, emails_r) and ("
    "(length(given_name_l) >= 3 and contains(mailbox_words_r, given_name_l))"
    " or (length(given_name_r) >= 3 and contains(mailbox_words_l, given_name_r))))"
)
# 'Schäfer Holzh.' and 'Schäfer Holzhandel': word by word, the one begins as the other does.
_ABBREVIATED = (
    "(len(company_words_l) = len(company_words_r) and length(company_words_l[1]) >= 3 and list_bool_and(list_transform("
    "list_zip(company_words_l, company_words_r), lambda z: starts_with(z[1], z[2]) or starts_with(z[2], z[1]))))"
    " or (company_words_l[1] = company_words_r[1] and length(company_words_l[2]) >= 4"
    " and left(company_words_l[2], 4) = left(company_words_r[2], 4))"
)

COMPANY_NAME = Comparison(
    "company_name",
    # Two persons are told apart by their own names.
    unknown="(company_name_l is null or company_name_r is null) and is_person_l and is_person_r"
    " or (company_name_l is null and company_name_r is null and (party_type_l <> 'company' or party_type_r <>"
    " 'company'))",
    levels=(
        Level("missing", "company_name_l is null and company_name_r is null", 0.01, 0.01, -8, -8),
        Level("same", "company_name_l = company_name_r", 0.85, 0.0005, 4, 24, frequency="company_name"),
        Level(
            "similar spelling",
            "jaro_winkler_similarity(company_name_l, company_name_r) >= 0.95"
            f" or (least(length(company_name_l), length(company_name_r)) >= 8 and {few_edits('company_name', 2)})",
            0.05,
            0.0005,
            3,
            12,
        ),
        Level("abbreviated", _ABBREVIATED, 0.03, 0.0005, 2, 12),
        Level(
            "same words, some left out",
            "company_words_l is not null and company_words_r is not null and (list_has_all(company_words_l,"
            " company_words_r)"
            " or list_has_all(company_words_r, company_words_l))",
            0.05,
            0.0005,
            0,
            7,
        ),
        Level("other company", "company_name_l is not null and company_name_r is not null", 0.03, 0.99, -24, -14),
        Level(
            "a person and a company of its own", "not (may_be_person_l and may_be_person_r)", 0.0001, 0.9, NEVER, NEVER
        ),
        Level("owner's given and family name", f"{_FAMILY_IN_COMPANY} and {_GIVEN_IN_COMPANY}", 0.3, 0.00001, 10, 18),
        Level(
            "owner's family name, mailbox of the given name",
            f"{_FAMILY_IN_COMPANY} and {_GIVEN_IN_MAILBOX}",
            0.2,
            0.0001,
            8,
            8,
        ),
        # Wife, son and brother have that name, too.
        Level("owner's family name", _FAMILY_IN_COMPANY, 0.5, 0.001, 3, 3),
        Level("a person and a company of another name", "ELSE", 0.01, 0.99, -24, -24),
    ),
)

LEGAL_FORM = Comparison(
    "legal_form",
    unknown="legal_form_l is null or legal_form_r is null",
    levels=(
        Level("same", "legal_form_l = legal_form_r", 0.97, 0.3, 0, 3),
        Level("other", "ELSE", 0.03, 0.7, -14, -11),
    ),
)

VAT_NUMBER = Comparison(
    "vat_number",
    unknown="vat_number_l is null or vat_number_r is null",
    levels=(
        Level("same", "vat_number_l = vat_number_r", 0.95, low=8, high=30, per_match=0.01),
        Level("one or two characters", few_edits("vat_number", 2), 0.03, 0.0001, -2, 6),
        Level("other", "ELSE", 0.02, 1.0, -20, -10, apart=(-12, -4)),
    ),
)

CUSTOMER_NUMBER = Comparison(
    "customer_number",
    unknown="customer_number_l is null or customer_number_r is null",
    levels=(
        Level("same", "customer_number_l = customer_number_r", 0.5, low=0, high=30, per_match=0.5),
        # Systems number on their own: another number says nothing.
        Level("other", "ELSE", 0.5, 0.5, 0, 0),
    ),
)

COMPARISONS: tuple[Comparison, ...] = (
    GIVEN_NAME,
    MIDDLE_INITIAL,
    FAMILY_NAME,
    BIRTH_DATE,
    CONTACT,
    COMPANY_NAME,
    LEGAL_FORM,
    VAT_NUMBER,
    CUSTOMER_NUMBER,
)

FREQUENCY_COLUMNS: tuple[str, ...] = tuple(
    sorted({level.frequency for comparison in COMPARISONS for level in comparison.levels if level.frequency})
)
