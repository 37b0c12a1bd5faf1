"""Data Docs as pages that need no network: Great Expectations' own templates take styles and scripts from elsewhere.

Its renderers decide what a page says; the templates in this folder stand before its own of the same name.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from great_expectations.render.view import DefaultJinjaIndexPageView, DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

# Pages of suites are not built, for every validation says the same: a link to one leads nowhere.
_LINK_TO_SUITE = re.compile(r'<a\b[^>]*href="[^"]*\bexpectations/[^"]*"[^>]*>(.*?)</a>', re.DOTALL)


class _Offline:
    def __init__(self, *arguments: Any, **parameters: Any) -> None:
        super().__init__(*arguments, **parameters)
        own = FileSystemLoader(Path(__file__).parent)
        self.env.loader = ChoiceLoader([own, self.env.loader])

    def render(self, *arguments: Any, **parameters: Any) -> str:
        return _LINK_TO_SUITE.sub(r"\1", super().render(*arguments, **parameters))


class PageView(_Offline, DefaultJinjaPageView):
    """The results of one suite."""


class IndexView(_Offline, DefaultJinjaIndexPageView):
    """The list of all results."""


def view(kind: type[_Offline]) -> dict[str, str]:
    """This view, as the configuration of a site names it."""
    return {"module_name": __name__, "class_name": kind.__name__}
