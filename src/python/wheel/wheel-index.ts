import { hash } from "node:crypto";
import { basename } from "node:path";
import { BrigError } from "../../errors.ts";
import type { Archive, SpliceEntry } from "../../zip/archive.ts";
import { compareBytewise } from "../../workspace/compare-bytewise.ts";
import { findNameConflict } from "../../zip/entry-name.ts";
import { isExecutable } from "../../zip/executable.ts";
import { extractMember } from "../../zip/extract.ts";
import { entryFault } from "../../zip/fault.ts";
import { readZip } from "../../zip/reader.ts";
import { readDistInfo } from "./dist-info.ts";
import { installPath } from "./install-path.ts";
import { readRecord, verifyDigest } from "./verify-record.ts";
import { matchWheelName } from "./wheel-name.ts";

/**
 * Checks a wheel as hostile input, every byte of it, and lists the files that it brings to a staging tree: those of
 * `pip install --target` without launchers, headers, bytecode and the installer's own files.
 *
 * @param bytes the whole wheel
 * @param file absolute path where it is kept
 * @param sha256 hex, of `bytes`; not computed again
 * @param wheel its file name (PEP 427), where the path does not end in it
 * @param onContents called with the bytes of each entry, in the order of `unpackedOffset`
 * @throws BrigError `wheel-invalid`
 */
export function indexWheel(
  bytes: Buffer,
  file: string,
  sha256: string,
  wheel: string = basename(file),
  onContents: (contents: Uint8Array) => void = () => {},
): Archive {
  try {
    return { file, sha256, size: bytes.length, entries: readEntries(bytes, wheel, onContents) };
  } catch (cause) {
    if (!(cause instanceof BrigError) || cause.hint !== null) throw cause;
    throw new BrigError(cause.code, cause.message, hintFor(wheel), { cause });
  }
}

function readEntries(
  bytes: Buffer,
  wheel: string,
  onContents: (contents: Uint8Array) => void,
): readonly SpliceEntry[] {
  const files = readZip(bytes, wheel).filter((member) => !member.isDirectory);
  const distInfo = readDistInfo(bytes, files, wheel);
  const digests = readRecord(distInfo.record, distInfo.folder, files, wheel);
  const entries = new Map<string, SpliceEntry>();
  let unpackedOffset = 0;
  for (const member of files.toSorted((left, right) => compareBytewise(left.name, right.name))) {
    const contents = extractMember(bytes, member, wheel);
    const sha256 = hash("sha256", contents);
    const recorded = digests.get(member.name);
    if (recorded !== undefined) verifyDigest(member, contents, sha256, recorded, wheel);
    const path = installPath(member.name, distInfo.folder, wheel);
    if (path === undefined) continue;
    const entry = {
      path,
      executable: isExecutable(member),
      method: member.method,
      crc32: member.crc32,
      size: member.size,
      compressedSize: member.compressedSize,
      offset: member.dataOffset,
      unpackedOffset,
      sha256,
    };
    const other = entries.get(path);
    if (other === undefined) {
      entries.set(path, entry);
      unpackedOffset += contents.length;
      onContents(contents);
    } else if (other.sha256 !== sha256 || other.executable !== entry.executable) {
      throw entryFault(
        wheel,
        member.name,
        `becomes ${JSON.stringify(path)}, as does another, different file`,
      );
    }
  }
  const conflict = findNameConflict([...entries.keys()]);
  if (conflict !== undefined) throw entryFault(wheel, conflict.name, conflict.reason);
  return [...entries.values()].toSorted((left, right) => compareBytewise(left.path, right.path));
}

/** A wheel is what its publisher made it: another version is the way out. */
function hintFor(wheel: string): string | null {
  const name = matchWheelName(wheel);
  if (name === undefined) return null;
  return `add "${name.name} != ${name.version}" to requirements.txt, then: brig lock`;
}
