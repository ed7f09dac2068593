"""Read the event: batches as `orders/ingest` makes them, and a time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orders_model import InvalidOrder, Order, parse_order


class InvalidReportRequest(ValueError):
    """The event cannot be reported on; the text says what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Orders, each of them once, and the zone whose days are meant."""

    orders: tuple[Order, ...]
    zone: ZoneInfo


def parse_request(event: Mapping[str, Any]) -> ReportRequest:
    """Read and check an event. Raises InvalidReportRequest."""
    batches = event.get("batches")
    if not isinstance(batches, list):
        raise InvalidReportRequest(
            "batches must be a list of what orders/ingest returns"
        )
    orders: dict[str, Order] = {}
    for number, batch in enumerate(batches):
        listed = batch.get("orders") if isinstance(batch, Mapping) else None
        if not isinstance(listed, list):
            raise InvalidReportRequest(f"batches[{number}] has no list of orders")
        for position, value in enumerate(listed):
            place = f"batches[{number}].orders[{position}]"
            try:
                order = parse_order(value)
            except InvalidOrder as error:
                raise InvalidReportRequest(f"{place}: {error}") from None
            # Batches overlap when a sender tries again; money must not count twice.
            if orders.setdefault(order.id, order) != order:
                raise InvalidReportRequest(
                    f"{place}: order {order.id} has two contents"
                )
    return ReportRequest(
        tuple(orders.values()), parse_zone(event.get("timeZone", "UTC"))
    )


def parse_zone(value: object) -> ZoneInfo:
    """Find a time zone by its IANA name. Raises InvalidReportRequest."""
    try:
        return ZoneInfo(value if isinstance(value, str) else "")
    # ValueError for names such as "../x", OSError for those of a folder ("Europe").
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidReportRequest(
            f'timeZone must be a name such as "Europe/Berlin", not {str(value)[:60]!r}'
        ) from None
