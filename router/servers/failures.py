"""The one error of this package: a server that cannot be had, with what to do about it."""


class ServerUnavailable(RuntimeError):
    """A server did not start, or cannot be used as given. The text is meant for the operator."""
