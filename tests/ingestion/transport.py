"""A TM Forum server without a network: a transport below dlt's own client, which does the rest for real."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from ingestion.connectors import tmforum

ADDRESS = "http://tmforum.test"


@dataclass
class Answer:
    """One response. ``body``: anything that JSON holds, or bytes as they are."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, request: PreparedRequest) -> Response:
        response = Response()
        response.status_code = self.status
        response.headers.update(self.headers)
        response.url = request.url or ""
        response.request = request
        response.encoding = "utf-8"
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        response._content = content
        return response


class Transport(BaseAdapter):
    """Answers by a function of path and query, and remembers what was asked."""

    def __init__(self, answer: Callable[[str, dict[str, str]], Answer]) -> None:
        super().__init__()
        self._answer = answer
        self.asked: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []

    def send(self, request: PreparedRequest, **_: Any) -> Response:
        parts = urlsplit(request.url or "")
        query = dict(parse_qsl(parts.query))
        self.asked.append(query)
        self.headers.append(dict(request.headers))
        return self._answer(parts.path, query).response(request)

    def close(self) -> None:
        pass


def install(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str, dict[str, str]], Answer]) -> Transport:
    """Put the transport below every client that the connector makes."""
    transport = Transport(answer)
    make_client = tmforum._client

    def with_transport(details: dict[str, Any]) -> Any:
        client = make_client(details)
        client.session.mount("http://", transport)
        return client

    monkeypatch.setattr(tmforum, "_client", with_transport)
    return transport


def pages(records: list[Any], **headers: str) -> Callable[[str, dict[str, str]], Answer]:
    """An honest server of these records."""

    def answer(path: str, query: dict[str, str]) -> Answer:
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 100))
        page = records[offset : offset + limit]
        status = 200 if len(page) == len(records) else 206
        return Answer(page, status, {"X-Total-Count": str(len(records)), **headers})

    return answer
