"""What visitors see, for events given to the page directly."""

from datetime import UTC, datetime, timedelta

from agenda import select_agenda
from ical import CalendarEvent, find_zone
from render import render_page, render_unavailable

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def event(
    hours: float,
    kind: str = "maintenance",
    title: str = "Move to new disks",
    details: str = "",
) -> CalendarEvent:
    starts = NOW + timedelta(hours=hours)
    return CalendarEvent(title, "Search", kind, details, starts, timedelta(hours=2))


def page(
    *events: CalendarEvent, services: tuple[str, ...] = (), zone: str = "UTC"
) -> str:
    found = find_zone(zone)
    assert found is not None
    return render_page(
        select_agenda(events, NOW), "Example", list(services), found, NOW
    )


def test_future_event_is_shown() -> None:
    html = page(event(hours=48))
    assert "maintenance" in html.split("<main>")[1]
    assert "Move to new disks" in html
    assert "All services are up" in html


def test_current_incident_is_the_headline() -> None:
    html = page(
        event(hours=-1, kind="incident"),
        event(hours=-1),
        services=("search", "Website"),
    )
    assert "There is an incident" in html
    assert '<span>search</span><span class="state incident">' in html
    assert '<span>Website</span><span class="state operational">' in html


def test_past_and_far_events_are_not_shown() -> None:
    html = page(
        event(hours=-3, title="Yesterday's news"),
        event(hours=24 * 40, title="Far away"),
    )
    assert "news" not in html
    assert "Far away" not in html
    assert "Nothing is planned." in html


def test_an_event_that_ends_now_is_over() -> None:
    assert "Maintenance is under way" in page(event(hours=-1.99))
    assert "Maintenance is under way" not in page(event(hours=-2))


def test_text_from_the_calendar_is_escaped() -> None:
    html = page(event(hours=1, title="<script>x</script>", details="a & b\n$team <i>"))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "a &amp; b<br>$team &lt;i&gt;" in html


def test_times_are_in_the_zone_of_the_team() -> None:
    html = page(event(hours=1), zone="Asia/Tokyo")
    assert 'datetime="2026-11-24T22:00:00+09:00"' in html
    assert "Tue 24 Nov 2026, 22:00 JST" in html


def test_without_a_calendar_the_page_claims_nothing() -> None:
    html = render_unavailable("A & B")
    assert "not known" in html
    assert "A &amp; B" in html
    assert "operational" not in html.split("<main>")[1]
