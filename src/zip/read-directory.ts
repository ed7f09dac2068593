import { type CentralEntry, parseCentralDirectory } from "./central-directory.ts";
import { findDirectory } from "./end-record.ts";

/** Bytes from `start` up to, not including, `end`. */
export type ReadRange = (start: number, end: number) => Promise<Buffer>;

export interface Directory {
  readonly entries: readonly CentralEntry[];
  /** Where the central directory begins: the end of the entries. */
  readonly offset: number;
}

/** Bytes that are read at first: enough for the longest comment, and for the directory of a zip of some 5,000 files. */
const firstRead = 1 << 20;

/**
 * The central directory of a zip that is not in memory: a large file, or an object on a server. Local headers are not
 * looked at, so what is read here says nothing about the contents of a stranger's zip.
 *
 * @param size bytes of the whole zip
 * @throws BrigError `wheel-invalid`
 */
export async function readDirectory(size: number, read: ReadRange, archive: string): Promise<Directory> {
  let base = Math.max(0, size - firstRead);
  let bytes = await read(base, size);
  const place = findDirectory(bytes, archive, base);
  if (place.offset < base) {
    bytes = Buffer.concat([await read(place.offset, base), bytes]);
    base = place.offset;
  }
  const entries = parseCentralDirectory(bytes, { ...place, offset: place.offset - base }, archive);
  return { entries, offset: place.offset };
}
