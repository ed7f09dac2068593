"""Measure a spectrum: window, transform, noise floor, peaks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signal_request import SignalRequest

# The power of white noise in a bin is 13 dB above its mean once in 500 million bins
# (e to the power of -20): a peak higher than that is not noise.
CLEAR_OF_NOISE = 10 ** (13 / 20)
# Peaks stay this much above the highest side lobe of the strongest tone.
CLEAR_OF_SIDE_LOBES = 10 ** (3 / 20)
# Rounding in the transform, as a ratio to the largest sample.
ROUNDING = 1e-13


@dataclass(frozen=True, slots=True)
class Peak:
    """One tone: frequency in hertz, amplitude (not RMS) in the unit of the samples."""

    frequency: float
    amplitude: float


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Peaks by amplitude, largest first; noise per bin; distance of bins in hertz."""

    peaks: tuple[Peak, ...]
    noise_floor: float
    resolution: float


def measure_spectrum(request: SignalRequest) -> Spectrum:
    """Measure the spectrum of a signal, without its mean."""
    samples, window = request.samples, request.window
    resolution = request.sample_rate / len(samples)
    weights = window.weights(len(samples))
    # Scaled so that a tone of amplitude 1 has a bin of height 1, whatever the window.
    transform = np.fft.rfft((samples - samples.mean()) * weights)
    amplitudes = np.abs(transform) * (2 / weights.sum())
    floor = noise_floor(amplitudes, window.half_width)
    rounding = ROUNDING * float(np.abs(samples).max())
    threshold = max(
        floor * CLEAR_OF_NOISE,
        float(amplitudes.max()) * window.side_lobe * CLEAR_OF_SIDE_LOBES,
        rounding,
    )
    places = select_peaks(amplitudes, threshold, window.half_width, request.most_peaks)
    peaks = tuple(interpolate(amplitudes, place, resolution) for place in places)
    return Spectrum(peaks, floor if floor > rounding else 0.0, resolution)


def noise_floor(amplitudes: NDArray[np.float64], half_width: int) -> float:
    """Estimate the noise of one bin, as a root mean square.

    By the median, which a few tones do not move. The power of noise in a bin is
    distributed exponentially, whose median is ln 2 times the mean. Bins next to zero
    are left out: they hold the drift of the signal.
    """
    power = amplitudes[half_width:] ** 2
    return float(np.sqrt(np.median(power) / np.log(2))) if power.size else 0.0


def select_peaks(
    amplitudes: NDArray[np.float64], threshold: float, half_width: int, most: int
) -> list[int]:
    """Choose local maxima above the threshold, largest first, a main lobe apart."""
    inner = amplitudes[1:-1]
    is_maximum = (inner > amplitudes[:-2]) & (inner >= amplitudes[2:])
    places = np.flatnonzero(is_maximum & (inner > threshold)) + 1
    chosen: list[int] = []
    for place in places[np.argsort(-amplitudes[places], kind="stable")]:
        if all(abs(place - other) > half_width for other in chosen):
            chosen.append(int(place))
        if len(chosen) == most:
            break
    return chosen


def interpolate(amplitudes: NDArray[np.float64], place: int, resolution: float) -> Peak:
    """Find the top between the bins: a parabola through the logarithms of three."""
    before, top, after = np.log(np.maximum(amplitudes[place - 1 : place + 2], 1e-300))
    curvature = before - 2 * top + after
    offset = 0.5 * (before - after) / curvature if curvature < 0 else 0.0
    height = np.exp(top - 0.25 * (before - after) * offset)
    return Peak(float((place + offset) * resolution), float(height))
