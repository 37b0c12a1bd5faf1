"""TM Forum Open APIs over HTTP, version 4 and 5 payloads alike.

dlt's client does the requests: retries with back-off, Retry-After, connections. Which page to ask for next, and when
everything has been seen, is decided in ``paging``. A record is kept as its whole JSON text, unknown fields included;
when it changes while we read, the newest version lands.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from dlt.common.configuration.specs.runtime_configuration import RuntimeConfiguration
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth, HttpBasicAuth
from requests import RequestException, Response
from requests.exceptions import ConnectionError as UnreachableError
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, Timeout

from ingestion.connectors.json_record import column_fault, content_hash, follow, key_text, moment_at, split_records
from ingestion.connectors.paging import Page, Pull
from ingestion.extraction import Extraction, LoadContext
from ingestion.fields import extracted_schema
from ingestion.guards import SourceFailed, SystemFailed, refuse_type_change, without_secrets
from ingestion.registry import Entity

_PAGE_SIZE = 1000
_ROWS_PER_BATCH = 5_000
_RETRIES_OF_A_BODY = 5
# Answers to an offset behind the end that mean "nothing there".
_BEHIND_THE_END = (204, 400, 404, 416)


def extract(context: LoadContext) -> Extraction:
    """Pull the entity's collection; only what changed behind the cursor (less the overlap) when it is incremental.

    Raises SystemFailed when the server can't be reached or refuses us, SourceFailed when its answers make no sense,
    LoadRefused when a declared field has changed its type.
    """
    extraction = Extraction(batches=iter(()))
    extraction.batches = _Collection(context, extraction).batches()
    return extraction


def release(context: LoadContext, rows: pl.DataFrame) -> pa.Table:
    """Quarantined records that pass now. ``rows``: source_ref, source_position, content."""
    schema = extracted_schema(context.source, context.entity)
    entity = context.entity
    spool = _Spool(context.scratch / "released.arrow", schema)
    path = entity.column(entity.cursor).path if entity.cursor else None
    for reference, position, text in rows.select("source_ref", "source_position", "content").iter_rows():
        value = json.loads(text)
        if _key(value, entity) is not None and not any(column_fault(value, column) for column in entity.columns):
            moment = moment_at(value, path) if path else None
            spool.add(str(value["id"]), text, moment, reference, position, content_hash(value))
    return pa.concat_tables([schema.empty_table(), *spool.tables(bytearray([1]) * spool.rows)])


class _Collection:
    """One collection on its way into Arrow tables."""

    def __init__(self, context: LoadContext, extraction: Extraction) -> None:
        self._context = context
        self._entity = context.entity
        self._quarantine = extraction.quarantine
        self._spool = _Spool(context.scratch / "records.arrow", extracted_schema(context.source, context.entity))
        self._versions = _Versions()
        self._known: set[str] = set()  # hashes of every version seen
        self._server = _Server(context)
        self._flips: dict[str, int] = {}
        self._bad: dict[Hashable, tuple[str, str, str, str, int]] = {}
        cursor = self._entity.cursor
        self._cursor_path = self._entity.column(cursor).path if cursor else None
        self._pages = 0

    def batches(self) -> Iterator[pa.Table]:
        details = self._context.details
        pull = Pull(
            self._fetch,
            limit=int(details.get("page_size", _PAGE_SIZE)),
            maximum_requests=int(details.get("maximum_requests", 50_000)),
        )
        pull.run()
        refuse_type_change(self._flips, len(pull.seen))
        for reference, reason, detail, text, position in self._bad.values():
            self._quarantine.add(reference, position, reason, detail, text)
        yield from self._spool.tables(self._versions.chosen)

    def _fetch(self, offset: int, limit: int) -> Page:
        records, total = self._server.page(offset, limit)
        self._pages += 1
        return Page([self._take(value, text) for value, text in records], total)

    def _take(self, value: Any, text: str) -> Hashable:
        """Keep a record unless it is known; its key."""
        digest = content_hash(value)
        # A record without a key is known by its content alone.
        key = _key(value, self._entity) or ("content", digest)
        if digest in self._known:
            return key
        self._known.add(digest)
        if key == ("content", digest):
            self._reject(key, value, text, "missing_key")
            return key
        if (fault := self._fault(value)) is not None:
            self._reject(key, value, text, *fault)
            return key
        moment = moment_at(value, self._cursor_path) if self._cursor_path else None
        if moment and self._context.window_from and moment < self._context.window_from:
            return key  # the server ignored the filter
        if self._versions.replaces(key, moment or moment_at(value, "$.lastUpdate"), self._spool.rows):
            self._spool.add(str(value["id"]), text, moment, self._server.reference, self._pages, digest)
        return key

    def _fault(self, value: Any) -> tuple[str, str] | None:
        """The first fault of a record; flipped types are counted by column."""
        first = None
        for column in self._entity.columns:
            fault = column_fault(value, column)
            if fault and fault[0] == "type_flip":
                self._flips[column.name] = self._flips.get(column.name, 0) + 1
            first = first or fault
        return first

    def _reject(self, key: Hashable, value: Any, text: str, reason: str, detail: str = "") -> None:
        if reason == "missing_key":
            detail = "the record has no id" if isinstance(value, dict) else "the record is no JSON object"
            reason = "bad_row"
        self._bad.setdefault(key, (self._server.reference, reason, detail, text, self._pages))


def _key(value: Any, entity: Entity) -> Hashable | None:
    """The record's key, as text; None when it has none."""
    if not isinstance(value, dict):
        return None
    parts = tuple(key_text(follow(value, entity.column(name).path or f"$.{name}")) for name in entity.key)
    return None if None in parts else parts


class _Versions:
    """Which of several versions of a record is the newest, in some hundred bytes per record."""

    def __init__(self) -> None:
        self._latest: dict[Hashable, tuple[datetime | None, int]] = {}  # key -> time of change, spooled row
        self.chosen = bytearray()  # 1 per spooled row that counts

    def replaces(self, key: Hashable, updated: datetime | None, row: int) -> bool:
        """Is this version newer than the one we hold? By its own time of change, else by when it was sent."""
        latest = self._latest.get(key)
        if latest:
            if latest[0] and updated and updated < latest[0]:
                return False
            self.chosen[latest[1]] = 0
        self._latest[key] = (updated, row)
        self.chosen.append(1)
        return True


class _Spool:
    """Rows wait on disk until it is known which version of each counts."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema
        self._writer: pa.RecordBatchStreamWriter | None = None
        self._columns: list[list[Any]] = [[] for _ in schema]
        self.rows = 0

    def add(self, key: str, text: str, moment: datetime | None, reference: str, position: int, digest: str) -> None:
        values = [key, text, *([moment] if len(self._schema) > 5 else []), reference, position, digest]
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)
        self.rows += 1
        if len(self._columns[0]) >= _ROWS_PER_BATCH:
            self._write()

    def _write(self) -> None:
        if self._writer is None:
            self._writer = pa.ipc.new_stream(str(self._path), self._schema)
        arrays = [pa.array(column, field.type) for column, field in zip(self._columns, self._schema, strict=True)]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._columns = [[] for _ in self._schema]

    def tables(self, chosen: bytearray) -> Iterator[pa.Table]:
        """The rows marked 1, in batches."""
        self._write()
        assert self._writer is not None
        self._writer.close()
        start = 0
        with pa.ipc.open_stream(str(self._path)) as stream:
            for batch in stream:
                marks = chosen[start : start + batch.num_rows]
                start += batch.num_rows
                table = pa.Table.from_batches([batch])
                yield table if all(marks) else table.filter(pa.array([mark == 1 for mark in marks], pa.bool_()))
        self._path.unlink()


class _Server:
    """One collection's URL, its habits, and dlt's client."""

    def __init__(self, context: LoadContext) -> None:
        details = context.details
        self._details = details
        self.reference = str(details.get("paths", {}).get(context.entity.name, context.entity.from_))
        self._client = _client(details)
        self._filter: dict[str, str] = {}
        if context.window_from and context.entity.cursor_parameter:
            moment = context.window_from.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
            self._filter = {context.entity.cursor_parameter: moment}
        self._largest_limit: int | None = None

    def page(self, offset: int, limit: int) -> tuple[list[tuple[Any, str]], int | None]:
        """(records with their text, claimed total) at an offset; nothing behind the end.

        Raises SystemFailed, SourceFailed or LoadRefused.
        """
        problem: Exception | None = None
        for _ in range(_RETRIES_OF_A_BODY):
            response = self._get(offset, limit)
            if response is None:
                return [], None
            try:
                return split_records(response.content.decode("utf-8-sig")), _total(response)
            except (UnicodeDecodeError, ValueError, RecursionError) as error:
                problem = error
        raise SourceFailed("bad_response", f"{self.reference}: {problem}", hint="is this the API's address?")

    def _get(self, offset: int, limit: int) -> Response | None:
        """The answer; None when the server says that there is nothing at this offset."""
        if self._largest_limit:
            limit = min(limit, self._largest_limit)
        parameters = {"offset": offset, "limit": limit, **self._filter}
        try:
            response = self._client.get(self.reference, params=parameters)
        except (UnreachableError, Timeout) as error:
            raise self._unreachable(error) from None
        except (InvalidSchema, MissingSchema, InvalidURL):
            address = self._redacted(self._details.get("base_url", ""))
            raise SystemFailed(
                "bad_address", f"this is no address of a web server: {address}", hint="'base_url' begins with https://"
            ) from None
        except RequestException as error:
            raise SourceFailed("bad_response", f"{self.reference}: {self._redacted(error)}") from None
        status = response.status_code
        if status == 204 or (offset > 0 and status in _BEHIND_THE_END):
            return None
        if status == 400 and limit > 10 and not self._filter:
            # Some servers refuse a limit above theirs instead of cutting it.
            self._largest_limit = limit // 5
            return self._get(offset, limit)
        if status == 400 and self._filter:
            # The filter is unknown here: read all, and filter on our side.
            self._filter = {}
            return self._get(offset, limit)
        self._check(status)
        return response

    def _check(self, status: int) -> None:
        if status in (401, 403):
            raise SystemFailed(
                "unauthorised", f"the server refuses us ({status})", hint="check 'token' in the settings of this source"
            )
        if status == 429 or status >= 500:
            raise SourceFailed("unavailable", f"the server keeps answering {status}", hint="try again later")
        if status == 404:
            raise SourceFailed(
                "not_found",
                f"there is no {self.reference} (404)",
                hint="check 'base_url', or set 'paths' for this source",
            )
        if status >= 300:
            raise SourceFailed("bad_response", f"{self.reference}: status {status}")

    def _unreachable(self, error: Exception) -> SystemFailed:
        what = "timed out" if isinstance(error, Timeout) else "cannot connect"
        address = self._redacted(self._details.get("base_url", ""))
        return SystemFailed("unreachable", f"{what}: {address}", hint="check 'base_url' and that the server runs")

    def _redacted(self, text: object) -> str:
        return without_secrets(" ".join(str(text).split())[:300], self._details)


def _client(details: dict[str, Any]) -> RESTClient:
    """dlt's client. Settings: token, or user and password; timeout_seconds, attempts, backoff_seconds."""
    session = Client(
        request_timeout=(5.0, float(details.get("timeout_seconds", 30))),
        raise_for_status=False,
        request_max_attempts=int(details.get("attempts", 6)),
        request_backoff_factor=float(details.get("backoff_seconds", 0.3)),
        request_max_retry_delay=float(details.get("longest_wait_seconds", 60)),
    ).session
    auth: Any = None
    if details.get("token"):
        auth = BearerTokenAuth(str(details["token"]))
    elif details.get("user"):
        auth = HttpBasicAuth(str(details["user"]), str(details.get("password", "")))
    return RESTClient(
        str(details["base_url"]).rstrip("/"),
        headers={"Accept": "application/json"},
        auth=auth,
        session=session,
        config=RuntimeConfiguration(),
    )


def _total(response: Response) -> int | None:
    """X-Total-Count when it is a number."""
    text = response.headers.get("X-Total-Count", "").strip()
    return int(text) if text.isdecimal() else None
