"""Who acts: whom the proxy names and nobody else, or whoever somebody says to be."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from app import context
from concord.errors import ConcordError
from concord.settings import App, Settings

HEADER = "X-Forwarded-User"


def script() -> None:
    from app import context

    context.choose_actor()


def run(monkeypatch: pytest.MonkeyPatch, settings: Settings, headers: dict[str, str] | None = None) -> AppTest:
    monkeypatch.setattr(context, "settings", lambda: settings)
    monkeypatch.setattr(context, "headers", lambda: headers or {})
    return AppTest.from_function(script).run(timeout=60)


def test_the_proxy_says_who_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(monkeypatch, Settings(app=App(user_header=HEADER)), {HEADER: "ada@example.org"})
    assert app.session_state["actor"] == "ada@example.org"
    # There is no field to be somebody else.
    assert not app.text_input


def test_nobody_acts_when_the_proxy_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCORD_USER", "Ada")
    app = run(monkeypatch, Settings(app=App(user_header=HEADER)))
    assert app.session_state["actor"] is None
    assert "read only" in app.sidebar.caption[0].value
    monkeypatch.setattr(context.st, "session_state", {"actor": None})
    with pytest.raises(ConcordError, match="nobody is named"):
        context.actor()


def test_without_a_proxy_one_says_who_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCORD_USER", "Ada")
    app = run(monkeypatch, Settings(), {HEADER: "mallory"})
    assert app.text_input[0].value == "Ada"
    app.text_input[0].set_value("Ben").run()
    assert app.session_state["actor"] == "Ben"
