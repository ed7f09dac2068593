import { archiveFault } from "./fault.ts";
import { limit16, limit32, recordSizes, signatures } from "./format.ts";

/** Where the central directory of a zip stands. Its end is the beginning of the end records. */
export interface DirectoryPlace {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

const longestComment = 0xffff;

/**
 * Finds the central directory from the records at the end of a zip. Everything that makes readers disagree about
 * where the directory is gets refused: bytes behind the end, a second end in the comment, bytes between the
 * directory and its end (which shift all offsets), zip64 and plain records that contradict each other.
 *
 * @param base where in the zip `bytes` begin, when they are only its end
 * @throws BrigError `wheel-invalid`
 */
export function findDirectory(bytes: Buffer, archive: string, base = 0): DirectoryPlace {
  const end = findEnd(bytes, archive);
  const plain = {
    disk: bytes.readUInt16LE(end + 4),
    directoryDisk: bytes.readUInt16LE(end + 6),
    countHere: bytes.readUInt16LE(end + 8),
    count: bytes.readUInt16LE(end + 10),
    size: bytes.readUInt32LE(end + 12),
    offset: bytes.readUInt32LE(end + 16),
  };
  const wide = readZip64End(bytes, end, archive, base);
  if (wide !== undefined) {
    requireAgreement(plain, wide.fields, archive);
  }
  const { disk, directoryDisk, countHere, count, size, offset } = wide?.fields ?? plain;
  if (disk !== 0 || directoryDisk !== 0 || countHere !== count) {
    throw archiveFault(archive, "is one part of a zip split over several files");
  }
  const directoryEnd = base + (wide?.offset ?? end);
  if (offset + size !== directoryEnd) {
    throw archiveFault(
      archive,
      `its central directory ends at ${offset + size}, not at ${directoryEnd} where its end record begins`,
    );
  }
  if (count * recordSizes.central > size) {
    throw archiveFault(archive, `claims ${count} entries in a central directory of ${size} bytes`);
  }
  return { offset, size, count };
}

function findEnd(bytes: Buffer, archive: string): number {
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(signatures.end);
  const tail = Math.max(0, bytes.length - recordSizes.end - longestComment);
  const found = bytes.subarray(tail).lastIndexOf(mark);
  const end = tail + found;
  if (found === -1 || end + recordSizes.end > bytes.length) {
    throw archiveFault(archive, "is not a zip, or its end is missing");
  }
  if (end + recordSizes.end + bytes.readUInt16LE(end + 20) !== bytes.length) {
    throw archiveFault(archive, "does not end where its end record says");
  }
  return end;
}

interface EndFields {
  readonly disk: number;
  readonly directoryDisk: number;
  readonly countHere: number;
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

/** The zip64 record, which may be there in any zip: some readers take it whenever they see its locator. */
function readZip64End(
  bytes: Buffer,
  end: number,
  archive: string,
  base: number,
): { readonly offset: number; readonly fields: EndFields } | undefined {
  const locator = end - recordSizes.zip64Locator;
  if (locator < 0 || bytes.readUInt32LE(locator) !== signatures.zip64Locator) return undefined;
  const place = readWide(bytes, locator + 8, archive);
  const offset = place - base;
  const disks = bytes.readUInt32LE(locator + 16);
  if (bytes.readUInt32LE(locator + 4) !== 0 || disks > 1) {
    throw archiveFault(archive, "is one part of a zip split over several files");
  }
  const inside = offset >= 0 && offset + recordSizes.zip64End <= locator;
  if (!inside || bytes.readUInt32LE(offset) !== signatures.zip64End) {
    throw archiveFault(archive, `has no zip64 end record at ${place}`);
  }
  // The size field does not count itself and what stands before it.
  if (offset + 12 + readWide(bytes, offset + 4, archive) !== locator) {
    throw archiveFault(archive, "its zip64 end record has the wrong size");
  }
  return {
    offset,
    fields: {
      disk: bytes.readUInt32LE(offset + 16),
      directoryDisk: bytes.readUInt32LE(offset + 20),
      countHere: readWide(bytes, offset + 24, archive),
      count: readWide(bytes, offset + 32, archive),
      size: readWide(bytes, offset + 40, archive),
      offset: readWide(bytes, offset + 48, archive),
    },
  };
}

function requireAgreement(plain: EndFields, wide: EndFields, archive: string): void {
  const agrees = (field: keyof EndFields, limit: number): boolean =>
    plain[field] === limit || plain[field] === wide[field];
  const differing =
    (["disk", "directoryDisk", "countHere", "count"] as const).find((field) => !agrees(field, limit16)) ??
    (["size", "offset"] as const).find((field) => !agrees(field, limit32));
  if (differing === undefined) return;
  throw archiveFault(
    archive,
    `its two end records differ: ${differing} ${plain[differing]} and ${wide[differing]}`,
  );
}

/** A 64-bit number that is a position or count in a file. */
export function readWide(bytes: Buffer, offset: number, archive: string): number {
  const value = bytes.readBigUInt64LE(offset);
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw archiveFault(archive, `has an impossible number ${value}`);
  return Number(value);
}
