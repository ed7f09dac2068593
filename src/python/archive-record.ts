import { stat } from "node:fs/promises";
import { readRecord, writeRecord } from "../store/record.ts";
import type { Archive, SpliceEntry } from "../zip/archive.ts";

/** Rows, not objects: a build reads ten thousand of them. */
type EntryRow = readonly [
  path: string,
  executable: 0 | 1,
  method: 0 | 8,
  crc32: number,
  size: number,
  compressedSize: number,
  offset: number,
  sha256: string,
];

interface ArchiveRecord {
  readonly format: 1;
  readonly sha256: string;
  readonly size: number;
  readonly entries: readonly EntryRow[];
}

export async function writeArchiveRecord(record: string, archive: Archive): Promise<void> {
  const entries = archive.entries.map((entry): EntryRow => [
    entry.path,
    entry.executable ? 1 : 0,
    entry.method,
    entry.crc32,
    entry.size,
    entry.compressedSize,
    entry.offset,
    entry.sha256,
  ]);
  await writeRecord(record, {
    format: 1,
    sha256: archive.sha256,
    size: archive.size,
    entries,
  } satisfies ArchiveRecord);
}

/**
 * The index of an archive in the store, without a look into the archive: its hash is checked when its bytes are read.
 *
 * @returns `undefined` when there is no record, or no file of the right size
 */
export async function readArchiveRecord(record: string, file: string): Promise<Archive | undefined> {
  const known = readRecord<ArchiveRecord>(record);
  const status = known && (await stat(file).catch(() => undefined));
  if (known?.format !== 1 || status?.size !== known.size) return undefined;
  const entries = known.entries.map(
    ([path, executable, method, crc32, size, compressedSize, offset, sha256]): SpliceEntry => ({
      path,
      executable: executable === 1,
      method,
      crc32,
      size,
      compressedSize,
      offset,
      sha256,
    }),
  );
  return { file, sha256: known.sha256, size: known.size, entries };
}
