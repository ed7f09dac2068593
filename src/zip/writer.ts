import { compareBytewise } from "../workspace/compare-bytewise.ts";
import { fileTypes, limit16, limit32, recordSizes, signatures, utf8Flag, zip64ExtraId } from "./format.ts";

/** What the headers of one entry say. Sizes are below 4 GiB. */
export interface EntryHeader {
  readonly path: string;
  readonly executable: boolean;
  readonly method: 0 | 8;
  /** Of the uncompressed bytes, unsigned. */
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
}

/** One file of a small zip: `data` is compressed by `method`. */
export interface PackEntry extends Omit<EntryHeader, "compressedSize"> {
  readonly data: Uint8Array;
}

/** Version 2.0 of the format, which has directories and deflate; 4.5 where a zip64 field is needed. */
const plainVersion = 20;
const zip64Version = 45;
/** High byte of "made by": the attributes hold a unix mode. */
const unixSystem = 3 << 8;
/** 1980-01-01 00:00, the earliest there is: written as it is, without any clock or time zone. */
const dosDate = 0x0021;
const dosTime = 0;

export function localHeader(entry: EntryHeader): Buffer {
  const header = Buffer.alloc(recordSizes.local + Buffer.byteLength(entry.path));
  header.writeUInt32LE(signatures.local, 0);
  writeSharedFields(header, 4, entry, plainVersion, 0);
  header.write(entry.path, recordSizes.local, "utf8");
  return header;
}

/** @param offset where the entry's local header stands in the zip */
export function centralHeader(entry: EntryHeader, offset: number): Buffer {
  const nameSize = Buffer.byteLength(entry.path);
  const isFar = offset >= limit32;
  const header = Buffer.alloc(recordSizes.central + nameSize + (isFar ? 12 : 0));
  header.writeUInt32LE(signatures.central, 0);
  header.writeUInt16LE(unixSystem | plainVersion, 4);
  writeSharedFields(header, 6, entry, isFar ? zip64Version : plainVersion, isFar ? 12 : 0);
  const mode = fileTypes.regular | (entry.executable ? 0o755 : 0o644);
  header.writeUInt32LE(mode * 0x10000, 38);
  header.writeUInt32LE(isFar ? limit32 : offset, 42);
  header.write(entry.path, recordSizes.central, "utf8");
  if (isFar) {
    const extra = recordSizes.central + nameSize;
    header.writeUInt16LE(zip64ExtraId, extra);
    header.writeUInt16LE(8, extra + 2);
    header.writeBigUInt64LE(BigInt(offset), extra + 4);
  }
  return header;
}

/** The fields from "version needed" to "extra length", which both headers have in the same order. */
function writeSharedFields(
  header: Buffer,
  start: number,
  entry: EntryHeader,
  version: number,
  extraSize: number,
): void {
  const nameSize = Buffer.byteLength(entry.path);
  header.writeUInt16LE(version, start);
  // Only ASCII has as many UTF-8 bytes as UTF-16 units.
  header.writeUInt16LE(nameSize === entry.path.length ? 0 : utf8Flag, start + 2);
  header.writeUInt16LE(entry.method, start + 4);
  header.writeUInt16LE(dosTime, start + 6);
  header.writeUInt16LE(dosDate, start + 8);
  header.writeUInt32LE(entry.crc32, start + 10);
  header.writeUInt32LE(entry.compressedSize, start + 14);
  header.writeUInt32LE(entry.size, start + 18);
  header.writeUInt16LE(nameSize, start + 22);
  header.writeUInt16LE(extraSize, start + 24);
}

export interface Directory {
  readonly count: number;
  /** Where the central directory begins in the zip, and its bytes. */
  readonly offset: number;
  readonly size: number;
}

/** What closes a zip: the zip64 records only where a number does not fit into the plain record. */
export function endRecords({ count, offset, size }: Directory): Buffer {
  const end = Buffer.alloc(recordSizes.end);
  end.writeUInt32LE(signatures.end, 0);
  end.writeUInt16LE(Math.min(count, limit16), 8);
  end.writeUInt16LE(Math.min(count, limit16), 10);
  end.writeUInt32LE(Math.min(size, limit32), 12);
  end.writeUInt32LE(Math.min(offset, limit32), 16);
  // Where 32 bits are full there must be a zip64 record; 65,535 entries are still told without one.
  if (count <= limit16 && size < limit32 && offset < limit32) return end;

  const wide = Buffer.alloc(recordSizes.zip64End + recordSizes.zip64Locator);
  wide.writeUInt32LE(signatures.zip64End, 0);
  wide.writeBigUInt64LE(BigInt(recordSizes.zip64End - 12), 4);
  wide.writeUInt16LE(unixSystem | zip64Version, 12);
  wide.writeUInt16LE(zip64Version, 14);
  wide.writeBigUInt64LE(BigInt(count), 24);
  wide.writeBigUInt64LE(BigInt(count), 32);
  wide.writeBigUInt64LE(BigInt(size), 40);
  wide.writeBigUInt64LE(BigInt(offset), 48);
  wide.writeUInt32LE(signatures.zip64Locator, 56);
  wide.writeBigUInt64LE(BigInt(offset + size), 64);
  wide.writeUInt32LE(1, 72);
  return Buffer.concat([wide, end]);
}

/** A whole zip in memory, entries in bytewise order of their names. */
export function packEntries(entries: readonly PackEntry[]): Buffer {
  const pieces: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries.toSorted((left, right) => compareBytewise(left.path, right.path))) {
    const header = { ...entry, compressedSize: entry.data.length };
    const local = localHeader(header);
    directory.push(centralHeader(header, offset));
    pieces.push(local, entry.data);
    offset += local.length + entry.data.length;
  }
  const size = directory.reduce((sum, header) => sum + header.length, 0);
  return Buffer.concat([...pieces, ...directory, endRecords({ count: entries.length, offset, size })]);
}
