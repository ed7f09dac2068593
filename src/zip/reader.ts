import { parseCentralDirectory } from "./central-directory.ts";
import { findDirectory } from "./end-record.ts";
import { findNameConflict } from "./entry-name.ts";
import { archiveFault, entryFault } from "./fault.ts";
import { locateData } from "./local-headers.ts";

/** One member of a zip, as its central directory describes it and its local header confirms. */
export interface ZipMember {
  /** Relative, `/`-separated, no `.` or `..` parts; a directory's name ends in `/`. */
  readonly name: string;
  readonly method: 0 | 8;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where the compressed bytes begin. */
  readonly dataOffset: number;
  /** Unix mode with its file type bits; undefined where the zip was made on a system without modes. */
  readonly mode: number | undefined;
  readonly isDirectory: boolean;
  /** A symbolic link: its contents are what it leads to. Only where links are taken. */
  readonly isLink: boolean;
}

/** More than the largest wheels have, few enough to be read in a moment. */
const mostEntries = 200_000;
/** Bytes: eight times what Lambda takes. */
const largestTotal = 2 * 1024 ** 3;

/**
 * Reads the members of a zip that comes from a stranger. Whatever could be read in two ways is refused, so that
 * every reader sees the same files. The contents are not looked at: see `extractMember`.
 *
 * @param bytes the whole zip
 * @param archive what to call it in errors: a file name
 * @param takesLinks symbolic links are members; otherwise they are refused
 * @throws BrigError `wheel-invalid`
 */
export function readZip(bytes: Buffer, archive: string, takesLinks = false): readonly ZipMember[] {
  const place = findDirectory(bytes, archive);
  if (place.count > mostEntries)
    throw archiveFault(archive, `has ${place.count} entries, over ${mostEntries}`);
  const entries = parseCentralDirectory(bytes, place, archive, takesLinks);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > largestTotal) throw archiveFault(archive, `unpacks to ${total} bytes, over ${largestTotal}`);
  const offsets = locateData(bytes, entries, place.offset, archive);
  const conflict = findNameConflict(entries.map((entry) => entry.name));
  if (conflict !== undefined) throw entryFault(archive, conflict.name, conflict.reason);
  return entries.map((entry, index) => ({
    name: entry.name,
    method: entry.method,
    crc32: entry.crc32,
    compressedSize: entry.compressedSize,
    size: entry.size,
    dataOffset: offsets[index] ?? Number.NaN,
    mode: entry.mode,
    isDirectory: entry.isDirectory,
    isLink: entry.isLink,
  }));
}
