"""The figures, against signals whose spectrum is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from measure import Spectrum, measure_spectrum
from signal_request import parse_request
from windows import WINDOWS

RATE = 1000.0
TIME = np.arange(4000) / RATE


def tone(frequency: float, amplitude: float = 1.0) -> NDArray[np.float64]:
    return amplitude * np.sin(2 * np.pi * frequency * TIME + 0.3)


def noise(deviation: float) -> NDArray[np.float64]:
    return np.random.default_rng(7).normal(0, deviation, TIME.size)


def measure(samples: NDArray[np.float64], **options: object) -> Spectrum:
    event = {"samples": samples.tolist(), "sampleRate": RATE, **options}
    return measure_spectrum(parse_request(event))


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("frequency", [50.0, 50.09, 123.456, 499.0])
def test_tone_is_found_where_it_is(window: str, frequency: float) -> None:
    [peak] = measure(tone(frequency, 2.5), window=window).peaks
    # A fifteenth of a bin, and 3 % of the amplitude.
    assert peak.frequency == pytest.approx(frequency, abs=0.25 / 15)
    assert peak.amplitude == pytest.approx(2.5, rel=0.03)


def test_peaks_come_by_amplitude_and_no_more_than_asked_for() -> None:
    samples = tone(60) + tone(120, 3) + tone(180, 2)
    assert [round(peak.frequency) for peak in measure(samples).peaks] == [120, 180, 60]
    assert [round(peak.frequency) for peak in measure(samples, peaks=1).peaks] == [120]


def test_faint_tone_needs_a_window_with_low_side_lobes() -> None:
    samples = tone(100.1) + tone(110.1, 0.001)
    assert len(measure(samples, window="hann").peaks) == 1
    _, faint = measure(samples, window="blackman-harris").peaks
    assert faint.frequency == pytest.approx(110.1, abs=0.02)


def test_noise_floor_is_that_of_the_noise() -> None:
    # RMS of one bin of white noise under a Hann window: deviation x sqrt(6 / count).
    expected = 0.5 * np.sqrt(6 / TIME.size)
    for samples in (noise(0.5), noise(0.5) + tone(70)):
        assert measure(samples).noise_floor == pytest.approx(expected, rel=0.05)


def test_noise_alone_has_no_peaks() -> None:
    assert measure(noise(1)).peaks == ()


@pytest.mark.parametrize("level", [0.0, 0.1, -1e99, 1e-200])
def test_constant_signal_is_silence(level: float) -> None:
    spectrum = measure(np.full(100, level))
    assert spectrum.peaks == ()
    assert spectrum.noise_floor == 0


def test_largest_samples_do_not_overflow() -> None:
    [peak] = measure(tone(50, 1e100)).peaks
    assert peak.amplitude == pytest.approx(1e100, rel=0.01)
