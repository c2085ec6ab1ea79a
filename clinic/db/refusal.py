"""A refusal: what somebody asked for cannot be done, said in words fit for the person who asked."""


class Refusal(Exception):  # noqa: N818 - named for what it is to the person who reads it
    """Raised by actions; views show ``str(refusal)`` as a form error with status 422."""
