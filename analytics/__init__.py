"""What SQL can't say: identity linking, prediction. May import ``concord``; never Dagster or dbt."""
