"""Render rows as CSV (RFC 4180), as spreadsheets read it."""

import csv
import io
from collections.abc import Iterable

from sums import Row

HEADER = ("day", "customer", "currency", "orders", "articles", "total")


def render_table(rows: Iterable[Row]) -> str:
    """Render a header and one line per row.

    No cell can start a formula in a spreadsheet: names of customers start with a letter
    or a digit (`orders_model` holds them to it), and the other cells are ours.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in rows:
        writer.writerow(
            (
                row.day.isoformat(),
                row.customer,
                row.currency,
                row.orders,
                row.articles,
                f"{row.total:f}",
            )
        )
    return text.getvalue()
