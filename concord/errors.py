"""The one error that a user sees: a clear line and, where there is one, a hint."""


class ConcordError(Exception):
    """Something that the person at the keyboard can understand and act on.

    The message never carries a secret: DSNs and tokens are left out where it is raised.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint
