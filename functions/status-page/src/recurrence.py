"""Repeating events: check a rule once, then list the occurrences in a span of time."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from dateutil.rrule import rrulestr

# Parts of RRULE (RFC 5545 §3.3.10) that are understood. Finer frequencies and filters
# are refused: such a rule can take minutes to expand, or never yield anything.
PARTS = {
    "FREQ": re.compile(r"DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile(r"[1-9]\d{0,3}", re.ASCII),
    "COUNT": re.compile(r"[1-9]\d{0,4}", re.ASCII),
    "UNTIL": re.compile(r"\d{8}(T\d{6}Z?)?", re.ASCII),
    "BYDAY": re.compile(
        r"(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)(,(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU))*"
    ),
    "BYMONTHDAY": re.compile(r"([1-9]|[12]\d|3[01])", re.ASCII),
    "WKST": re.compile(r"MO|SU"),
}


def parse_rule(text: str, starts: datetime) -> str:
    """Check a rule and return it in dateutil's terms. Raises ValueError."""
    parts: list[str] = []
    for part in text.upper().rstrip(";").split(";"):
        name, _, value = part.partition("=")
        if name not in PARTS or not PARTS[name].fullmatch(value):
            raise ValueError(
                f'its RRULE has a part that is not understood: "{part[:40]}"'
            )
        if name == "UNTIL":
            # dateutil wants UTC wherever the start has a zone; here it always has one.
            value = f"{value}T235959Z" if len(value) == 8 else f"{value.rstrip('Z')}Z"
        parts.append(f"{name}={value}")
    rule = ";".join(parts)
    if "FREQ=" not in rule:
        raise ValueError("its RRULE has no FREQ")
    rrulestr(rule, dtstart=starts)
    return rule


def list_occurrences(
    starts: datetime,
    duration: timedelta,
    rule: str | None,
    skipped: frozenset[datetime],
    span: tuple[datetime, datetime],
) -> Iterator[tuple[datetime, datetime]]:
    """Yield start and end, in UTC, of each occurrence that touches `span`."""
    first, last = span
    candidates = (
        [starts]
        if rule is None
        else rrulestr(rule, dtstart=starts).between(first - duration, last, inc=True)
    )
    for candidate in candidates:
        # The end is added in UTC: two hours stay two hours when the clocks change.
        begin = candidate.astimezone(UTC)
        end = begin + duration
        if candidate not in skipped and begin <= last and end >= first:
            yield begin, end
