"""Concord: settings, the lake and the command line. Business rules live in the dbt project, never here."""
