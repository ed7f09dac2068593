"""Choose what the page shows: what goes on now, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ical import CalendarEvent
from recurrence import list_occurrences

HORIZON = timedelta(days=30)
MOST_UPCOMING = 20


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an event takes place, in UTC."""

    event: CalendarEvent
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Agenda:
    """The occurrences to show, each list by time of start."""

    current: tuple[Occurrence, ...]
    upcoming: tuple[Occurrence, ...]


def select_agenda(events: Iterable[CalendarEvent], now: datetime) -> Agenda:
    """Divide the occurrences of the next 30 days into current and upcoming ones."""
    occurrences = sorted(
        (
            Occurrence(event, starts, ends)
            for event in events
            for starts, ends in list_occurrences(
                event.starts,
                event.duration,
                event.rule,
                event.skipped,
                (now, now + HORIZON),
            )
        ),
        key=lambda one: (one.starts, one.ends, one.event.title),
    )
    return Agenda(
        current=tuple(one for one in occurrences if one.starts <= now < one.ends),
        upcoming=tuple(one for one in occurrences if one.starts > now)[:MOST_UPCOMING],
    )


def state_of_service(service: str, agenda: Agenda) -> str:
    """Tell the worst thing that is going on: incident, maintenance, or operational."""
    kinds = {
        one.event.kind
        for one in agenda.current
        if one.event.service.casefold() == service.casefold()
    }
    return next(
        (kind for kind in ("incident", "maintenance") if kind in kinds), "operational"
    )
