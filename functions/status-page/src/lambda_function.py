"""Answer HTTP events with the status page of a team's services."""

import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# Lambda imports this file as a top-level module, the tests beside it as part of a
# package. Absolute imports of the neighbours are right in both cases, because the
# folder is on sys.path in both.
from agenda import select_agenda
from feed import CalendarFeed, FeedUnavailable
from ical import find_zone
from render import render_page, render_unavailable

LOGGER = logging.getLogger()
LOGGER.setLevel(os.environ.get("LOG_LEVEL", "INFO"))

# One per execution environment: a warm one asks for the calendar once a minute.
FEED = CalendarFeed()

MAX_AGE_SECONDS = 60

SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one request; any path is the page, so it can be mounted anywhere."""
    return respond(event, os.environ, FEED, datetime.now(UTC))


def respond(
    event: Mapping[str, Any],
    environment: Mapping[str, str],
    feed: CalendarFeed,
    now: datetime,
) -> dict[str, Any]:
    """Build the response to `event` from everything that it depends on."""
    method = read_method(event)
    if method not in ("GET", "HEAD"):
        return reply(405, "text/plain", "method not allowed\n", {"allow": "GET, HEAD"})

    team = environment.get("TEAM", "").strip() or "Our team"
    zone = find_zone(environment.get("TIME_ZONE", "").strip() or "UTC") or UTC
    services = [
        name
        for part in environment.get("SERVICES", "").split(",")
        if (name := part.strip())
    ]
    try:
        reading = feed.read(environment.get("CALENDAR_URL", "").strip(), now)
    except FeedUnavailable as error:
        LOGGER.warning("%s", error)
        page, status = render_unavailable(team), 503
        extra = {"cache-control": "no-store", "retry-after": str(MAX_AGE_SECONDS)}
    else:
        LOGGER.info("calendar has %d events", len(reading.calendar.events))
        agenda = select_agenda(reading.calendar.events, now)
        page, status = (
            render_page(agenda, team, services, zone, now, reading.notice),
            200,
        )
        extra = {"cache-control": f"public, max-age={MAX_AGE_SECONDS}"}
    return reply(status, "text/html", "" if method == "HEAD" else page, extra)


def read_method(event: Mapping[str, Any]) -> str:
    """Find the HTTP method in payload format 2.0 or 1.0; any other event is a GET."""
    http = (event.get("requestContext") or {}).get("http") or {}
    return str(http.get("method") or event.get("httpMethod") or "GET").upper()


def reply(
    status: int, kind: str, body: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    """Make a response that function URLs and both kinds of API Gateway understand."""
    return {
        "statusCode": status,
        "headers": {
            "content-type": f"{kind}; charset=utf-8",
            **SECURITY_HEADERS,
            **headers,
        },
        "body": body,
        "isBase64Encoded": False,
    }
