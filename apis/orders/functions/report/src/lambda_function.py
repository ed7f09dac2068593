"""Sum up batches of orders by day and customer, as a table in CSV."""

import logging
from collections.abc import Mapping
from typing import Any

from report_request import parse_request
from sums import sum_up
from table import render_table

LOGGER = logging.getLogger()
LOGGER.setLevel(logging.INFO)


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Make the report of one event, `{"batches": [...], "timeZone": "Europe/Berlin"}`.

    A faulty event raises: this function is called by a schedule or a workflow, which
    must see that there is no report, rather than store one that is wrong.
    """
    request = parse_request(event)
    rows = sum_up(request.orders, request.zone)
    LOGGER.info("%d orders in %d rows", len(request.orders), len(rows))
    return {
        "orders": len(request.orders),
        "rows": len(rows),
        "days": sorted({row.day.isoformat() for row in rows}),
        "csv": render_table(rows),
    }
