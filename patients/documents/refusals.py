"""Where adding, reading or removing a document can say no, each with its words."""

from django.conf import settings

from clinic.db.refusal import Refusal
from patients.documents.policy import AT_ONCE, MOST_A_DAY, MOST_BYTES, MOST_FILES, MOST_PAGES, MOST_PIXELS

TAKE_A_PHOTO = "You can also take a photo of each page and add those."


class NotThisSort(Refusal):
    """Neither PDF nor JPEG nor PNG, by its content."""

    words = f"It is not a PDF, JPEG or PNG. Save it as a PDF, then add it. {TAKE_A_PHOTO}"


class Heic(Refusal):
    """A photo as some phones keep it."""

    words = "It is a HEIC photo, which we cannot read. Save or send it as a JPEG, then add that."


class Empty(Refusal):
    """There is nothing in it."""

    words = "It is empty. Save it again, then add it."


class TooLarge(Refusal):
    """More bytes than we keep."""

    words = f"It is larger than {MOST_BYTES // 1024 // 1024} MB. Save it smaller, or in parts. {TAKE_A_PHOTO}"


class TooManyPixels(Refusal):
    """A picture that would fill the memory."""

    words = f"The picture is larger than {MOST_PIXELS // 1_000_000} megapixels. Save it smaller, then add it."


class TooManyPages(Refusal):
    """More pages than anybody will read."""

    def __init__(self, pages: int) -> None:
        super().__init__(
            f"It has {pages} pages, and we take at most {MOST_PAGES}. Send us the pages that matter, or save it in parts."
        )


class Locked(Refusal):
    """A PDF that asks for a password."""

    words = f"It is locked with a password. Open it and print it to a new PDF without one. {TAKE_A_PHOTO}"


class Unreadable(Refusal):
    """It begins like one of ours, and cannot be opened."""

    words = f"We could not open it: it may be damaged. Save it again, then add it. {TAKE_A_PHOTO}"


class Busy(Refusal):
    """Others are being looked at, and it took too long."""

    words = "We are looking at many files just now. Wait a minute, then add it again."


class TooManyAtOnce(Refusal):
    """More files than one form takes."""

    words = f"We take {AT_ONCE} files at a time. Add it again by itself."


class HaveIt(Refusal):
    """The same file is there."""

    words = "We have this file already, so it is not added again."


class Full(Refusal):
    """As many as we keep for one person."""

    def __init__(self) -> None:
        super().__init__(
            f"We keep at most {MOST_FILES} files for one person. Remove one that we do not need, "
            f"or call us on {settings.CLINIC['phone']}."
        )


class TooManyToday(Refusal):
    """More than a person sends in a day."""

    def __init__(self) -> None:
        super().__init__(
            f"{MOST_A_DAY} files have been added in a day. Go on tomorrow, or call us on {settings.CLINIC['phone']}."
        )


class StaysNow(Refusal):
    """A clinician has opened it or decided while it was there."""

    def __init__(self) -> None:
        super().__init__(
            "A specialist has used this document, so it is part of your record and stays. "
            f"If it should not be there, call us on {settings.CLINIC['phone']}."
        )


class NotHere(Refusal):
    """There is no file to read: not yet, not any more, or it is damaged."""

    words = "This file cannot be opened now."


class NotAnId(Refusal):
    """Only photo ID is checked, and only while it is there."""

    words = "This is not down as photo ID that can be looked at."


class NotOurs(Refusal):
    """Staff take back what staff filed; what a patient added is theirs to remove."""

    words = "The patient added this document. Only they can remove it."
