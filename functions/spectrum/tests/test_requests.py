"""Requests and replies, the sample events among them."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from lambda_function import lambda_handler

EVENTS = Path(__file__).parent.parent / "events"
NAMES = sorted(path.name.split(".")[0] for path in EVENTS.glob("*.expect.json"))
SAMPLES = [0.0, 1.0] * 8


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"samples": None}, "samples"),
        ({"samples": "0101"}, "samples"),
        ({"samples": SAMPLES[:15]}, "samples"),
        ({"samples": [*SAMPLES, "1"]}, "samples[16]"),
        ({"samples": [True, *SAMPLES]}, "samples[0]"),
        ({"samples": [*SAMPLES, math.nan]}, "samples[16]"),
        ({"samples": [*SAMPLES, 10**400]}, "samples[16]"),
        ({"samples": [SAMPLES] * 16}, "samples[0]"),
        ({"sampleRate": 0}, "sampleRate"),
        ({"sampleRate": math.inf}, "sampleRate"),
        ({"sampleRate": True}, "sampleRate"),
        ({"window": "square"}, "window"),
        ({"window": ["hann"]}, "window"),
        ({"peaks": 0}, "peaks"),
        ({"peaks": 2.5}, "peaks"),
        ({"sample_rate": 10}, "sample_rate"),
    ],
)
def test_faulty_request_is_answered_with_its_field(
    change: dict[str, Any], field: str
) -> None:
    reply = lambda_handler({"samples": SAMPLES, "sampleRate": 100, **change}, None)
    assert reply["ok"] is False
    assert reply["error"]["field"] == field
    assert field in reply["error"]["message"]


def test_reply_to_silence_is_strict_json() -> None:
    reply = lambda_handler({"samples": [0] * 16, "sampleRate": 8}, None)
    assert reply == {"ok": True, "resolution": 0.5, "noiseFloor": None, "peaks": []}
    json.dumps(reply, allow_nan=False)


@pytest.mark.parametrize("name", NAMES)
def test_sample_events_are_answered_as_expected(name: str) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    expected = json.loads((EVENTS / f"{name}.expect.json").read_text("utf-8"))
    assert lambda_handler(event, None).items() >= expected.items()
