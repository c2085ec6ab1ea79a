"""What stops a start."""


class CannotStart(Exception):
    """A server cannot be started; ``str()`` says why and what to do."""
