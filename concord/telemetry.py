"""DuckDB, dlt, Dagster, dbt, Great Expectations and Streamlit call home unless told not to; Concord never does."""

import os

_OFF = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
}


def disable() -> None:
    """Set each library's switch in this process and in those that it starts."""
    for name, value in _OFF.items():
        os.environ.setdefault(name, value)
