"""What Amina, who is invented, has added: a letter of two pages, and a card that is nobody's."""

from datetime import datetime
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from patients.documents import actions
from patients.documents.enums import Kind
from patients.profile.models import Patient

PAPER, CARD = (1240, 1754), (1000, 630)  # pixels: A4 at 150 dots an inch, and a card
LETTER = (
    "Exampleton Hospital (invented)\n\nDear colleague,\n\nThank you for asking me to see Amina Example,\n"
    "born 14 May 1979, for the demonstration.\n\nShe has stiff legs, mostly at night. The scan of\n"
    "June is described on the next page.",
    "Scan of June (invented)\n\nNothing in this letter is about a real person.",
)


def add(patient: Patient, at: datetime) -> None:
    """Add both as ``patient`` at ``at``."""
    first, *others = [_sheet(words, PAPER) for words in LETTER]
    letter, card = BytesIO(), BytesIO()
    first.save(letter, "PDF", resolution=150, save_all=True, append_images=others)
    _sheet("DRIVING LICENCE (invented)\n\nEXAMPLE\nAMINA\n14.05.1979", CARD).save(card, "PNG")
    for kind, name, file in (
        (Kind.LETTER, "Letter from Exampleton Hospital.pdf", letter),
        (Kind.PHOTO_ID, "My driving licence.png", card),
    ):
        actions.add(patient, kind, name, file.getvalue(), by=patient.user, at=at)


def _sheet(words: str, size: tuple[int, int]) -> Image.Image:
    sheet = Image.new("L", size, "white")
    ImageDraw.Draw(sheet).multiline_text((90, 90), words, fill="black", font=ImageFont.load_default(36), spacing=18)
    return sheet
