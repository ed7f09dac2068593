import { stat } from "node:fs/promises";
import { readRecord, writeRecord } from "../store/record.ts";
import { type Archive, type SpliceEntry, unpackedFile } from "../zip/archive.ts";

/** Rows, not objects: a build reads ten thousand of them. */
type EntryRow = readonly [
  path: string,
  executable: 0 | 1,
  method: 0 | 8,
  crc32: number,
  size: number,
  compressedSize: number,
  offset: number,
  unpackedOffset: number,
  sha256: string,
];

interface ArchiveRecord {
  readonly format: 2;
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
    entry.unpackedOffset,
    entry.sha256,
  ]);
  await writeRecord(record, {
    format: 2,
    sha256: archive.sha256,
    size: archive.size,
    entries,
  } satisfies ArchiveRecord);
}

/**
 * The index of an archive in the store, without a look into its files: their hashes are checked when their bytes are read.
 *
 * @returns `undefined` when there is no record, or not both files of the right size
 */
export async function readArchiveRecord(record: string, file: string): Promise<Archive | undefined> {
  const known = readRecord<ArchiveRecord>(record);
  if (known?.format !== 2 || (await sizeOf(file)) !== known.size) return undefined;
  const entries = known.entries.map(
    ([
      path,
      executable,
      method,
      crc32,
      size,
      compressedSize,
      offset,
      unpackedOffset,
      sha256,
    ]): SpliceEntry => ({
      path,
      executable: executable === 1,
      method,
      crc32,
      size,
      compressedSize,
      offset,
      unpackedOffset,
      sha256,
    }),
  );
  const unpackedSize = entries.reduce((total, { size }) => total + size, 0);
  if ((await sizeOf(unpackedFile(file))) !== unpackedSize) return undefined;
  return { file, sha256: known.sha256, size: known.size, entries };
}

async function sizeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.size;
}
