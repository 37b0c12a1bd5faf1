"""The published lake: DuckLake, one writer, any number of readers. ``concord.published`` is its front door."""
