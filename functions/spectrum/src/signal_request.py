"""Check what callers send, before numpy sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from windows import WINDOWS, Window

FEWEST_SAMPLES = 16
MOST_SAMPLES = 500_000
MOST_PEAKS = 100
# Squares and sums of numbers within this bound stay far from infinity.
LARGEST = 1e100


class InvalidRequest(ValueError):
    """The request cannot be measured; `field` is the member that is wrong."""

    def __init__(self, field: str, message: str) -> None:
        """Keep the name of the member beside the sentence."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class SignalRequest:
    """A signal and how to measure it; `sample_rate` is in samples per second."""

    samples: NDArray[np.float64]
    sample_rate: float
    window: Window
    most_peaks: int


def parse_request(event: Mapping[str, Any]) -> SignalRequest:
    """Check an event and make a request of it. Raises InvalidRequest."""
    known = ("samples", "sampleRate", "window", "peaks")
    for name in event:
        if name not in known:
            raise InvalidRequest(
                name, f'unknown member "{name[:40]}"; known are {", ".join(known)}'
            )
    most_peaks = event.get("peaks", 5)
    if type(most_peaks) is not int or not 1 <= most_peaks <= MOST_PEAKS:
        raise InvalidRequest(
            "peaks", f"peaks must be a whole number from 1 to {MOST_PEAKS}"
        )
    window = event.get("window", "hann")
    if not isinstance(window, str) or window not in WINDOWS:
        raise InvalidRequest("window", f"window must be one of {', '.join(WINDOWS)}")
    return SignalRequest(
        samples=parse_samples(event.get("samples")),
        sample_rate=parse_rate(event.get("sampleRate")),
        window=WINDOWS[window],
        most_peaks=most_peaks,
    )


def parse_rate(value: object) -> float:
    """Check the sample rate, in samples per second."""
    if not is_number(value) or not 1e-6 <= value <= 1e12:
        raise InvalidRequest(
            "sampleRate", "sampleRate must be samples per second, from 1e-6 to 1e12"
        )
    return float(value)


def parse_samples(value: object) -> NDArray[np.float64]:
    """Check the samples one by one, so that the fault names the one that is wrong."""
    if not isinstance(value, list) or not FEWEST_SAMPLES <= len(value) <= MOST_SAMPLES:
        raise InvalidRequest(
            "samples",
            f"samples must be a list of {FEWEST_SAMPLES} to {MOST_SAMPLES} numbers",
        )
    for position, sample in enumerate(value):
        if not is_number(sample) or not -LARGEST <= sample <= LARGEST:
            name = f"samples[{position}]"
            raise InvalidRequest(
                name, f"{name} must be a number between -{LARGEST:g} and {LARGEST:g}"
            )
    return np.array(value, dtype=np.float64)


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell numbers from the rest; to Python, true and false are numbers as well."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
