"""Requests and responses, with a calendar that is served without a network."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from feed import LARGEST, CalendarFeed
from lambda_function import respond

EVENTS = Path(__file__).parent.parent / "events"
NAMES = sorted(path.name.split(".")[0] for path in EVENTS.glob("*.expect.json"))
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
URL = "https://calendar.example.org/team.ics?key=do-not-tell"
GOOD = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261124T113000Z\r\nDTEND:20261124T133000Z\r\n"
    b"SUMMARY:Slow answers\r\nLOCATION:Website\r\nCATEGORIES:incident\r\nEND:VEVENT\r\n"
    b"END:VCALENDAR\r\n"
)


class Server:
    """Stands in for requests.get: answers with `body`, or fails when it is None."""

    def __init__(self, body: bytes | None) -> None:
        self.body = body
        self.calls = 0

    def __call__(self, url: str, **options: Any) -> requests.Response:
        self.calls += 1
        assert options["timeout"]
        if self.body is None:
            raise requests.ConnectionError(f"no route to {url}")
        response = requests.Response()
        response.status_code = 200
        response.raw = io.BytesIO(self.body)
        return response


def ask(
    feed: CalendarFeed, event: dict[str, Any], now: datetime = NOW
) -> dict[str, Any]:
    return respond(event, {"CALENDAR_URL": URL, "TEAM": "Example"}, feed, now)


def test_calendar_is_fetched_once_a_minute() -> None:
    server = Server(GOOD)
    feed = CalendarFeed(server)
    assert "Slow answers" in ask(feed, {})["body"]
    ask(feed, {}, NOW + timedelta(seconds=59))
    assert server.calls == 1
    ask(feed, {}, NOW + timedelta(seconds=60))
    assert server.calls == 2


def test_last_good_copy_is_shown_when_the_feed_fails() -> None:
    server = Server(GOOD)
    feed = CalendarFeed(server)
    ask(feed, {})
    server.body = None
    response = ask(feed, {}, NOW + timedelta(minutes=5))
    assert response["statusCode"] == 200
    assert "The calendar as it was at 12:00 UTC." in response["body"]
    assert "Slow answers" in response["body"]


@pytest.mark.parametrize(
    "body",
    [None, b"<html>", b"BEGIN:VCALENDAR \xff", b"BEGIN:VCALENDAR" + b" " * LARGEST],
    ids=["no route", "a web page", "not UTF-8", "too large"],
)
def test_without_any_copy_the_answer_is_503(
    body: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    response = ask(CalendarFeed(Server(body)), {})
    assert response["statusCode"] == 503
    assert response["headers"]["cache-control"] == "no-store"
    assert "retry-after" in response["headers"]
    assert "do-not-tell" not in caplog.text + response["body"]


@pytest.mark.parametrize(
    "event", [{"httpMethod": "HEAD"}, {"requestContext": {"http": {"method": "HEAD"}}}]
)
def test_head_has_no_body(event: dict[str, Any]) -> None:
    response = ask(CalendarFeed(Server(GOOD)), event)
    assert (response["statusCode"], response["body"]) == (200, "")


@pytest.mark.parametrize("name", NAMES)
def test_sample_events_are_answered_as_expected(name: str) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    expected = json.loads((EVENTS / f"{name}.expect.json").read_text("utf-8"))
    response = respond(event, {}, CalendarFeed(), NOW)
    assert response["statusCode"] == expected["statusCode"]
    assert response["headers"].items() >= expected["headers"].items()
