"""TM Forum list and retrieve requests over document collections, with each system's quirks (starlette)."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from urllib.parse import quote, urlencode

import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from seeds.operator.serve.documents import OPERATORS, Condition, Documents
from seeds.operator.serve.quirks import Quirks, draw
from seeds.operator.serve.version5 import to_version5

# system -> collection -> API path, as TM Forum names them in version 4
PATHS = {
    "crm": {
        "individual": "/partyManagement/v4/individual",
        "organization": "/partyManagement/v4/organization",
        "customer": "/customerManagement/v4/customer",
        "product": "/productInventory/v4/product",
        "agreement": "/agreementManagement/v4/agreement",
    },
    "catalog": {
        "product_offering": "/productCatalogManagement/v4/productOffering",
        "product_offering_price": "/productCatalogManagement/v4/productOfferingPrice",
        "promotion": "/promotionManagement/v4/promotion",
    },
    "orders": {
        "product_order": "/productOrderingManagement/v4/productOrder",
        "service_order": "/serviceOrdering/v4/serviceOrder",
    },
    "inventory": {
        "service": "/serviceInventory/v4/service",
        "resource": "/resourceInventoryManagement/v4/resource",
    },
    "alarms": {"alarm": "/alarmManagement/v4/alarm"},
}
# The attribute that tells when a document last changed, where the API has one.
CHANGED_ATTRIBUTES = {("alarms", "alarm"): "alarmChangedTime"}
RESERVED = {"offset", "limit", "fields", "sort"}
MEDIA_TYPE = "application/json;charset=utf-8"


class Refusal(Exception):
    """A request that ends in an Error body."""

    def __init__(self, status: int, reason: str, message: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status, self.reason, self.message, self.headers = status, reason, message, headers or {}

    def response(self) -> Response:
        body = {"@type": "Error", "code": str(self.status), "reason": self.reason, "status": str(self.status)}
        if self.message:
            body["message"] = self.message
        return Response(json.dumps(body), self.status, self.headers, MEDIA_TYPE)


class BrokenResponse(Response):
    """Announces a whole body and sends half of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})


class Collection:
    """One resource collection behind one system's habits."""

    def __init__(self, system: str, entity: str, file: Path, quirks: Quirks, token: str | None) -> None:
        self.entity = entity
        self.quirks = quirks
        self._token = token
        self._documents = Documents(file, CHANGED_ATTRIBUTES.get((system, entity)))
        self._requests = Counter()
        self._latest_page = (0, 0)
        self._repeated_offset: int | None = None
        # The positions that were last put into this server's own order, and the result.
        self._ordered: tuple[np.ndarray | None, np.ndarray | None] = (None, None)

    async def list(self, request: Request) -> Response:
        """GET on the collection: offset, limit, fields, sort and attribute filters."""
        try:
            self._authorise(request)
            return await self._list(request)
        except Refusal as refusal:
            return refusal.response()

    async def retrieve(self, request: Request) -> Response:
        """GET on one document by id."""
        try:
            self._authorise(request)
            self._documents.refresh()
            position = self._documents.find(request.path_params["id"])
            if position is None:
                raise Refusal(404, "Not Found", f"no {self.entity} {request.path_params['id']}")
            return Response(self._body(position, _fields(request)), 200, media_type=MEDIA_TYPE)
        except Refusal as refusal:
            return refusal.response()

    def _authorise(self, request: Request) -> None:
        if self._token and request.headers.get("authorization") != f"Bearer {self._token}":
            raise Refusal(401, "Unauthorized", "a bearer token is needed", {"WWW-Authenticate": "Bearer"})

    async def _list(self, request: Request) -> Response:
        quirks, number = self.quirks, self._requests["list"]
        self._requests["list"] += 1
        if quirks.error_every > 1 and quirks.strikes(quirks.error_every, number, "error"):
            headers = {"Retry-After": str(quirks.retry_after_seconds)}
            raise Refusal(quirks.error_status, "Temporarily unavailable", "try again later", headers)
        if quirks.strikes(quirks.slow_every, number, "slow"):
            await asyncio.sleep(quirks.slow_seconds)
        asked_offset = _whole_number(request, "offset", 0)
        asked_limit = _whole_number(request, "limit", quirks.default_limit)
        fields, conditions = _fields(request), _conditions(request)
        self._documents.refresh()
        positions = self._positions(request, conditions, number)
        offset, limit = self._page(asked_offset, asked_limit, len(positions), number)
        chosen = positions[offset : offset + limit]
        self._latest_page = (offset, limit)
        body = b"[" + b",".join(self._body(int(position), fields) for position in chosen) + b"]"
        headers = self._headers(request, asked_offset, limit, len(positions), len(chosen), number)
        is_whole = len(chosen) == len(positions)
        status = 200 if is_whole else quirks.partial_status
        if len(chosen) and quirks.broken_every > 1 and quirks.strikes(quirks.broken_every, number, "broken"):
            return BrokenResponse(body, status, headers, MEDIA_TYPE)
        return Response(body, status, headers, MEDIA_TYPE)

    def _positions(self, request: Request, conditions: tuple[Condition, ...], number: int) -> np.ndarray:
        """Positions of the documents that are asked for, in the order in which this request sees them."""
        quirks = self.quirks
        positions = self._documents.matching(() if quirks.ignores_filters else conditions)
        sort = request.query_params.get("sort")
        if sort and quirks.honours_sort:
            if sort.lstrip("+-") != "id":
                raise Refusal(400, "Bad Request", f"can't sort by {sort}")
            positions = np.array(sorted(positions, key=lambda position: self._documents.identifier(int(position))), int)
            return positions[::-1] if sort.startswith("-") else positions
        if quirks.order == "stored":
            return positions
        if quirks.order == "shuffled":
            return np.random.default_rng(draw(quirks.seed, self.entity, number)).permutation(positions)
        if self._ordered[0] is not positions:
            generator = np.random.default_rng(draw(quirks.seed, self.entity, "order"))
            self._ordered = (positions, generator.permutation(positions))
        if quirks.order == "drifting":
            return np.roll(self._ordered[1], draw(quirks.seed, self.entity, number, "drift") % 4)
        return self._ordered[1]

    def _page(self, offset: int, limit: int, count: int, number: int) -> tuple[int, int]:
        """Where the page that is answered really starts, and how many documents it may hold."""
        quirks = self.quirks
        limit = min(limit, quirks.maximum_limit)
        if offset >= count and offset > 0:
            if quirks.beyond_end == "not_found":
                raise Refusal(404, "Not Found", f"no page at offset {offset}")
            if quirks.beyond_end == "repeat" and limit:
                return max(0, (count - 1) // limit * limit), limit
            return offset, limit
        is_repeat = quirks.strikes(quirks.repeat_every, number, "repeat") and self._repeated_offset != offset
        if is_repeat and self._latest_page[0] < offset and self._latest_page[1]:
            self._repeated_offset = offset
            return self._latest_page
        self._repeated_offset = None
        if quirks.strikes(quirks.short_every, number, "short") and limit > 1:
            limit = (limit + 1) // 2
        return max(0, offset - quirks.overlap), limit

    def _headers(
        self, request: Request, offset: int, limit: int, count: int, returned: int, number: int
    ) -> dict[str, str]:
        headers = {"X-Result-Count": str(returned)}
        match self.quirks.total:
            case "exact":
                headers["X-Total-Count"] = str(count)
            case "wrong":
                share = 0.9 + draw(self.quirks.seed, self.entity, number, "total") % 200 / 1000
                headers["X-Total-Count"] = str(int(count * share))
            case "unfiltered":
                headers["X-Total-Count"] = str(len(self._documents))
            case "page":
                headers["X-Total-Count"] = str(returned)
        if self.quirks.link != "none" and limit:
            headers["Link"] = self._links(request, offset, limit, count)
        return headers

    def _links(self, request: Request, offset: int, limit: int, count: int) -> str:
        base = {
            "absolute": f"{request.url.scheme}://{request.url.netloc}",
            "relative": "",
            "internal_host": "http://tmf-backend.internal:8080",
        }[self.quirks.link]
        others = [(key, value) for key, value in request.query_params.multi_items() if key not in ("offset", "limit")]
        targets = {"first": 0, "last": max(0, (count - 1) // limit * limit)}
        if offset + limit < count:
            targets["next"] = offset + limit
        if offset:
            targets["prev"] = max(0, offset - limit)
        links = []
        for relation, start in targets.items():
            query = urlencode([*others, ("offset", start), ("limit", limit)])
            links.append(f'<{base}{quote(request.url.path)}?{query}>; rel="{relation}"')
        return ", ".join(links)

    def _body(self, position: int, fields: set[str]) -> bytes:
        """One document's JSON text, in its version's shape and cut to the fields that were asked for."""
        text = self._documents.text(position)
        share = self.quirks.version5_share
        is_version5 = share and draw(self.quirks.seed, self._documents.identifier(position)) % 1000 < share * 1000
        if not is_version5 and not fields:
            return text
        document = json.loads(text)
        if is_version5:
            document = to_version5(document)
        if fields:
            document = {key: value for key, value in document.items() if key in fields | {"id", "href"}}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def application(systems: Path, profiles: dict[str, Quirks], tokens: dict[str, str]) -> Starlette:
    """The application: every system's collections below ``/<system>``.

    ``systems`` holds ``<system>/<entity>.parquet``; a system without a profile behaves ideally, one without a token
    asks for none.
    """

    async def unknown(request: Request, error: Exception) -> Response:
        return Refusal(404, "Not Found", f"no resource at {request.url.path}").response()

    async def not_allowed(request: Request, error: Exception) -> Response:
        return Refusal(405, "Method Not Allowed", f"{request.method} is not offered").response()

    routes = []
    for system, entities in PATHS.items():
        for entity, path in entities.items():
            file = systems / system / f"{entity}.parquet"
            collection = Collection(system, entity, file, profiles.get(system, Quirks()), tokens.get(system))
            routes.append(Route(f"/{system}{path}", collection.list, methods=["GET"]))
            routes.append(Route(f"/{system}{path}/{{id:path}}", collection.retrieve, methods=["GET"]))
    return Starlette(routes=routes, exception_handlers={404: unknown, 405: not_allowed})


def _whole_number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isdecimal():
        raise Refusal(400, "Bad Request", f"{name} must be a whole number of 0 or more")
    return int(text)


def _fields(request: Request) -> set[str]:
    return {name for name in request.query_params.get("fields", "").split(",") if name}


def _conditions(request: Request) -> tuple[Condition, ...]:
    """Attribute filters of a request: ``attribute=value`` or ``attribute.gt=value`` and the like."""
    conditions = []
    for key, value in request.query_params.multi_items():
        if key in RESERVED:
            continue
        attribute, _, operator = key.rpartition(".")
        conditions.append((attribute, operator, value) if operator in OPERATORS and attribute else (key, "eq", value))
    return tuple(conditions)
