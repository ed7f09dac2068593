import { inflateRawSync } from "node:zlib";

/** Where an entry's compressed bytes are, and how many bytes they come to. */
export interface PackedPlace {
  readonly offset: number;
  readonly compressedSize: number;
  readonly method: 0 | 8;
  readonly size: number;
}

/** The bytes of an entry of an archive that was proven sound when it entered the store. */
export function unpackEntry(
  archive: Uint8Array,
  { offset, compressedSize, method, size }: PackedPlace,
): Uint8Array {
  const data = archive.subarray(offset, offset + compressedSize);
  if (method === 0) return data;
  // One piece of memory of the right size, instead of many that are put together in the end.
  return inflateRawSync(data, { maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size, 64) });
}
