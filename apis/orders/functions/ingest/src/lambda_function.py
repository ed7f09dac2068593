"""Take orders over HTTP: JSON lines or CSV in, one normalised batch out."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from batch import make_batch
from http_request import HttpRequest, RequestRefused, parse_http_request
from records import read_records

LOGGER = logging.getLogger()
LOGGER.setLevel(logging.INFO)


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer a request of a function URL or of either kind of API Gateway."""
    try:
        request = parse_http_request(event)
        if request.method != "POST":
            raise RequestRefused(405, "send orders with POST", {"allow": "POST"})
        return take_orders(request)
    except RequestRefused as refusal:
        LOGGER.info("refused with %d: %s", refusal.status, refusal)
        return reply(refusal.status, {"message": str(refusal)}, refusal.headers)


def take_orders(request: HttpRequest) -> dict[str, Any]:
    """Make a batch of the orders that are right, and say what is wrong with the others.

    One wrong order does not hold up the rest. 422 only where not one could be taken.
    """
    batch = make_batch(read_records(request.content_type, request.text))
    LOGGER.info(
        "batch %s: %d accepted, %d rejected",
        batch["batch"],
        batch["accepted"],
        len(batch["rejected"]),
    )
    return reply(200 if batch["accepted"] else 422, batch)


def reply(
    status: int, document: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Make an HTTP response with a JSON document."""
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", **(headers or {})},
        "body": json.dumps(document, ensure_ascii=False, separators=(",", ":")),
        "isBase64Encoded": False,
    }
