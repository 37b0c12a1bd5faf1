"""The list of call names: words as they are compared, and none that would join the names of two people."""

from __future__ import annotations

import re

from analytics.identity.call_names import call_names


def test_words_are_plain_and_each_line_has_two_at_least() -> None:
    found = call_names()
    assert all(re.fullmatch("[a-z]+", word) and re.fullmatch("[a-z]+", name) for word, name in found)
    names = {name for _, name in found}
    assert all((name, name) in found for name in names)
    assert all(any(word != name for word, other in found if other == name) for name in names)


def test_a_word_may_stand_for_several_names_and_a_name_for_no_other() -> None:
    found = set(call_names())
    assert {("chris", "christian"), ("chris", "christine"), ("fritz", "friedrich")} <= found
    for one, other in (("james", "jacob"), ("anna", "hannah"), ("maria", "mary"), ("christian", "christine")):
        assert not {name for word, name in found if word == one} & {name for word, name in found if word == other}
