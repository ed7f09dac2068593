"""Make a batch of records: what was accepted in normal form, what was not and why."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from orders_model import InvalidOrder, Order, order_as_json, parse_order

from records import Record


def make_batch(records: Iterable[Record]) -> dict[str, Any]:
    """Check each record. The batch's name follows from its orders.

    The same orders sent twice, in whatever order and format, make a batch of the same
    name: who stores it can tell that it is there already.
    """
    accepted: dict[str, Order] = {}
    rejected: list[dict[str, Any]] = []
    for record in records:
        fault = record.fault
        if fault is None:
            try:
                order = parse_order(record.value)
            except InvalidOrder as error:
                fault = str(error)
            else:
                # An order that is sent again in the same words is no fault.
                if accepted.setdefault(order.id, order) != order:
                    fault = f"order {order.id} was already there, with other contents"
        if fault is not None:
            rejected.append({"row": record.row, "message": fault})
    orders = [order_as_json(accepted[name]) for name in sorted(accepted)]
    content = json.dumps(orders, sort_keys=True).encode()
    return {
        "batch": hashlib.sha256(content).hexdigest()[:16],
        "accepted": len(orders),
        "rejected": rejected,
        "orders": orders,
    }
