"""Reading the published lake in SQL: one query, or an interactive shell."""
