"""Render the page. What comes from outside is escaped here, and only here."""

from datetime import datetime, tzinfo
from html import escape
from pathlib import Path
from string import Template

from agenda import Agenda, Occurrence, state_of_service

PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))

HEADLINES = {
    "incident": "There is an incident",
    "maintenance": "Maintenance is under way",
    "operational": "All services are up",
    "unknown": "The status is not known right now",
}


def render_page(
    agenda: Agenda,
    team: str,
    services: list[str],
    zone: tzinfo,
    now: datetime,
    notice: str = "",
) -> str:
    """Render the page: the headline, the services, what is on now, and what comes."""
    names = list_services(agenda, services)
    kinds = {one.event.kind for one in agenda.current}
    overall = next(
        (kind for kind in ("incident", "maintenance") if kind in kinds), "operational"
    )
    sections = [
        render_services({name: state_of_service(name, agenda) for name in names}),
        render_occurrences("Now", agenda.current, zone),
        render_occurrences("Next 30 days", agenda.upcoming, zone)
        or "<section><h2>Next 30 days</h2><p>Nothing is planned.</p></section>",
    ]
    return fill(
        team, overall, "\n".join(filter(None, sections)), notice, render_time(now, zone)
    )


def render_unavailable(team: str) -> str:
    """Render the page for when no calendar can be read: it claims nothing."""
    return fill(team, "unknown", "<p>Please try again in a minute.</p>", "", "")


def list_services(agenda: Agenda, services: list[str]) -> list[str]:
    """List the services that were named, then those that only the calendar knows."""
    named = {name.casefold() for name in services}
    others = {
        one.event.service.casefold(): one.event.service
        for one in (*agenda.current, *agenda.upcoming)
        if one.event.service and one.event.service.casefold() not in named
    }
    return [*services, *(others[key] for key in sorted(others))]


def render_services(states: dict[str, str]) -> str:
    """Render the services as a list, each with its state."""
    items = "".join(
        f"<li><span>{escape(name)}</span>{render_state(state)}</li>"
        for name, state in states.items()
    )
    return (
        f'<section><h2>Services</h2><ul class="services">{items}</ul></section>'
        if items
        else ""
    )


def render_occurrences(
    heading: str, occurrences: tuple[Occurrence, ...], zone: tzinfo
) -> str:
    """Render one section; without occurrences, nothing."""
    if not occurrences:
        return ""
    articles = "".join(render_occurrence(one, zone) for one in occurrences)
    return f"<section><h2>{heading}</h2>{articles}</section>"


def render_occurrence(one: Occurrence, zone: tzinfo) -> str:
    """Render one occurrence: title, kind, service, times, and details if any."""
    event = one.event
    about = f"{escape(event.service)} · " if event.service else ""
    # The only mark-up that details keep are their line breaks.
    details = "<br>".join(escape(line) for line in event.details.splitlines())
    return (
        f"<article><h3>{escape(event.title)} {render_state(event.kind)}</h3>"
        f"<p>{about}{render_time(one.starts, zone)} – {render_time(one.ends, zone)}</p>"
        + (f"<p>{details}</p>" if details else "")
        + "</article>"
    )


def render_state(state: str) -> str:
    """Render a state as a word, in the colour that the template gives it."""
    return f'<span class="state {state}">{state}</span>'


def render_time(time: datetime, zone: tzinfo) -> str:
    """Render a time for people in the team's zone, and for machines."""
    local = time.astimezone(zone)
    return f'<time datetime="{local.isoformat()}">{local:%a %d %b %Y, %H:%M %Z}</time>'


def fill(team: str, overall: str, content: str, notice: str, updated: str) -> str:
    """Fill the template. `content` and `updated` are HTML, the others are text."""
    return PAGE.substitute(
        team=escape(team),
        overall=overall,
        headline=HEADLINES[overall],
        notice=f'<p class="notice">{escape(notice)}</p>' if notice else "",
        content=content,
        updated=f"Updated {updated}" if updated else "",
    )
