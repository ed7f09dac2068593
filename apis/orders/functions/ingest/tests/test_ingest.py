"""Requests with orders, as senders make them, and what they get back."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from lambda_function import lambda_handler

EVENTS = Path(__file__).parent.parent / "events"
NAMES = sorted(path.name.split(".")[0] for path in EVENTS.glob("*.expect.json"))
ORDER = {
    "id": "A-1",
    "customer": "acme",
    "placedAt": "2026-11-24T00:30:00+01:00",
    "currency": "eur",
    "lines": [{"sku": "tea", "quantity": 3, "unitPrice": "1.10"}],
}
HEADER = "id,customer,placedAt,currency,sku,quantity,unitPrice"


def post(body: str, kind: str = "application/x-ndjson", **more: Any) -> tuple[int, Any]:
    event = {
        "httpMethod": "POST",
        "headers": {"Content-Type": kind},
        "body": body,
        **more,
    }
    response = lambda_handler(event, None)
    return response["statusCode"], json.loads(response["body"])


def post_orders(*orders: object) -> tuple[int, Any]:
    return post("\n".join(json.dumps(order) for order in orders))


def test_order_is_normalised() -> None:
    status, batch = post_orders(ORDER)
    assert status == 200
    assert batch["orders"] == [
        {
            "id": "A-1",
            "customer": "acme",
            "placedAt": "2026-11-23T23:30:00Z",
            "currency": "EUR",
            "lines": [
                {"sku": "tea", "quantity": 3, "unitPrice": "1.10", "total": "3.30"}
            ],
            "total": "3.30",
        }
    ]


def test_csv_and_json_lines_make_the_same_batch() -> None:
    second = {"sku": "milk", "quantity": 1, "unitPrice": "0.995"}
    _, from_json = post_orders({**ORDER, "lines": [*ORDER["lines"], second]})
    rows = [
        "A-1,acme,2026-11-24T00:30:00+01:00,eur,tea,3,1.10",
        'A-1,acme,2026-11-24T00:30:00+01:00,eur,"milk",1,0.995',
    ]
    _, from_csv = post(
        "\r\n".join([f"\ufeff{HEADER}", *rows, ""]), "text/csv; charset=utf-8"
    )
    assert from_csv == from_json
    assert from_csv["orders"][0]["total"] == "4.30"


def test_wrong_orders_do_not_hold_up_the_others() -> None:
    status, batch = post(f"{json.dumps(ORDER)}\n\n{{broken\n[]\n")
    assert (status, batch["accepted"]) == (200, 1)
    assert [(one["row"], one["message"]) for one in batch["rejected"]] == [
        (3, "the line is not JSON"),
        (4, "an order must be an object, not list"),
    ]


def test_nothing_acceptable_is_422() -> None:
    status, batch = post("[" * 100_000)
    assert (status, batch["accepted"], len(batch["rejected"])) == (422, 0, 1)


def test_faulty_row_of_a_table_rejects_its_whole_order() -> None:
    good = "B-2,acme,2026-11-24T12:00:00Z,EUR,tea,1,1"
    rows = [
        HEADER,
        good,
        "A-1,acme,2026-11-24T12:00:00Z,EUR,tea,1,1",
        "A-1,acme,2026",
        good,
    ]
    status, batch = post("\n".join([*rows, good.replace("acme", "other")]), "text/csv")
    assert status == 422
    assert [one["row"] for one in batch["rejected"]] == [6, 4]


def test_order_sent_twice_is_taken_once_unless_it_differs() -> None:
    _, once = post_orders(ORDER)
    assert post_orders(ORDER, ORDER) == (200, once)
    _, batch = post_orders(ORDER, {**ORDER, "customer": "other"})
    assert batch["orders"] == once["orders"]
    assert batch["rejected"][0]["row"] == 2


def test_batch_is_named_by_its_orders_not_by_their_sequence() -> None:
    other = {**ORDER, "id": "A-2"}
    assert post_orders(ORDER, other) == post_orders(other, ORDER)


def test_base64_body_of_payload_format_2() -> None:
    event = {
        "version": "2.0",
        "requestContext": {"http": {"method": "POST"}},
        "headers": {"content-type": "application/json"},
        "body": base64.b64encode(json.dumps(ORDER).encode()).decode(),
        "isBase64Encoded": True,
    }
    assert lambda_handler(event, None)["statusCode"] == 200


@pytest.mark.parametrize(
    ("status", "body", "kind", "more"),
    [
        (400, "", "text/csv", {}),
        (400, "\n \n", "application/json", {}),
        (400, "id,customer\n1,2", "text/csv", {}),
        (400, f'{HEADER}\n"open', "text/csv", {}),
        (400, "%", "text/csv", {"isBase64Encoded": True}),
        (400, "/w==", "text/csv", {"isBase64Encoded": True}),
        (400, "{}", "application/json", {"httpMethod": None}),
        (405, "{}", "application/json", {"httpMethod": "PUT"}),
        (413, "{}\n" * 10_001, "application/json", {}),
        (415, "<order/>", "application/xml", {}),
        (415, "{}", "", {"headers": None}),
    ],
    ids=str,
)
def test_requests_that_are_refused(
    status: int, body: str, kind: str, more: dict[str, Any]
) -> None:
    answered, document = post(body, kind, **more)
    assert answered == status
    assert document["message"]


@pytest.mark.parametrize("name", NAMES)
def test_sample_events_are_answered_as_expected(name: str) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    expected = json.loads((EVENTS / f"{name}.expect.json").read_text("utf-8"))
    response = lambda_handler(event, None)
    assert response["headers"].items() >= expected.get("headers", {}).items()
    assert response["statusCode"] == expected["statusCode"]
    assert response["body"] == expected.get("body", response["body"])
