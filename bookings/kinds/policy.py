"""Money in words."""


def pounds(pence: int) -> str:
    """Return an amount in pence as people write it, like "£180" or "£62.50"."""
    whole, rest = divmod(pence, 100)
    return f"£{whole}.{rest:02}" if rest else f"£{whole}"
