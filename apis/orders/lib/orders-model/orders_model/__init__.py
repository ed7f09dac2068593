"""What an order is, and how its money is counted."""

from orders_model.money import InvalidOrder, parse_amount, round_amount
from orders_model.order import Line, Order, order_as_json, parse_order

__all__ = [
    "InvalidOrder",
    "Line",
    "Order",
    "order_as_json",
    "parse_amount",
    "parse_order",
    "round_amount",
]
