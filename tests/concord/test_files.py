"""Files that are replaced as a whole, and locks that name their holder."""

from __future__ import annotations

from pathlib import Path

import pytest

from concord.files import Held, process_lock, replacing, write_text


def test_a_file_is_replaced_in_a_folder_that_is_made_for_it(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "file.json"
    write_text(file, "first")
    write_text(file, "zweite Fassung: ä")
    assert file.read_text(encoding="utf-8") == "zweite Fassung: ä"
    assert list(file.parent.iterdir()) == [file]


def test_an_error_leaves_the_previous_content_and_no_litter(tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    write_text(file, "previous")
    with pytest.raises(ValueError, match="half way"), replacing(file) as temporary:
        temporary.write_text("half of the next", encoding="utf-8")
        assert file.read_text(encoding="utf-8") == "previous"
        raise ValueError("half way")
    assert file.read_text(encoding="utf-8") == "previous"
    assert list(tmp_path.iterdir()) == [file]


def test_a_lock_is_held_by_one_and_free_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "lake" / "some.lock"
    for _ in range(2):
        with process_lock(file):
            with pytest.raises(Held) as refused, process_lock(file):
                pass
            assert refused.value.holder.isdigit()
