"""The interactive shell, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from concord.published import connect_reader, publish
from concord.sql.shell import Shell
from tests.concord.lakes import build_first, settings_in


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    settings = settings_in(tmp_path)
    build_first(settings)
    publish(settings)
    with connect_reader(settings) as lake:
        yield Shell(lake, "csv")


def feed(shell: Shell, *lines: str) -> list[str]:
    rest: list[str] = []
    for line in lines:
        rest = shell.feed(rest, line)
    return rest


def test_a_statement_runs_at_its_semicolon(shell: Shell, capfd: pytest.CaptureFixture) -> None:
    assert feed(shell, "select 1", "  as one") == ["select 1", "  as one"]
    assert capfd.readouterr().out == ""
    assert feed(shell, "select 1", "  as one;") == []
    assert capfd.readouterr().out == "one\n1\n"


@pytest.mark.parametrize("line", ["select ';", "select 1 -- ;", "select /* ; */ 1", 'select ";'])
def test_a_semicolon_in_a_string_or_comment_does_not_end_it(shell: Shell, line: str) -> None:
    assert feed(shell, line) == [line]


def test_an_error_does_not_end_the_shell(shell: Shell, capfd: pytest.CaptureFixture) -> None:
    assert feed(shell, "select * from nowhere;") == []
    assert "error:" in capfd.readouterr().out
    assert feed(shell, "drop table core.dim_customer;") == []
    assert "only reading statements" in capfd.readouterr().out
    assert feed(shell, "select 2 as two;") == []
    assert capfd.readouterr().out == "two\n2\n"


def test_dot_commands(shell: Shell, capfd: pytest.CaptureFixture) -> None:
    feed(shell, ".tables core")
    assert "core.dim_customer" in (out := capfd.readouterr().out)
    assert "marts_care" not in out
    feed(shell, ".schema core.dim_customer")
    out = capfd.readouterr().out
    assert "customer_id" in out
    assert "Ours" in out
    feed(shell, ".format json", "select 1 as one;")
    assert capfd.readouterr().out.split() == ["[", '{"one":1}', "]"]
    feed(shell, ".nonsense")
    assert "unknown command" in capfd.readouterr().out


def test_the_next_statement_sees_the_next_publication(
    tmp_path: Path, shell: Shell, capfd: pytest.CaptureFixture
) -> None:
    settings = settings_in(tmp_path)
    build_first(settings, rows=7)
    publish(settings)
    feed(shell, "select count(*) as n from core.dim_customer;")
    assert capfd.readouterr().out == "n\n7\n"
