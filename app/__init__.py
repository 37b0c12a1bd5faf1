"""The web app for cases: it reads the published lake and writes only through ``cases``."""
