"""What every page needs: settings, the case book, the published lake, and who acts."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import streamlit as st

from cases.rules import Command, person
from cases.state import Case
from cases.store import CaseBook
from concord.errors import ConcordError
from concord.published import LAKE, connect_reader, current_snapshot
from concord.settings import Settings, load_settings

PAGES: dict[str, Any] = {}
USER_VARIABLE = "CONCORD_USER"


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The deployment's settings, as they were when the app began."""
    return load_settings()


@st.cache_resource(show_spinner=False)
def book() -> CaseBook:
    """The case book; its connections are shared by all who use the app."""
    return CaseBook.open(settings())


def lake() -> duckdb.DuckDBPyConnection:
    """A read-only cursor on the newest publication. Raises ConcordError when nothing is published."""
    cursor = _reader().cursor()
    # A cursor doesn't inherit which database is the current one.
    cursor.execute(f"use {LAKE}")
    return cursor


@st.cache_resource(show_spinner=False)
def _reader() -> duckdb.DuckDBPyConnection:
    return connect_reader(settings())


def snapshot() -> int:
    """The number of the newest publication: what is cached of one holds as long as this stays."""
    return current_snapshot(lake())


def headers() -> Mapping[str, str]:
    """The headers of the browser's request, as the proxy in front passed them on."""
    return st.context.headers


def choose_actor() -> None:
    """Who acts, in the sidebar: whom the proxy names, else whoever somebody says to be.

    The app checks nobody's password. Behind a proxy that does, app.user_header of the settings names the header
    in which it says who it is; then nothing else counts.
    """
    header = settings().app.user_header
    with st.sidebar:
        if header:
            name = headers().get(header)
            st.session_state["actor"] = name
            st.caption(f"Signed in as **{name}**" if name else f"No one is named in {header}: read only")
        else:
            st.session_state.setdefault("actor", os.environ.get(USER_VARIABLE) or getpass.getuser())
            st.text_input("Who acts", key="actor", help="Nobody checks this name: for use behind your own log-in.")


def actor() -> str:
    """Who acts. Raises ConcordError when nobody does."""
    return person(st.session_state.get("actor"))


def do(expected: Mapping[str, int | None], command: Callable[[], Command]) -> bool:
    """Record a command for cases, by their versions as they were shown; what came of it is said on the page.

    command: makes it, and may refuse what was entered.
    """
    try:
        done = book().do_all(expected, command(), actor())
    except ConcordError as error:
        st.session_state["refusal"] = f"{error}" + (f" ({error.hint})" if error.hint else "")
        return False
    st.session_state["done"] = _done(done)
    return True


def say_what_was_done() -> None:
    """What the last command came to, once, at the top of the page that follows it."""
    if text := st.session_state.pop("refusal", None):
        st.error(text, icon=":material/block:")
    if text := st.session_state.pop("done", None):
        st.success(text, icon=":material/check:")


def open_case(case_id: str) -> None:
    """Show the page of a case."""
    st.session_state["case_id"] = case_id
    st.switch_page(PAGES["case"])


def _done(cases: list[Case]) -> str:
    pending = next((case.pending_step for case in cases if case.pending_step), None)
    what = f"{len(cases)} cases" if len(cases) > 1 else f"Case {cases[0].case_id[:8]}"
    return f"{what}: {f'{pending.value} waits for a second person' if pending else 'recorded'}"
