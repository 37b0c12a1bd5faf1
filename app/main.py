"""The app's frame: its pages, and who acts."""

from __future__ import annotations

import streamlit as st

from app import context
from app.views import case, overview, sign_off, worklist
from concord.errors import ConcordError

st.set_page_config(page_title="Concord cases", page_icon="⚖️", layout="wide")
# Tables in Markdown are pairs of name and value here, without a head.
st.html(
    "<style>"
    "[data-testid='stMainBlockContainer'] {padding: 2.5rem 3rem; max-width: 1600px}"
    "[data-testid='stMetricValue'] {font-size: 1.6rem; font-variant-numeric: tabular-nums}"
    "[data-testid='stMarkdown'] thead {display: none}"
    "h1 {font-size: 1.9rem !important}"
    "</style>"
)

context.PAGES.update(
    overview=st.Page(overview.show, title="Overview", icon=":material/monitoring:", url_path="overview", default=True),
    worklist=st.Page(worklist.show, title="Worklist", icon=":material/checklist:", url_path="worklist"),
    case=st.Page(case.show, title="Case", icon=":material/find_in_page:", url_path="case"),
    sign_off=st.Page(sign_off.show, title="Sign-off", icon=":material/draw:", url_path="sign-off"),
)
page = st.navigation(list(context.PAGES.values()))
try:
    context.choose_actor()
    context.say_what_was_done()
    page.run()
except ConcordError as error:
    st.error(str(error))
    if error.hint:
        st.caption(error.hint)
