"""Sum up orders by day, customer and currency."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from orders_model import Order


@dataclass(frozen=True, slots=True)
class Row:
    """What one customer ordered on one day, in one currency."""

    day: date
    customer: str
    currency: str
    orders: int
    articles: int
    total: Decimal


def sum_up(orders: Iterable[Order], zone: ZoneInfo) -> list[Row]:
    """Make the rows, by day, customer and currency; amounts of currencies never mix."""
    groups: defaultdict[tuple[date, str, str], list[Order]] = defaultdict(list)
    for order in orders:
        # A day is a day in the zone of the report: half past midnight in Berlin is
        # still yesterday in UTC.
        day = order.placed_at.astimezone(zone).date()
        groups[day, order.customer, order.currency].append(order)
    return [
        Row(
            day=day,
            customer=customer,
            currency=currency,
            orders=len(group),
            articles=sum(line.quantity for order in group for line in order.lines),
            total=sum((order.total for order in group), Decimal(0)),
        )
        for (day, customer, currency), group in sorted(
            groups.items(), key=lambda item: item[0]
        )
    ]
