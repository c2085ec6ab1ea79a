"""What may be kept, for how long, and under which name it leaves. Pure."""

import re
import unicodedata
from datetime import timedelta

from patients.documents.enums import Made

MOST_BYTES = 10 * 1024 * 1024  # a file
MOST_FILES = 20  # a patient, as they stand
MOST_A_DAY = 60  # a patient: nobody can add and remove for ever
AT_ONCE = 10  # in one form
MOST_PIXELS = 25_000_000  # a photo
MOST_PAGES = 60  # a PDF
PAGES_SHOWN = 5  # images on one page for reading
LONGEST_NAME = 200
ID_IMAGE_KEPT = timedelta(days=30)  # after the check (domain 3.1, step 2): its result stays
ID_UNCHECKED_KEPT = timedelta(days=90)  # after it was added: nobody needs the image any more
TAKEN_BACK = "Filed here by mistake"  # the name that stays of what belongs to somebody else
ONE_READING = timedelta(minutes=10)  # pages that a clinician leafs through within it stand in the log once
ORPHAN_AGE = timedelta(hours=24)  # a younger file without a row may be of an upload that goes on

ENDINGS = {Made.PDF: ("pdf",), Made.JPEG: ("jpg", "jpeg", "jfif", "jpe"), Made.PNG: ("png",)}
SIGNATURES = {Made.PDF: b"%PDF-", Made.JPEG: b"\xff\xd8\xff", Made.PNG: b"\x89PNG\r\n\x1a\n"}
HEIC = re.compile(rb"....ftyp(heic|heix|hevc|mif1|msf1)", re.DOTALL)
# What turns the direction of text around, and what nobody sees.
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def made_of(data: bytes) -> Made | None:
    """Return what a file is made of by its first bytes; its name and what the browser says do not count."""
    return next((made for made, mark in SIGNATURES.items() if data.startswith(mark)), None)


def shown_name(given: str) -> str:
    """Return the name of a file as the person gave it: its last part, without what nobody sees, not too long."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(" " if unicodedata.category(each) in UNSEEN else each for each in last)
    plain = " ".join(unicodedata.normalize("NFC", seen).split()).strip(" .")
    if len(plain) <= LONGEST_NAME:
        return plain or "Document"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > len("jpeg"):
        return plain[:LONGEST_NAME].strip()
    return f"{stem[: LONGEST_NAME - len(ending) - 1].strip()}.{ending}"


def download_name(name: str, made: Made) -> str:
    """Return the name of a file that is saved on somebody's machine: it ends in what the file is made of."""
    plain = "".join("_" if each in '<>:"/\\|?*%' else each for each in shown_name(name))
    stem, _, ending = plain.rpartition(".")
    if not stem or ending.lower() not in ENDINGS[made]:
        plain, stem = f"{plain}.{ENDINGS[made][0]}", plain
    return f"_{plain}" if stem.split(".")[0].strip().lower() in DEVICES else plain


def size_text(size: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size // 1024, 1)} KB"
