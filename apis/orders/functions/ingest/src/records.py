"""Split a body into records: each a decoded object, or the reason why it is none."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from http_request import RequestRefused

JSON_LINES = ("application/x-ndjson", "application/jsonl", "application/json")
ORDER_COLUMNS = ("id", "customer", "placedAt", "currency")
LINE_COLUMNS = ("sku", "quantity", "unitPrice")
COLUMNS = ORDER_COLUMNS + LINE_COLUMNS
MOST_RECORDS = 10_000

# The number of the line in the body, and the cells by column.
type Row = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Record:
    """One order as it came; `row` is its line in the body, from 1."""

    row: int
    value: object = None
    fault: str | None = None


def read_records(content_type: str, text: str) -> list[Record]:
    """Read all records of a body. Raises RequestRefused if none of them can be read."""
    if content_type in JSON_LINES:
        records = list(read_json_lines(text))
    elif content_type == "text/csv":
        records = read_csv(text)
    else:
        kinds = ", ".join((*JSON_LINES, "text/csv"))
        raise RequestRefused(
            415, f'content-type is "{content_type[:60]}"; taken are {kinds}'
        )
    if not records:
        raise RequestRefused(400, "the body has no orders")
    if len(records) > MOST_RECORDS:
        raise RequestRefused(
            413, f"a body may have {MOST_RECORDS} orders, not {len(records)}"
        )
    return records


def read_json_lines(text: str) -> Iterator[Record]:
    """Read one object per line; empty lines are nothing."""
    for row, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            # Numbers with a point stay text: 1.10 must not become a binary fraction.
            yield Record(row, json.loads(line, parse_float=str, parse_constant=str))
        except (ValueError, RecursionError):
            yield Record(row, fault="the line is not JSON")


def read_csv(text: str) -> list[Record]:
    """Read a table with one line of an order per row; rows of one id are one order."""
    table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows_of: dict[str, list[Row]] = {}
    try:
        missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
        if missing:
            raise RequestRefused(400, f"the table has no column {', '.join(missing)}")
        for cells in table:
            rows_of.setdefault(cells["id"] or "", []).append((table.line_num, cells))
    except csv.Error as error:
        raise RequestRefused(
            400, f"line {table.line_num} of the table: {error}"
        ) from None
    return [join_rows(rows) for rows in rows_of.values()]


def join_rows(rows: list[Row]) -> Record:
    """Make one order of its rows. One faulty row makes the whole order faulty.

    Otherwise the order would be taken without the article that the row stands for.
    """
    first_row, first = rows[0]
    for row, cells in rows:
        # DictReader's signs of a row with more, or fewer, cells than the header.
        if None in cells or None in cells.values():
            return Record(row, fault="the row has not as many cells as the header")
        if any(cells[name] != first[name] for name in ORDER_COLUMNS):
            return Record(
                row, fault=f"the row differs from row {first_row} of its order"
            )
    lines = [{name: cells[name] for name in LINE_COLUMNS} for _, cells in rows]
    return Record(
        first_row, {**{name: first[name] for name in ORDER_COLUMNS}, "lines": lines}
    )
