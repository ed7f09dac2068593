import { type DirectoryPlace, readWide } from "./end-record.ts";
import { findNameFault } from "./entry-name.ts";
import { parseExtraFields } from "./extra-fields.ts";
import { archiveFault, entryFault } from "./fault.ts";
import { fileTypes, limit16, limit32, methods, recordSizes, signatures, utf8Flag } from "./format.ts";

/** One header of the central directory, checked by itself but not yet against its local header. */
export interface CentralEntry {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly method: 0 | 8;
  readonly flags: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly localOffset: number;
  readonly mode: number | undefined;
  readonly isDirectory: boolean;
  /** A symbolic link: its contents are what it leads to. */
  readonly isLink: boolean;
}

/** Encrypted (bits 0 and 6), patch data (5), masked headers (13). */
const refusedFlags = 0x0001 | 0x0020 | 0x0040 | 0x2000;

/** "Made by" systems whose attributes hold a unix mode: unix and macOS. */
const unixSystems = new Set([3, 19]);

/**
 * @param takesLinks symbolic links are no fault
 * @throws BrigError `wheel-invalid`
 */
export function parseCentralDirectory(
  bytes: Buffer,
  place: DirectoryPlace,
  archive: string,
  takesLinks = false,
): readonly CentralEntry[] {
  const end = place.offset + place.size;
  const entries: CentralEntry[] = [];
  let position = place.offset;
  while (entries.length < place.count) {
    if (
      position + recordSizes.central > end ||
      bytes.readUInt32LE(position) !== signatures.central ||
      centralLength(bytes, position) > end - position
    ) {
      throw archiveFault(archive, `its central directory is broken at entry ${entries.length + 1}`);
    }
    const length = centralLength(bytes, position);
    entries.push(parseEntry(bytes.subarray(position, position + length), archive, takesLinks));
    position += length;
  }
  if (position !== end) {
    throw archiveFault(archive, `its central directory holds more than the ${place.count} entries it claims`);
  }
  return entries;
}

function centralLength(bytes: Buffer, position: number): number {
  const name = bytes.readUInt16LE(position + 28);
  const extra = bytes.readUInt16LE(position + 30);
  const comment = bytes.readUInt16LE(position + 32);
  return recordSizes.central + name + extra + comment;
}

function parseEntry(header: Buffer, archive: string, takesLinks: boolean): CentralEntry {
  const flags = header.readUInt16LE(8);
  const nameEnd = recordSizes.central + header.readUInt16LE(28);
  const nameBytes = header.subarray(recordSizes.central, nameEnd);
  const name = decodeName(nameBytes, flags, archive);
  const refuse = (reason: string): Error => entryFault(archive, name, reason);

  const nameFault = findNameFault(name);
  if (nameFault !== undefined) throw refuse(nameFault);
  if ((flags & refusedFlags) !== 0) throw refuse("is encrypted or patched");
  const method = header.readUInt16LE(10);
  if (method !== methods.stored && method !== methods.deflated)
    throw refuse(`has compression method ${method}`);

  const extra = parseExtraFields(header.subarray(nameEnd, nameEnd + header.readUInt16LE(30)));
  if (extra === undefined) throw refuse("has a broken extra field");
  if (extra.unicodePath !== undefined && !extra.unicodePath.equals(nameBytes)) {
    throw refuse("has a second name that differs");
  }
  const { size, compressedSize, localOffset, disk } = readSizes(header, extra.zip64, archive, name);
  if (disk !== 0) throw refuse(`is on disk ${disk}`);
  if (method === methods.stored && size !== compressedSize)
    throw refuse("is stored, yet its two sizes differ");

  const isDirectory = name.endsWith("/");
  if (isDirectory && size !== 0) throw refuse("is a directory with contents");
  const mode = header.readUInt32LE(38) >>> 16;
  // Refused whatever the system says: not all readers look at it.
  const type = mode & fileTypes.mask;
  const isLink = type === fileTypes.link && takesLinks && !isDirectory;
  if (type !== 0 && type !== fileTypes.regular && !isLink && !(type === fileTypes.directory && isDirectory)) {
    throw refuse(`is no plain file: mode ${mode.toString(8)}`);
  }
  return {
    name,
    nameBytes,
    method,
    flags,
    crc32: header.readUInt32LE(16),
    compressedSize,
    size,
    localOffset,
    mode: unixSystems.has(header.readUInt16LE(4) >>> 8) ? mode : undefined,
    isDirectory,
    isLink,
  };
}

function decodeName(bytes: Buffer, flags: number, archive: string): string {
  // Without the flag the name is code page 437 by the standard and UTF-8 by habit: readers disagree.
  if ((flags & utf8Flag) === 0 && bytes.some((byte) => byte > 0x7f)) {
    throw entryFault(archive, bytes.toString("latin1"), "has a name that is not marked as UTF-8");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw entryFault(archive, bytes.toString("latin1"), "has a name that is not UTF-8", cause);
  }
}

/** The four fields that move to the zip64 extra field, in its order (APPNOTE §4.5.3), where they do not fit. */
function readSizes(
  header: Buffer,
  zip64: Buffer | undefined,
  archive: string,
  name: string,
): { size: number; compressedSize: number; localOffset: number; disk: number } {
  let position = 0;
  const take = (width: 4 | 8): number => {
    if (zip64 === undefined || position + width > zip64.length) {
      throw entryFault(archive, name, "lacks the zip64 field that its header refers to");
    }
    position += width;
    return width === 8 ? readWide(zip64, position - 8, archive) : zip64.readUInt32LE(position - 4);
  };
  const wide = (value: number): number => (value === limit32 ? take(8) : value);
  const size = wide(header.readUInt32LE(24));
  const compressedSize = wide(header.readUInt32LE(20));
  const localOffset = wide(header.readUInt32LE(42));
  const disk = header.readUInt16LE(34);
  return { size, compressedSize, localOffset, disk: disk === limit16 ? take(4) : disk };
}
