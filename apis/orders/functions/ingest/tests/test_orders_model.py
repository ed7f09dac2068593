"""The rules of the shared code: orders that are refused, and how money is rounded."""

from decimal import Decimal
from typing import Any

import pytest
from orders_model import (
    InvalidOrder,
    order_as_json,
    parse_amount,
    parse_order,
    round_amount,
)


def order(**change: Any) -> dict[str, Any]:
    return {
        "id": "A-1",
        "customer": "acme",
        "placedAt": "2026-11-24T12:00:00Z",
        "currency": "EUR",
        "lines": [{"sku": "tea", "quantity": 2, "unitPrice": "0.005"}],
        **change,
    }


def line(**change: Any) -> dict[str, Any]:
    return order(lines=[{"sku": "tea", "quantity": 1, "unitPrice": "1", **change}])


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.125", "EUR", "0.12"),
        ("0.135", "EUR", "0.14"),
        ("-0.125", "EUR", "-0.12"),
        ("2.5", "JPY", "2"),
        ("1.0005", "KWD", "1.000"),
        ("999999999999.999999", "EUR", "1000000000000.00"),
    ],
)
def test_halves_are_rounded_to_even(amount: str, currency: str, rounded: str) -> None:
    assert f"{round_amount(Decimal(amount), currency):f}" == rounded


@pytest.mark.parametrize(
    "value", [1.5, True, None, "", "1e9", "NaN", "1_0", "١", ".5", "1,50"]
)
def test_only_plain_decimals_are_amounts(value: object) -> None:
    with pytest.raises(InvalidOrder, match="unitPrice"):
        parse_amount("unitPrice", value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (order(id=""), "id must be"),
        (order(id="x" * 65), "id must be"),
        (order(customer="=cmd()"), "customer must be"),
        (order(placedAt="2026-11-24"), "placedAt must be"),
        (order(placedAt="2026-11-24T12:00:00"), "placedAt must be"),
        (order(placedAt="9999-12-31T23:59:59-10:00"), "placedAt must be"),
        (order(currency="XXX"), "currency must be"),
        (order(lines=[]), "lines must be"),
        (order(lines=["tea"]), r"lines\[0\] must be"),
        (order(total="0.02"), "total is 0.02, but the lines add up to 0.01"),
        (line(quantity=0), r"lines\[0\].quantity must be"),
        (line(quantity=1.5), r"lines\[0\].quantity must be"),
        (line(quantity=True), r"lines\[0\].quantity must be"),
        (line(unitPrice=1.5), r"lines\[0\].unitPrice must be"),
        (line(sku=None), r"lines\[0\].sku must be"),
        (None, "an order must be an object"),
    ],
)
def test_wrong_order_says_what_is_wrong(value: object, message: str) -> None:
    with pytest.raises(InvalidOrder, match=message):
        parse_order(value)


def test_normal_form_is_read_back_unchanged() -> None:
    first = parse_order(order(total="0.01", placedAt="2026-11-24T12:00:00.9+05:30"))
    assert parse_order(order_as_json(first)) == first
    assert order_as_json(parse_order(order_as_json(first))) == order_as_json(first)
