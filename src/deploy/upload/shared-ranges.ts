import type { Directory } from "../../zip/read-directory.ts";

/** Bytes of the next zip that the previous one has as well, perhaps elsewhere. */
export interface SharedRange {
  /** Where they begin in the previous zip. */
  readonly previous: number;
  readonly next: number;
  readonly length: number;
}

/** An entry with its local header: from there to the next one, or to the central directory. */
interface EntryRecord {
  readonly key: string;
  readonly start: number;
  readonly length: number;
}

/**
 * Which parts of a zip another has as well, told from their central directories alone: entries of the same name, CRC-32 and
 * sizes. That two such entries have the same bytes is likely and not certain, so whoever copies them must compare a
 * digest afterwards.
 *
 * @returns in the order of the next zip; neighbours in both zips are one range
 */
export function findSharedRanges(previous: Directory, next: Directory): readonly SharedRange[] {
  const known = new Map(listRecords(previous).map((record) => [record.key, record.start]));
  const ranges: SharedRange[] = [];
  for (const { key, start, length } of listRecords(next)) {
    const from = known.get(key);
    if (from === undefined) continue;
    const last = ranges.at(-1);
    if (last && last.next + last.length === start && last.previous + last.length === from) {
      ranges[ranges.length - 1] = { ...last, length: last.length + length };
    } else {
      ranges.push({ previous: from, next: start, length });
    }
  }
  return ranges;
}

function listRecords({ entries, offset }: Directory): EntryRecord[] {
  const sorted = entries.toSorted((left, right) => left.localOffset - right.localOffset);
  return sorted.map(({ name, method, crc32, compressedSize, size, localOffset }, index) => {
    const length = (sorted[index + 1]?.localOffset ?? offset) - localOffset;
    return {
      key: JSON.stringify([name, method, crc32, compressedSize, size, length]),
      start: localOffset,
      length,
    };
  });
}
