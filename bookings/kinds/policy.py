"""Money and ways to meet, in words."""

from collections.abc import Sequence

from bookings.kinds.enums import Mode


def pounds(pence: int) -> str:
    """Return an amount in pence as people write it, like "£180" or "£62.50"."""
    whole, rest = divmod(pence, 100)
    return f"£{whole}.{rest:02}" if rest else f"£{whole}"


def modes_text(modes: Sequence[str]) -> str:
    """Return ways to meet in a few words, like "Video, phone or in person"."""
    *others, last = [Mode(mode).short for mode in modes]
    text = f"{', '.join(others)} or {last}" if others else last
    return text[0].upper() + text[1:]
