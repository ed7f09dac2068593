"""Find the dominant frequencies and the noise floor of a sampled signal."""

import logging
from collections.abc import Mapping
from typing import Any

from measure import measure_spectrum
from signal_request import InvalidRequest, parse_request

LOGGER = logging.getLogger()
LOGGER.setLevel(logging.INFO)


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Measure one signal.

    A faulty request is answered, not raised: it is the caller's fault, which must
    neither count as an error of this function nor be tried again.
    """
    try:
        request = parse_request(event)
    except InvalidRequest as error:
        LOGGER.info("refused: %s", error)
        return {"ok": False, "error": {"field": error.field, "message": str(error)}}
    spectrum = measure_spectrum(request)
    LOGGER.info("%d samples, %d peaks", len(request.samples), len(spectrum.peaks))
    return {
        "ok": True,
        "resolution": round(spectrum.resolution, 6),
        "noiseFloor": as_decibels(spectrum.noise_floor),
        "peaks": [
            {
                "frequency": round(peak.frequency, 3),
                "amplitude": float(f"{peak.amplitude:.4g}"),
                "level": as_decibels(peak.amplitude),
            }
            for peak in spectrum.peaks
        ],
    }


def as_decibels(amplitude: float) -> float | None:
    """Convert to dB re 1; silence has no level, and JSON has no minus infinity."""
    from math import log10

    # The sum turns -0.0 into 0.0.
    return round(20 * log10(amplitude), 1) + 0.0 if amplitude > 0 else None
