import { crc32, deflateRawSync } from "node:zlib";
import { recordSizes, signatures } from "./format.ts";

/** One entry of a zip for tests; everything that a writer could get wrong can be set apart from the rest. */
export interface TestEntry {
  readonly name: string | Buffer;
  readonly contents?: Buffer | string;
  readonly method?: number;
  readonly flags?: number;
  readonly localFlags?: number;
  readonly localMethod?: number;
  readonly localName?: string | Buffer;
  readonly localExtra?: Buffer;
  readonly extra?: Buffer;
  readonly comment?: string;
  readonly packed?: Buffer;
  readonly crc32?: number;
  readonly size?: number;
  readonly compressedSize?: number;
  readonly local?: { readonly crc32?: number; readonly size?: number; readonly compressedSize?: number };
  readonly descriptor?: Buffer;
  readonly system?: number;
  readonly mode?: number;
  readonly disk?: number;
  /** What the central header says; the real place otherwise. */
  readonly offset?: number;
  /** Bytes before the local header. */
  readonly gap?: Buffer;
}

export interface TestZip {
  readonly comment?: string | Buffer;
  readonly prefix?: Buffer;
  /** Between the last entry and the central directory. */
  readonly gap?: Buffer;
  /** Between the central directory and its end record. */
  readonly directoryGap?: Buffer;
  readonly suffix?: Buffer;
  readonly zip64?: boolean | ((record: Buffer) => void);
  readonly end?: (record: Buffer) => void;
}

export function makeZip(entries: readonly TestEntry[], options: TestZip = {}): Buffer {
  const pieces: Buffer[] = [options.prefix ?? Buffer.alloc(0)];
  const central: Buffer[] = [];
  const position = (): number => pieces.reduce((sum, piece) => sum + piece.length, 0);
  for (const entry of entries) {
    if (entry.gap) pieces.push(entry.gap);
    const contents = Buffer.from(entry.contents ?? "");
    const method = entry.method ?? 8;
    const packed = entry.packed ?? (method === 8 ? deflateRawSync(contents) : contents);
    const fields: Fields = {
      name: Buffer.from(entry.name),
      extra: entry.extra ?? Buffer.alloc(0),
      flags: entry.flags ?? (/^[ -~]*$/.test(entry.name.toString()) ? 0 : 0x800),
      method,
      crc32: entry.crc32 ?? crc32(contents),
      size: entry.size ?? contents.length,
      compressedSize: entry.compressedSize ?? packed.length,
    };
    const offset = position();
    pieces.push(
      localRecord({
        ...fields,
        ...entry.local,
        name: Buffer.from(entry.localName ?? entry.name),
        extra: entry.localExtra ?? Buffer.alloc(0),
        flags: entry.localFlags ?? fields.flags,
        method: entry.localMethod ?? method,
      }),
      packed,
      entry.descriptor ?? Buffer.alloc(0),
    );
    central.push(centralRecord(fields, entry, entry.offset ?? offset));
  }
  if (options.gap) pieces.push(options.gap);
  const directoryOffset = position();
  pieces.push(...central, options.directoryGap ?? Buffer.alloc(0));
  const size = central.reduce((sum, piece) => sum + piece.length, 0);
  if (options.zip64) {
    pieces.push(zip64Records(entries.length, directoryOffset, size, options.zip64));
  }
  const comment = Buffer.from(options.comment ?? "");
  const end = Buffer.alloc(recordSizes.end);
  end.writeUInt32LE(signatures.end, 0);
  end.writeUInt16LE(options.zip64 ? 0xffff : entries.length, 8);
  end.writeUInt16LE(options.zip64 ? 0xffff : entries.length, 10);
  end.writeUInt32LE(options.zip64 ? 0xffffffff : size, 12);
  end.writeUInt32LE(options.zip64 ? 0xffffffff : directoryOffset, 16);
  end.writeUInt16LE(comment.length, 20);
  options.end?.(end);
  return Buffer.concat([...pieces, end, comment, options.suffix ?? Buffer.alloc(0)]);
}

/** A data descriptor, with or without its signature, with sizes of 4 or 8 bytes. */
export function descriptor(
  crc: number,
  compressedSize: number,
  size: number,
  { signed = true, wide = false } = {},
): Buffer {
  const numbers = Buffer.alloc(wide ? 20 : 12);
  numbers.writeUInt32LE(crc, 0);
  if (wide) {
    numbers.writeBigUInt64LE(BigInt(compressedSize), 4);
    numbers.writeBigUInt64LE(BigInt(size), 12);
  } else {
    numbers.writeUInt32LE(compressedSize, 4);
    numbers.writeUInt32LE(size, 8);
  }
  const mark = Buffer.alloc(signed ? 4 : 0);
  if (signed) mark.writeUInt32LE(signatures.descriptor, 0);
  return Buffer.concat([mark, numbers]);
}

/** A zip64 extra field with the given 64-bit numbers. */
export function zip64Extra(...numbers: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * numbers.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * numbers.length, 2);
  for (const [index, value] of numbers.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  return extra;
}

interface Fields {
  readonly name: Buffer;
  readonly extra: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
}

function sharedFields(fields: Fields): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(20, 0);
  bytes.writeUInt16LE(fields.flags, 2);
  bytes.writeUInt16LE(fields.method, 4);
  bytes.writeUInt16LE(0x6000, 6);
  bytes.writeUInt16LE(0x5a21, 8);
  bytes.writeUInt32LE(fields.crc32, 10);
  bytes.writeUInt32LE(fields.compressedSize, 14);
  bytes.writeUInt32LE(fields.size, 18);
  bytes.writeUInt16LE(fields.name.length, 22);
  bytes.writeUInt16LE(fields.extra.length, 24);
  return bytes;
}

function localRecord(fields: Fields): Buffer {
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(signatures.local, 0);
  return Buffer.concat([mark, sharedFields(fields), fields.name, fields.extra]);
}

function centralRecord(fields: Fields, entry: TestEntry, offset: number): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt32LE(signatures.central, 0);
  head.writeUInt16LE(((entry.system ?? 3) << 8) | 20, 4);
  const comment = Buffer.from(entry.comment ?? "");
  const rest = Buffer.alloc(14);
  rest.writeUInt16LE(comment.length, 0);
  rest.writeUInt16LE(entry.disk ?? 0, 2);
  rest.writeUInt32LE((entry.mode ?? 0o100644) * 0x10000, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([head, sharedFields(fields), rest, fields.name, fields.extra, comment]);
}

function zip64Records(count: number, offset: number, size: number, edit: TestZip["zip64"]): Buffer {
  const record = Buffer.alloc(recordSizes.zip64End + recordSizes.zip64Locator);
  record.writeUInt32LE(signatures.zip64End, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  record.writeUInt32LE(signatures.zip64Locator, 56);
  record.writeBigUInt64LE(BigInt(offset + size), 64);
  record.writeUInt32LE(1, 72);
  if (typeof edit === "function") edit(record);
  return record;
}
