"""Read HTTP events of payload formats 1.0 and 2.0 into one shape."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class RequestRefused(Exception):
    """The request is answered with `status`; the text is for the sender."""

    def __init__(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Keep what the response needs beside the sentence."""
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; `content_type` is in lower case and without parameters."""

    method: str
    content_type: str
    text: str


def parse_http_request(event: Mapping[str, Any]) -> HttpRequest:
    """Read either format. Raises RequestRefused if it is not HTTP, or not UTF-8."""
    http = (event.get("requestContext") or {}).get("http") or {}
    method = http.get("method") or event.get("httpMethod")
    if not isinstance(method, str):
        raise RequestRefused(400, "this function answers HTTP events")
    # Format 1.0 keeps the case that the sender wrote, and senders differ.
    headers = {
        name.lower(): value
        for name, value in (event.get("headers") or {}).items()
        if isinstance(value, str)
    }
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    body = event.get("body") or ""
    try:
        data = (
            base64.b64decode(body, validate=True)
            if event.get("isBase64Encoded")
            else None
        )
        text = body if data is None else data.decode("utf-8-sig")
    except (binascii.Error, ValueError):
        raise RequestRefused(400, "the body is not UTF-8 text") from None
    return HttpRequest(method.upper(), content_type, text.removeprefix("\ufeff"))
