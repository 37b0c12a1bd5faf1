"""Alembic's entry: migrates the database of the connection that ``cases.database`` hands over, in its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
