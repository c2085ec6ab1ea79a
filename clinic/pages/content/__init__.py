"""The first text of the public pages. Once a page is in the database it is edited there, not here."""

from clinic.pages.content.facial_pain import FACIAL_PAIN
from clinic.pages.content.ms_pain import MS_PAIN

PAGES = (MS_PAIN, FACIAL_PAIN)
