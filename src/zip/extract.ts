import { type InflateRaw, crc32, inflateRawSync } from "node:zlib";
import { entryFault } from "./fault.ts";
import { methods } from "./format.ts";
import type { ZipMember } from "./reader.ts";

/**
 * The contents of one member, whose size and CRC-32 are those that the zip claims. Never more memory than claimed.
 *
 * @throws BrigError `wheel-invalid`
 */
export function extractMember(bytes: Buffer, member: ZipMember, archive: string): Buffer {
  const packed = bytes.subarray(member.dataOffset, member.dataOffset + member.compressedSize);
  const contents = member.method === methods.stored ? packed : inflate(packed, member, archive);
  if (contents.length !== member.size) {
    throw entryFault(archive, member.name, `has ${contents.length} bytes, not ${member.size}`);
  }
  if (crc32(contents) !== member.crc32) throw entryFault(archive, member.name, "has a wrong checksum");
  return contents;
}

function inflate(packed: Buffer, member: ZipMember, archive: string): Buffer {
  let result: object;
  try {
    result = inflateRawSync(packed, {
      info: true,
      maxOutputLength: Math.max(1, member.size),
      chunkSize: Math.min(Math.max(64, member.size + 1), 1 << 20),
    });
  } catch (cause) {
    throw entryFault(archive, member.name, "cannot be inflated to the size it claims", cause);
  }
  if (!hasEngine(result)) throw new TypeError("node:zlib ignores the option `info`");
  if (result.engine.bytesWritten !== packed.length) {
    throw entryFault(archive, member.name, "has unknown bytes behind its data");
  }
  return result.buffer;
}

/** With `info` node:zlib also returns the stream, which knows how much of the input it used; the types do not say so. */
function hasEngine(result: object): result is { readonly buffer: Buffer; readonly engine: InflateRaw } {
  return "engine" in result;
}
