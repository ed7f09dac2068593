"""Fetch the calendar, and remember the last good copy of it."""

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from ical import Calendar, parse_calendar

LOGGER = logging.getLogger(__name__)

SAMPLE = Path(__file__).with_name("sample.ics")
FRESH_FOR = timedelta(seconds=60)
# To connect, and between two pieces of the answer; in seconds.
PATIENCE = (3.05, 8)
LARGEST = 2_000_000


class FeedUnavailable(Exception):
    """No calendar could be read now, and none was read before."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A calendar, and what visitors should know about where it comes from."""

    calendar: Calendar
    notice: str = ""


class CalendarFeed:
    """The calendar behind a URL, with one good copy kept between invocations."""

    def __init__(self, get: Callable[..., Any] = requests.get) -> None:
        """Take the function that sends GET requests, so that tests need no network."""
        self._get = get
        self._copy: tuple[str, datetime, Calendar] | None = None

    def read(self, url: str, now: datetime) -> Reading:
        """Return the calendar; without a URL, the sample. Raises FeedUnavailable."""
        if not url:
            sample = parse_calendar(SAMPLE.read_text(encoding="utf-8"))
            return Reading(sample, "This is sample data: CALENDAR_URL is not set.")
        kept = self._copy if self._copy and self._copy[0] == url else None
        if kept and now - kept[1] < FRESH_FOR:
            return Reading(kept[2])
        try:
            calendar = parse_calendar(self._fetch(url))
        except (requests.RequestException, ValueError) as error:
            # The name of the error only: a private feed's URL is as good as a password.
            fault = type(error).__name__
            if kept is None:
                raise FeedUnavailable(
                    f"the calendar could not be read: {fault}"
                ) from None
            LOGGER.warning("the calendar could not be read again: %s", fault)
            return Reading(kept[2], f"The calendar as it was at {kept[1]:%H:%M} UTC.")
        for fault in calendar.faults:
            LOGGER.warning("left out %s", fault)
        self._copy = (url, now, calendar)
        return Reading(calendar)

    def _fetch(self, url: str) -> str:
        with closing(self._get(url, timeout=PATIENCE, stream=True)) as response:
            response.raise_for_status()
            body = bytearray()
            for piece in response.iter_content(65_536):
                body += piece
                if len(body) > LARGEST:
                    raise ValueError(f"the calendar is larger than {LARGEST} bytes")
        return body.decode("utf-8")
