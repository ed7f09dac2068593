"""Windows, with the two properties that decide which peaks can be trusted.

Figures: F. J. Harris, "On the use of windows for harmonic analysis with the discrete
Fourier transform", Proceedings of the IEEE 66 (1978), table 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Window:
    """A window as a sum of cosines.

    `half_width`: bins from the middle of a tone's main lobe to its edge.
    `side_lobe`: the highest side lobe, as a ratio to the amplitude of the tone.
    """

    cosines: tuple[float, ...]
    half_width: int
    side_lobe: float

    def weights(self, count: int) -> NDArray[np.float64]:
        """Compute the periodic form, the one whose zeros fall on the bins of an FFT."""
        angle = 2 * np.pi * np.arange(count) / count
        terms = [
            weight * np.cos(order * angle) for order, weight in enumerate(self.cosines)
        ]
        weights: NDArray[np.float64] = np.sum(terms, axis=0)
        return weights


def decibels(level: float) -> float:
    """Convert a level in dB to a ratio of amplitudes."""
    return float(10 ** (level / 20))


WINDOWS = {
    "hann": Window((0.5, -0.5), 2, decibels(-31)),
    "hamming": Window((0.54, -0.46), 2, decibels(-41)),
    "blackman": Window((0.42, -0.5, 0.08), 3, decibels(-58)),
    "blackman-harris": Window((0.35875, -0.48829, 0.14128, -0.01168), 4, decibels(-92)),
}
