"""A refusal: what somebody asked for cannot be done, said in words fit for the person who asked."""


class Refusal(Exception):
    """Raised by actions; views show ``str(refusal)`` as a form error with status 422."""
