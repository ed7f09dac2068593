"""Read the part of iCalendar (RFC 5545) that calendars of operations teams use.

An event that cannot be understood is left out and reported, never fatal: one odd
entry must not take the status page down.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo

from dateutil.parser import isoparse
from dateutil.zoneinfo import get_zonefile_instance

from recurrence import parse_rule

# name *(";" parameter) ":" value; a quoted parameter may hold ":" and ";" (§3.1).
CONTENT_LINE = re.compile(
    r'(?P<name>[\w-]+)(?P<parameters>(?:;[\w-]+=(?:"[^"]*"|[^";:]*))*):(?P<value>.*)',
    re.ASCII | re.DOTALL,
)
PARAMETER = re.compile(
    r';(?P<name>[\w-]+)=(?:"(?P<quoted>[^"]*)"|(?P<plain>[^";:]*))', re.ASCII
)
DURATION = re.compile(
    r"\+?P(?=\w)(?:(?P<weeks>\d{1,3})W)?(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,5})M)?(?:(?P<seconds>\d{1,6})S)?)?",
    re.ASCII,
)

# Outside of these, arithmetic with dates could leave what datetime can hold.
YEARS = range(1970, 2200)
LONGEST = timedelta(days=366)

KINDS = ("incident", "maintenance")


@dataclass(frozen=True, slots=True)
class Property:
    """One content line, its name and its parameters' names in upper case."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One VEVENT. `starts` is in its own zone: it repeats by the clocks there."""

    title: str
    service: str
    kind: str
    details: str
    starts: datetime
    duration: timedelta
    rule: str | None = None
    skipped: frozenset[datetime] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a calendar holds, and why some of its events were left out."""

    events: tuple[CalendarEvent, ...]
    faults: tuple[str, ...]


def find_zone(name: str) -> tzinfo | None:
    """Look a time zone up in dateutil's own data: the same on every machine."""
    return UTC if name == "UTC" else get_zonefile_instance().get(name)


def parse_calendar(text: str) -> Calendar:
    """Parse a whole calendar. Raises ValueError if the text is not one."""
    if not text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR"):
        raise ValueError("the text does not begin with BEGIN:VCALENDAR")
    events: list[tuple[str, CalendarEvent]] = []
    moved: defaultdict[str, set[datetime]] = defaultdict(set)
    faults: list[str] = []
    for properties in split_events(text):
        single = {entry.name: entry for entry in properties}
        uid = single["UID"].value if "UID" in single else ""
        try:
            event = parse_event(single, properties)
            # One occurrence that was moved or called off comes as an event of its own,
            # which names the occurrence that it stands for (§3.8.4.4).
            if "RECURRENCE-ID" in single:
                moved[uid].add(parse_time(single["RECURRENCE-ID"]))
        except ValueError as error:
            faults.append(f"{uid or 'an event without UID'}: {error}")
            continue
        if "STATUS" in single and single["STATUS"].value.upper() == "CANCELLED":
            continue
        events.append((uid, event))
    return Calendar(
        tuple(
            replace(event, skipped=event.skipped | moved[uid]) if event.rule else event
            for uid, event in events
        ),
        tuple(faults),
    )


def split_events(text: str) -> Iterator[list[Property]]:
    """Yield the properties of each VEVENT, without those of alarms inside of it."""
    inside: list[str] = []
    properties: list[Property] = []
    # A line that starts with white space continues the one before it (§3.1).
    for line in re.split(r"\r?\n", re.sub(r"\r?\n[ \t]", "", text)):
        match = CONTENT_LINE.fullmatch(line)
        if match is None:
            continue
        name, value = match["name"].upper(), match["value"]
        if name == "BEGIN":
            inside.append(value.upper())
            if inside[-1] == "VEVENT":
                properties = []
        elif name == "END":
            if inside and inside.pop() == "VEVENT":
                yield properties
        elif inside and inside[-1] == "VEVENT":
            parameters = {
                part["name"].upper(): part["quoted"] or part["plain"] or ""
                for part in PARAMETER.finditer(match["parameters"])
            }
            properties.append(Property(name, parameters, value))


def parse_event(
    single: dict[str, Property], properties: list[Property]
) -> CalendarEvent:
    """Make an event of its properties. Raises ValueError if its times are wrong."""

    def text_of(name: str) -> str:
        return unescape_text(single[name].value).strip() if name in single else ""

    if "DTSTART" not in single:
        raise ValueError("it has no DTSTART")
    starts = parse_time(single["DTSTART"])
    categories = [part.strip().lower() for part in text_of("CATEGORIES").split(",")]
    return CalendarEvent(
        title=text_of("SUMMARY") or "Untitled",
        service=text_of("LOCATION"),
        kind=next((kind for kind in KINDS if kind in categories), "notice"),
        details=text_of("DESCRIPTION"),
        starts=starts,
        duration=parse_length(single, starts),
        rule=parse_rule(single["RRULE"].value, starts) if "RRULE" in single else None,
        skipped=frozenset(
            parse_time(replace(entry, value=part))
            for entry in properties
            if entry.name == "EXDATE"
            for part in entry.value.split(",")
        ),
    )


def parse_time(entry: Property) -> datetime:
    """Parse DATE and DATE-TIME; one without a zone is taken as UTC."""
    try:
        time = isoparse(entry.value)
    except ValueError:
        raise ValueError(f'{entry.name} is no time: "{entry.value[:40]}"') from None
    if time.year not in YEARS:
        raise ValueError(f"{entry.name} is in the year {time.year}")
    zone_name = entry.parameters.get("TZID")
    if time.tzinfo is None:
        zone = find_zone(zone_name) if zone_name else UTC
        if zone is None:
            raise ValueError(f'{entry.name} is in an unknown time zone: "{zone_name}"')
        return time.replace(tzinfo=zone)
    return time.astimezone(UTC)


def parse_length(single: dict[str, Property], starts: datetime) -> timedelta:
    """Find how long an event lasts (§3.6.1: a day without an end is the whole day)."""
    if "DTEND" in single:
        # In UTC: subtraction inside one zone would ignore a change of its clocks.
        length = parse_time(single["DTEND"]).astimezone(UTC) - starts.astimezone(UTC)
    elif "DURATION" in single:
        match = DURATION.fullmatch(single["DURATION"].value)
        if match is None:
            raise ValueError(f'DURATION is wrong: "{single["DURATION"].value[:40]}"')
        length = timedelta(
            **{unit: int(count or 0) for unit, count in match.groupdict().items()}
        )
    else:
        length = timedelta(days=1 if len(single["DTSTART"].value) == 8 else 0)
    if not timedelta(0) <= length <= LONGEST:
        raise ValueError(
            f"it lasts {length}, which is not between nothing and {LONGEST.days} days"
        )
    return length


def unescape_text(value: str) -> str:
    r"""Undo the escapes of TEXT: \n, \, and so on (§3.3.11)."""
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)
