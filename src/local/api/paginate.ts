import { invalidParameter } from "../aws-fault.ts";

export interface Page<Item> {
  readonly items: readonly Item[];
  /** What the next call sends as Marker; undefined on the last page. */
  readonly nextMarker: string | undefined;
}

/** Lambda's lists have at most 50 items a page, however many are asked for. */
const largestPage = 50;

/** @throws AwsFault InvalidParameterValueException for a marker that no page gave */
export function paginate<Item>(
  items: readonly Item[],
  marker: string | undefined,
  maxItems: number | undefined,
): Page<Item> {
  const start = marker === undefined || marker === "" ? 0 : parseMarker(marker);
  const end = start + Math.min(maxItems ?? largestPage, largestPage);
  return {
    items: items.slice(start, end),
    nextMarker: end < items.length ? Buffer.from(`after ${end}`).toString("base64url") : undefined,
  };
}

function parseMarker(marker: string): number {
  const [, start] = /^after (\d+)$/.exec(Buffer.from(marker, "base64url").toString("latin1")) ?? [];
  if (start === undefined) throw invalidParameter("Invalid pagination token");
  return Number(start);
}

/** A page as an answer: the items under their name, and NextMarker if there is more. */
export function renderPage(name: string, page: Page<object>): object {
  return { [name]: page.items, ...(page.nextMarker !== undefined && { NextMarker: page.nextMarker }) };
}
