import { inflateRawSync } from "node:zlib";

/** Where an entry's compressed bytes are, and how many bytes they come to. */
export interface PackedPlace {
  readonly offset: number;
  readonly compressedSize: number;
  readonly method: 0 | 8;
  readonly size: number;
}

/** The bytes of an entry of an archive that was proven sound when it entered the store. */
export function unpackEntry(archive: Buffer, { offset, compressedSize, method, size }: PackedPlace): Uint8Array {
  const data = archive.subarray(offset, offset + compressedSize);
  return method === 0 ? data : inflateRawSync(data, { maxOutputLength: Math.max(size, 1) });
}
