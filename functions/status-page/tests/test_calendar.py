"""Reading calendars: the parts of RFC 5545 that are understood, and odd input."""

from datetime import UTC, datetime, timedelta

import pytest

from agenda import select_agenda
from ical import Calendar, parse_calendar

START = "DTSTART:20261124T120000Z"


def calendar(*events: str) -> Calendar:
    body = "".join(f"BEGIN:VEVENT\n{lines}\nEND:VEVENT\n" for lines in events)
    return parse_calendar(
        f"BEGIN:VCALENDAR\n{body}END:VCALENDAR\n".replace("\n", "\r\n")
    )


def starts(found: Calendar, now: datetime) -> list[str]:
    agenda = select_agenda(found.events, now)
    return [f"{one.starts:%m-%d %H:%M}" for one in (*agenda.current, *agenda.upcoming)]


def test_folded_and_escaped_text() -> None:
    [event] = calendar(f"{START}\nSUMMARY:Disks\\, and more\n  disks\\nsoon").events
    assert event.title == "Disks, and more disks\nsoon"


def test_alarms_do_not_change_their_event() -> None:
    alarm = "BEGIN:VALARM\nDESCRIPTION:wake up\nDURATION:PT5M\nEND:VALARM"
    [event] = calendar(f"{START}\nDURATION:PT2H\n{alarm}\nSUMMARY:Disks").events
    assert (event.details, event.duration) == ("", timedelta(hours=2))


def test_weekly_event_keeps_its_local_time_when_clocks_change() -> None:
    # Berlin leaves summer time on 25 October 2026.
    rule = "RRULE:FREQ=WEEKLY;UNTIL=20261102"
    found = calendar(
        f"DTSTART;TZID=Europe/Berlin:20261019T220000\nDURATION:PT1H\n{rule}"
    )
    now = datetime(2026, 10, 19, 20, 30, tzinfo=UTC)
    assert starts(found, now) == ["10-19 20:00", "10-26 21:00", "11-02 21:00"]


def test_occurrences_that_were_moved_or_called_off() -> None:
    series = f"UID:a\n{START}\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20261125T120000Z"
    moved = "UID:a\nDTSTART:20261126T150000Z\nRECURRENCE-ID:20261126T120000Z"
    off = moved.replace("20261126", "20261127") + "\nSTATUS:CANCELLED"
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert starts(calendar(series, moved, off), now) == ["11-24 12:00", "11-26 15:00"]


def test_day_without_end_is_the_whole_day() -> None:
    found = calendar("DTSTART;VALUE=DATE:20261124\nCATEGORIES:Disks,INCIDENT")
    assert found.events[0].kind == "incident"
    assert starts(found, datetime(2026, 11, 24, 23, 59, tzinfo=UTC)) == ["11-24 00:00"]
    assert starts(found, datetime(2026, 11, 25, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("SUMMARY:no start", "no DTSTART"),
        ("DTSTART:soon", "is no time"),
        ("DTSTART:99991231T000000Z", "in the year 9999"),
        ("DTSTART;TZID=/etc/localtime:20261124T120000", "unknown time zone"),
        (f"{START}\nDTEND:20261124T110000Z", "not between"),
        (f"{START}\nDURATION:P1X", "DURATION is wrong"),
        (f"{START}\nRRULE:FREQ=SECONDLY", "not understood"),
        (f"{START}\nRRULE:FREQ=DAILY;INTERVAL=0", "not understood"),
        (f"{START}\nRRULE:FREQ=YEARLY;UNTIL=20269999", "UNTIL"),
        (f"{START}\nRRULE:COUNT=3", "no FREQ"),
    ],
)
def test_odd_event_is_left_out_and_the_others_stay(lines: str, fault: str) -> None:
    found = calendar(f"UID:odd\n{lines}", f"UID:good\n{START}")
    assert len(found.events) == 1
    assert len(found.faults) == 1
    assert found.faults[0].startswith("odd: ")
    assert fault in found.faults[0]


def test_a_web_page_is_not_a_calendar() -> None:
    with pytest.raises(ValueError, match="BEGIN:VCALENDAR"):
        parse_calendar("<html>Please sign in</html>")
