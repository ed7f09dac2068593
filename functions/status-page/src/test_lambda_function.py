"""Tests that live beside the source and import it as a package does."""

import pytest

from .lambda_function import lambda_handler


@pytest.fixture(autouse=True)
def _sample_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALENDAR_URL", raising=False)


def test_page_is_html_and_may_be_cached() -> None:
    response = lambda_handler({"version": "2.0"}, None)
    assert response["statusCode"] == 200
    assert response["headers"]["content-type"] == "text/html; charset=utf-8"
    assert response["headers"]["cache-control"] == "public, max-age=60"
    assert response["body"].startswith("<!doctype html>")


def test_sample_always_has_something_to_come() -> None:
    # It repeats weekly and monthly, so the page is never empty, whatever the date.
    assert "Search index maintenance" in lambda_handler({}, None)["body"]
