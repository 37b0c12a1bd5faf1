"""Ingestion: one connector per protocol, one folder per source system. Knows neither Dagster nor dbt."""
