"""What readers get: the published lake, and the leakage report that is written from it."""

from collections.abc import Sequence

from dagster import AssetKey, AssetsDefinition, MaterializeResult, MetadataValue, asset

from orchestration.assets_sources import RETRY
from orchestration.resources import Lake

PUBLISHED = AssetKey(["published", "lake"])
REPORT = AssetKey(["report", "leakage_report"])


def publication_assets(upstream: Sequence[AssetKey]) -> list[AssetsDefinition]:
    """``upstream``: the core and mart models that a publication holds."""

    @asset(
        key=PUBLISHED,
        deps=list(upstream),
        group_name="published",
        kinds={"ducklake"},
        retry_policy=RETRY,
        description="Everything that the build changed, published in one transaction once its checks have passed.",
    )
    def published_lake(lake: Lake) -> MaterializeResult:
        from orchestration.build_state import build_lock
        from orchestration.pipeline import publish_build

        settings = lake.settings()
        with build_lock(settings):
            publication = publish_build(settings)
        return MaterializeResult(
            metadata={
                "snapshot_id": publication.snapshot_id,
                "published_at": publication.published_at.isoformat(),
                "tables_written": publication.tables,
                "tables_unchanged": publication.skipped,
                "rows_written": publication.rows,
            }
        )

    @asset(
        key=REPORT,
        deps=[PUBLISHED],
        group_name="report",
        kinds={"excel"},
        description="The leakage report: a workbook and a page with charts.",
    )
    def leakage_report(lake: Lake) -> MaterializeResult:
        from reporting.leakage import write_report

        paths = write_report(lake.settings())
        return MaterializeResult(
            metadata={"workbook": MetadataValue.path(str(paths.workbook)), "page": MetadataValue.path(str(paths.page))}
        )

    return [published_lake, leakage_report]
