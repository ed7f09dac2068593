import type { SharedRange } from "./shared-ranges.ts";

/** One part of a multipart upload: bytes of the zip from `start` up to, not including, `end`. */
export interface Part {
  readonly start: number;
  readonly end: number;
  /** Where the same bytes begin in the previous object, from which the server copies them; `null`: they are sent. */
  readonly copyFrom: number | null;
}

export interface PartSizes {
  /** No part but the last may be smaller, in bytes. */
  readonly least: number;
  /** Parts that are sent are held in memory, so none is larger. At least twice `least`. */
  readonly mostSent: number;
  /** At least twice `least`. */
  readonly mostCopied: number;
}

const mebibyte = 1 << 20;

/**
 * 5 MiB to 5 GiB, 10,000 parts: the AWS page "Amazon S3 multipart upload limits". The server copies smaller parts sooner,
 * as it copies several at once.
 */
export const s3PartSizes: PartSizes = {
  least: 5 * mebibyte,
  mostSent: 10 * mebibyte,
  mostCopied: 64 * mebibyte,
};

/**
 * The parts that a zip is uploaded in: as few bytes sent as the smallest size of a part allows. What is too short to be
 * copied is sent, and what is too short to be sent takes bytes from the copy behind it.
 *
 * @param shared in the order of the zip, without overlaps
 * @param size bytes of the zip
 * @returns in order, without gaps
 */
export function planParts(
  shared: readonly SharedRange[],
  size: number,
  sizes: PartSizes = s3PartSizes,
): readonly Part[] {
  const parts: Part[] = [];
  let planned = 0;
  for (const { previous, next, length } of shared) {
    const end = next + length;
    const start = next === planned ? next : Math.max(next, planned + sizes.least);
    if (end - start < (end === size ? 1 : sizes.least)) continue;
    if (start > planned) parts.push(...split({ start: planned, end: start, copyFrom: null }, sizes.mostSent));
    parts.push(...split({ start, end, copyFrom: previous + start - next }, sizes.mostCopied));
    planned = end;
  }
  if (planned < size) parts.push(...split({ start: planned, end: size, copyFrom: null }, sizes.mostSent));
  return parts;
}

/** Even pieces: as none is much smaller than another, none is too small. */
function split({ start, end, copyFrom }: Part, most: number): Part[] {
  const count = Math.ceil((end - start) / most);
  const cuts = Array.from({ length: count + 1 }, (_, index) =>
    Math.floor(start + ((end - start) * index) / count),
  );
  return cuts.slice(1).map((cut, index) => ({
    start: cuts[index]!,
    end: cut,
    copyFrom: copyFrom === null ? null : copyFrom + cuts[index]! - start,
  }));
}
