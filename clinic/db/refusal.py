"""A refusal: what somebody asked for cannot be done, said in words fit for the person who asked."""


class Refusal(Exception):
    """Raised by actions; views show ``str(refusal)`` as a form error with status 422.

    One that always says the same has it in ``words``; another is given its words.
    """

    words = ""

    def __init__(self, words: str = "") -> None:
        super().__init__(words or self.words)
