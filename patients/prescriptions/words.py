"""Amounts in words, as a paper prescription has them beside the figures. Pure.

British English: "one hundred and five", "two thousand and thirty". Each decimal digit is said by itself, as a
pharmacist reads it: 22.05 is "twenty-two point zero five".
"""

from decimal import Decimal

from patients.treatment.enums import Unit
from patients.treatment.products import ONE

MOST = Decimal("9999.99")
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
SMALL = [*DIGITS, *TEENS]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
PLURAL = {Unit.ML: "millilitres", Unit.G: "grams"}
SINGULAR = {Unit.ML: "millilitre", Unit.G: "gram"} | ONE


def number_in_words(value: Decimal) -> str:
    """Return ``value`` in words, like "thirty" or "two point five". Trailing zeros are not said.

    Raises ValueError below 0, above 9,999.99, or with more than 2 decimals.
    """
    if not value.is_finite() or not 0 <= value <= MOST or value != value.quantize(Decimal("0.01")):
        raise ValueError(f"No words for {value}")
    whole, _, decimals = f"{value.normalize():f}".partition(".")
    said = _whole(int(whole))
    return f"{said} point {' '.join(DIGITS[int(digit)] for digit in decimals)}" if decimals else said


def quantity_in_words(quantity: Decimal, unit: str) -> str:
    """Return an amount in words with its unit written out, like "thirty millilitres" or "one capsule"."""
    names = SINGULAR if quantity == 1 else PLURAL
    return f"{number_in_words(quantity)} {names.get(Unit(unit), Unit(unit).label)}"


def _whole(number: int) -> str:
    if number < len(SMALL):
        return SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return TENS[tens - 2] + (f"-{SMALL[ones]}" if ones else "")
    size, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    most, rest = divmod(number, size)
    said = f"{_whole(most)} {name}"
    if not rest:
        return said
    return f"{said} and {_whole(rest)}" if rest < 100 else f"{said} {_whole(rest)}"
