"""Orders: checked when read, normalised when written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from orders_model.money import (
    InvalidOrder,
    parse_amount,
    parse_currency,
    quote,
    round_amount,
)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
MOST_LINES = 1000
MOST_QUANTITY = 1_000_000
# Away from both ends of what datetime can hold, so that any zone can show the time.
YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Line:
    """One article of an order; `total` is rounded to the currency's smallest unit."""

    sku: str
    quantity: int
    unit_price: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """An order that is in itself right; `placed_at` is in UTC."""

    id: str
    customer: str
    placed_at: datetime
    currency: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the rounded lines, as the invoice shows it."""
        return sum((line.total for line in self.lines), Decimal(0))


def parse_order(value: object) -> Order:
    """Make an order of a decoded JSON object. Raises InvalidOrder."""
    if not isinstance(value, Mapping):
        raise InvalidOrder(f"an order must be an object, not {quote(value)}")
    currency = parse_currency("currency", value.get("currency"))
    lines = value.get("lines")
    if not isinstance(lines, list) or not 1 <= len(lines) <= MOST_LINES:
        raise InvalidOrder(f"lines must be a list of 1 to {MOST_LINES} articles")
    order = Order(
        id=parse_name("id", value.get("id")),
        customer=parse_name("customer", value.get("customer")),
        placed_at=parse_time("placedAt", value.get("placedAt")),
        currency=currency,
        lines=tuple(
            parse_line(f"lines[{position}]", line, currency)
            for position, line in enumerate(lines)
        ),
    )
    # Who sends a total wants to know if the two sides do not count alike.
    if value.get("total") is not None:
        stated = parse_amount("total", value["total"])
        if stated != order.total:
            raise InvalidOrder(
                f"total is {stated}, but the lines add up to {order.total}"
            )
    return order


def parse_line(name: str, value: object, currency: str) -> Line:
    """Make one line. Raises InvalidOrder."""
    if not isinstance(value, Mapping):
        raise InvalidOrder(f"{name} must be an object, not {quote(value)}")
    quantity = value.get("quantity")
    if isinstance(quantity, str) and re.fullmatch(r"[0-9]{1,7}", quantity.strip()):
        quantity = int(quantity)
    if type(quantity) is not int or not 1 <= quantity <= MOST_QUANTITY:
        raise InvalidOrder(
            f"{name}.quantity must be a whole number from 1 to {MOST_QUANTITY}, "
            f"not {quote(value.get('quantity'))}"
        )
    price = parse_amount(f"{name}.unitPrice", value.get("unitPrice"))
    return Line(
        sku=parse_name(f"{name}.sku", value.get("sku")),
        quantity=quantity,
        unit_price=price,
        total=round_amount(price * quantity, currency),
    )


def parse_name(name: str, value: object) -> str:
    """Read an identifier: of an order, a customer, an article. Raises InvalidOrder."""
    text = value.strip() if isinstance(value, str) else ""
    if not NAME.fullmatch(text):
        raise InvalidOrder(
            f"{name} must be 1 to 64 letters, digits or any of ._/-, not {quote(value)}"
        )
    return text


def parse_time(name: str, value: object) -> datetime:
    """Read an RFC 3339 time into UTC, in whole seconds. Raises InvalidOrder.

    One without an offset is refused: it could be any of 26 hours.
    """
    try:
        time = datetime.fromisoformat(value.strip() if isinstance(value, str) else "")
    except ValueError:
        time = None
    if time is None or time.tzinfo is None or time.year not in YEARS:
        raise InvalidOrder(
            f'{name} must be a time such as "2026-11-24T12:00:00+01:00", '
            f"not {quote(value)}"
        )
    return time.astimezone(UTC).replace(microsecond=0)


def order_as_json(order: Order) -> dict[str, object]:
    """Write an order in its one normal form: what parse_order reads back unchanged."""
    return {
        "id": order.id,
        "customer": order.customer,
        "placedAt": order.placed_at.isoformat(timespec="seconds").replace(
            "+00:00", "Z"
        ),
        "currency": order.currency,
        "lines": [
            {
                "sku": line.sku,
                "quantity": line.quantity,
                "unitPrice": f"{line.unit_price:f}",
                "total": f"{line.total:f}",
            }
            for line in order.lines
        ],
        "total": f"{order.total:f}",
    }
