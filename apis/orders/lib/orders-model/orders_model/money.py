"""Amounts of money, in decimal: 0.1 + 0.2 is 0.3 here."""

import re
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

# Digits after the point of each currency that is taken, as ISO 4217 lists them.
MINOR_DIGITS = {
    "AUD": 2,
    "CAD": 2,
    "CHF": 2,
    "DKK": 2,
    "EUR": 2,
    "GBP": 2,
    "JPY": 0,
    "KWD": 3,
    "NOK": 2,
    "PLN": 2,
    "SEK": 2,
    "USD": 2,
}

# Narrower than what Decimal reads: no exponents, no NaN, no digits of other scripts.
AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


class InvalidOrder(ValueError):
    """An order cannot be taken; the text is a sentence for who sent it."""


def parse_amount(name: str, value: object) -> Decimal:
    """Read an amount from text or a whole number. Raises InvalidOrder.

    A float is refused: what its sender wrote cannot be told from it any more.
    """
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not AMOUNT.fullmatch(text.strip()):
        raise InvalidOrder(
            f'{name} must be an amount such as "12.50", not {quote(value)}'
        )
    return Decimal(text.strip())


def parse_currency(name: str, value: object) -> str:
    """Read a currency's code, in any case. Raises InvalidOrder."""
    code = value.strip().upper() if isinstance(value, str) else ""
    if code not in MINOR_DIGITS:
        raise InvalidOrder(
            f"{name} must be one of {', '.join(MINOR_DIGITS)}, not {quote(value)}"
        )
    return code


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Round to the smallest unit, halves to even, so that errors even out."""
    with localcontext(prec=60):
        return amount.quantize(
            Decimal(1).scaleb(-MINOR_DIGITS[currency]), ROUND_HALF_EVEN
        )


def quote(value: object) -> str:
    """Show what was sent, but never all of something large."""
    text = (
        repr(value)
        if isinstance(value, (str, int, float, bool))
        else type(value).__name__
    )
    return text if len(text) <= 40 else f"{text[:40]}…"
