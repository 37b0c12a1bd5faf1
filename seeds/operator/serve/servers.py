"""Everything that stands in for one operator's systems, started together, and the settings file that points there."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import yaml

from seeds.operator.serve.billing import BillingDatabase
from seeds.operator.serve.files import WRITERS, write_files
from seeds.operator.serve.quirks import Quirks, demo_profiles, parse_profiles
from seeds.operator.serve.tmforum import PATHS
from seeds.operator.serve.tmforum_server import TmForumServer

BILLING_PASSWORD = "CONCORD_BILLING_PASSWORD"
CRM_TOKEN = "CONCORD_CRM_TOKEN"


class Servers:
    """The running PostgreSQL and TM Forum servers of one operator and the files beside them; a context manager.

    ``folder`` is the operator's (with ``systems/<system>/<entity>.parquet``). ``profiles`` are the TM Forum servers'
    quirks: by default ``<folder>/quirks.json`` where there is one, else the demo's. Secrets are taken from the
    environment variables that the settings file names, or drawn. Raises FileNotFoundError when nothing was generated.
    """

    def __init__(
        self,
        folder: Path,
        profiles: dict[str, Quirks] | None = None,
        http_port: int = 0,
        postgres_port: int = 0,
    ) -> None:
        self.folder = folder.resolve()
        systems = self.folder / "systems"
        if not systems.is_dir():
            raise FileNotFoundError(f"no synthetic operator in {folder}: {systems} is missing")
        seed = _seed(self.folder)
        if profiles is None:
            own = self.folder / "quirks.json"
            profiles = parse_profiles(json.loads(own.read_text("utf-8")), seed) if own.exists() else demo_profiles(seed)
        self.environment = {
            name: os.environ.get(name) or secrets.token_urlsafe(18) for name in (BILLING_PASSWORD, CRM_TOKEN)
        }
        self.tmforum = TmForumServer(systems, profiles, {"crm": self.environment[CRM_TOKEN]}, http_port)
        try:
            with ThreadPoolExecutor(1) as worker:
                writing = worker.submit(write_files, self.folder, seed)
                password = self.environment[BILLING_PASSWORD]
                self.billing = BillingDatabase(systems / "billing", self.folder / "postgresql", password, postgres_port)
                try:
                    self.files = writing.result()
                except BaseException:
                    self.billing.stop()
                    raise
        except BaseException:
            self.tmforum.stop()
            raise

    def sources(self) -> dict[str, dict[str, str]]:
        """Connection details by system, as the settings file holds them; secrets as ``${VARIABLE}``."""
        details = {"billing": {"dsn": self.billing.dsn_naming(BILLING_PASSWORD)}}
        details |= {system: {"base_url": self.tmforum.base_url(system)} for system in PATHS}
        details["crm"]["token"] = f"${{{CRM_TOKEN}}}"
        details |= {system: {"folder": str(self.folder / "files" / system)} for system in WRITERS}
        return dict(sorted(details.items()))

    def write_settings(self, lake: Path | None = None, reports: Path | None = None) -> Path:
        """Write ``<folder>/concord.yml`` and return its path.

        Lake and reports stay where the file that is there has them, else they are below the folder.
        """
        file = self.folder / "concord.yml"
        before = yaml.safe_load(file.read_text("utf-8")) if file.exists() else {}
        content = {
            "lake": {"folder": str(self.folder / "lake"), **before.get("lake", {})},
            "reports": before.get("reports", str(self.folder / "reports")),
            "operator": str(self.folder),
            "sources": self.sources(),
        }
        if lake:
            content["lake"]["folder"] = str(lake.resolve())
        if reports:
            content["reports"] = str(reports.resolve())
        head = "# Written when the synthetic operator's servers start; the secrets are in the environment.\n"
        half_written = file.with_suffix(".yml.new")
        half_written.write_text(head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
        half_written.replace(file)
        return file

    def stop(self) -> None:
        """Stop what this object started."""
        self.tmforum.stop()
        self.billing.stop()

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def running(folder: Path, lake: Path | None = None, reports: Path | None = None) -> Iterator[Path]:
    """Start the operator's servers, yield the settings file that points at them, and stop them afterwards.

    Within, the environment holds the secrets that the settings file names.
    """
    with Servers(folder) as servers, environment(servers.environment):
        yield servers.write_settings(lake, reports)


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _seed(folder: Path) -> int:
    """The seed that the operator was generated with."""
    world = folder / "world.json"
    return int(json.loads(world.read_text("utf-8")).get("seed", 42)) if world.exists() else 42
