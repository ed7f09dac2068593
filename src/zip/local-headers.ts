import type { CentralEntry } from "./central-directory.ts";
import { readWide } from "./end-record.ts";
import { parseExtraFields } from "./extra-fields.ts";
import { archiveFault, entryFault } from "./fault.ts";
import { limit32, recordSizes, signatures } from "./format.ts";

/** Flag bit 3: crc and sizes follow the data, in a data descriptor. */
const descriptorFlag = 0x8;

/**
 * Checks that the local headers and data fill the file from its first byte to the central directory, each entry
 * once and without gaps, and that both headers of an entry agree: so readers that go by the local headers
 * see what readers of the central directory see.
 *
 * @returns the offset of each entry's compressed bytes, in the order of `entries`
 * @throws BrigError `wheel-invalid`
 */
export function locateData(
  bytes: Buffer,
  entries: readonly CentralEntry[],
  directoryOffset: number,
  archive: string,
): readonly number[] {
  const byOffset = [...entries.entries()].toSorted(
    ([, left], [, right]) => left.localOffset - right.localOffset,
  );
  const offsets = Array.from<number>({ length: entries.length });
  let position = 0;
  for (const [rank, [index, entry]] of byOffset.entries()) {
    if (entry.localOffset !== position) throw entryFault(archive, entry.name, "has unknown bytes before it");
    const dataOffset = checkLocalHeader(bytes, entry, directoryOffset, archive);
    const dataEnd = dataOffset + entry.compressedSize;
    const next = byOffset[rank + 1]?.[1].localOffset ?? directoryOffset;
    if (dataEnd > next) throw entryFault(archive, entry.name, "overlaps what follows it");
    if ((entry.flags & descriptorFlag) === 0) {
      position = dataEnd;
    } else {
      if (!isDescriptor(bytes.subarray(dataEnd, next), entry)) {
        throw entryFault(archive, entry.name, "has a wrong data descriptor");
      }
      position = next;
    }
    offsets[index] = dataOffset;
  }
  if (position !== directoryOffset) {
    throw archiveFault(
      archive,
      `has ${directoryOffset - position} unknown bytes before its central directory`,
    );
  }
  return offsets;
}

function checkLocalHeader(bytes: Buffer, entry: CentralEntry, end: number, archive: string): number {
  const start = entry.localOffset;
  if (start + recordSizes.local > end || bytes.readUInt32LE(start) !== signatures.local) {
    throw entryFault(archive, entry.name, `has no local header at ${start}`);
  }
  const nameStart = start + recordSizes.local;
  const extraStart = nameStart + bytes.readUInt16LE(start + 26);
  const dataOffset = extraStart + bytes.readUInt16LE(start + 28);
  if (dataOffset + entry.compressedSize > end) {
    throw entryFault(archive, entry.name, "reaches beyond the archive's data");
  }
  if (!bytes.subarray(nameStart, extraStart).equals(entry.nameBytes)) {
    const other = JSON.stringify(bytes.toString("latin1", nameStart, Math.min(extraStart, nameStart + 200)));
    throw entryFault(archive, entry.name, `is called ${other} in its local header`);
  }
  if (bytes.readUInt16LE(start + 8) !== entry.method) {
    throw entryFault(archive, entry.name, "has another compression method in its local header");
  }
  const flags = bytes.readUInt16LE(start + 6);
  const differing = (flags ^ entry.flags) & (descriptorFlag | 0x1);
  if (differing !== 0) throw entryFault(archive, entry.name, "has other flags in its local header");
  if ((flags & descriptorFlag) === 0) checkLocalSizes(bytes, start, extraStart, dataOffset, entry, archive);
  return dataOffset;
}

function checkLocalSizes(
  bytes: Buffer,
  start: number,
  extraStart: number,
  extraEnd: number,
  entry: CentralEntry,
  archive: string,
): void {
  let size = bytes.readUInt32LE(start + 22);
  let compressedSize = bytes.readUInt32LE(start + 18);
  if (size === limit32 || compressedSize === limit32) {
    // A local zip64 field holds both sizes (APPNOTE §4.5.3), however small they are.
    const zip64 = parseExtraFields(bytes.subarray(extraStart, extraEnd))?.zip64;
    if (zip64 === undefined || zip64.length < 16) {
      throw entryFault(archive, entry.name, "lacks the zip64 field that its local header refers to");
    }
    if (size === limit32) size = readWide(zip64, 0, archive);
    if (compressedSize === limit32) compressedSize = readWide(zip64, 8, archive);
  }
  const crc32 = bytes.readUInt32LE(start + 14);
  if (crc32 !== entry.crc32 || size !== entry.size || compressedSize !== entry.compressedSize) {
    throw entryFault(archive, entry.name, "has another checksum or size in its local header");
  }
}

/** crc, compressed size, size; with or without a signature; sizes of 32 or 64 bits (APPNOTE §4.3.9). */
function isDescriptor(bytes: Buffer, entry: CentralEntry): boolean {
  const isSigned = bytes.length === 16 || bytes.length === 24;
  if (!isSigned && bytes.length !== 12 && bytes.length !== 20) return false;
  if (isSigned && bytes.readUInt32LE(0) !== signatures.descriptor) return false;
  const fields = isSigned ? bytes.subarray(4) : bytes;
  if (fields.readUInt32LE(0) !== entry.crc32) return false;
  return fields.length === 12
    ? fields.readUInt32LE(4) === entry.compressedSize && fields.readUInt32LE(8) === entry.size
    : fields.readBigUInt64LE(4) === BigInt(entry.compressedSize) &&
        fields.readBigUInt64LE(12) === BigInt(entry.size);
}
