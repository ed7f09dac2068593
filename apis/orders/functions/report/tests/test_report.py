"""Reports of known orders, and events that cannot be reported on."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from lambda_function import lambda_handler
from report_request import InvalidReportRequest

EVENTS = Path(__file__).parent.parent / "events"
NAMES = sorted(path.name.split(".")[0] for path in EVENTS.glob("*.expect.json"))
NUMBERS = count(1)


def order(price: str = "1.10", **change: Any) -> dict[str, Any]:
    return {
        "id": f"A-{next(NUMBERS)}",
        "customer": "acme",
        "placedAt": "2026-11-24T12:00:00Z",
        "currency": "EUR",
        "lines": [{"sku": "tea", "quantity": 2, "unitPrice": price}],
        **change,
    }


def report(*orders: object, **options: Any) -> dict[str, Any]:
    return lambda_handler({"batches": [{"orders": list(orders)}], **options}, None)


def rows(*orders: object, **options: Any) -> list[str]:
    return report(*orders, **options)["csv"].split("\r\n")[1:-1]


def test_sums_are_exact() -> None:
    # In binary floats, a hundred times 0.1 is 9.99999999999998.
    found = rows(*(order("0.05") for _ in range(100)))
    assert found == ["2026-11-24,acme,EUR,100,200,10.00"]


def test_rows_are_by_day_then_customer_and_currencies_do_not_mix() -> None:
    found = rows(
        order(customer="globex"),
        order(currency="JPY", lines=[{"sku": "tea", "quantity": 1, "unitPrice": 150}]),
        order(),
        order(placedAt="2026-11-23T12:00:00Z", customer="zeta"),
    )
    assert found == [
        "2026-11-23,zeta,EUR,1,2,2.20",
        "2026-11-24,acme,EUR,1,2,2.20",
        "2026-11-24,acme,JPY,1,1,150",
        "2026-11-24,globex,EUR,1,2,2.20",
    ]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", "2026-11-23"),
        ("Europe/Berlin", "2026-11-24"),
        ("America/New_York", "2026-11-23"),
    ],
)
def test_day_is_that_of_the_time_zone(zone: str, day: str) -> None:
    assert report(order(placedAt="2026-11-23T23:30:00Z"), timeZone=zone)["days"] == [
        day
    ]


def test_order_in_two_batches_counts_once() -> None:
    same = order()
    reply = lambda_handler({"batches": [{"orders": [same]}, {"orders": [same]}]}, None)
    assert (reply["orders"], reply["rows"]) == (1, 1)


def test_no_orders_make_a_table_of_one_line() -> None:
    assert lambda_handler({"batches": []}, None) == {
        "orders": 0,
        "rows": 0,
        "days": [],
        "csv": "day,customer,currency,orders,articles,total\r\n",
    }


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({}, "batches must be"),
        ({"batches": ["x"]}, r"batches\[0\] has no list"),
        (
            {"batches": [{"orders": [{}]}]},
            r"batches\[0\].orders\[0\]: currency must be",
        ),
        (
            {"batches": [{"orders": [order(id="B-1"), order(id="B-1", customer="b")]}]},
            r"batches\[0\].orders\[1\]: order B-1 has two contents",
        ),
        ({"batches": [], "timeZone": "Mars/Olympus"}, "timeZone must be"),
        ({"batches": [], "timeZone": "../../etc/passwd"}, "timeZone must be"),
        ({"batches": [], "timeZone": "Europe"}, "timeZone must be"),
        ({"batches": [], "timeZone": ""}, "timeZone must be"),
        ({"batches": [], "timeZone": 3}, "timeZone must be"),
        ({"batches": [], "timeZone": "a\0b"}, "timeZone must be"),
    ],
)
def test_faulty_event_raises_and_says_where(
    event: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidReportRequest, match=message):
        lambda_handler(event, None)


@pytest.mark.parametrize("name", NAMES)
def test_sample_events_are_answered_as_expected(name: str) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    expected = json.loads((EVENTS / f"{name}.expect.json").read_text("utf-8"))
    assert lambda_handler(event, None).items() >= expected.items()
