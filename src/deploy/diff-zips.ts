import { compareBytewise } from "../workspace/compare-bytewise.ts";
import { isExecutable } from "../zip/executable.ts";
import { extractMember } from "../zip/extract.ts";
import { readZip, type ZipMember } from "../zip/reader.ts";

/** A zip in memory, with what errors call it. */
export interface NamedZip {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A file in which two zips differ; `from` and `to` say what each has. */
export interface FileDifference {
  readonly path: string;
  readonly kind: "contents" | "mode" | "only-left" | "only-right";
  /** Compiled from a source beside it, which another patch version of Python does to other bytes. A module without source is none. */
  readonly bytecode: boolean;
}

/**
 * The files in which two zips differ, bytewise by path, bytecode last. None where only the packing differs: order, headers,
 * compression.
 *
 * @throws BrigError `wheel-invalid` for a zip that readers may understand differently
 */
export function diffZips(left: NamedZip, right: NamedZip): readonly FileDifference[] {
  const before = membersOf(left);
  const after = membersOf(right);
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted(compareBytewise);
  const differences = paths.flatMap((path): FileDifference[] => {
    const kind = kindOf({ zip: left, member: before.get(path) }, { zip: right, member: after.get(path) });
    return kind === undefined ? [] : [{ path, kind, bytecode: /(^|\/)__pycache__\/[^/]+\.pyc$/.test(path) }];
  });
  return [...differences.filter((each) => !each.bytecode), ...differences.filter((each) => each.bytecode)];
}

function membersOf({ bytes, name }: NamedZip): ReadonlyMap<string, ZipMember> {
  // Lambda takes symbolic links, and somebody else may have made the zip.
  const files = readZip(bytes, name, true).filter(({ isDirectory }) => !isDirectory);
  return new Map(files.map((member) => [member.name, member]));
}

interface Side {
  readonly zip: NamedZip;
  readonly member: ZipMember | undefined;
}

function kindOf(left: Side, right: Side): FileDifference["kind"] | undefined {
  if (left.member === undefined) return "only-right";
  if (right.member === undefined) return "only-left";
  if (left.member.isLink !== right.member.isLink) return "contents";
  if (!hasSameContents(left.zip, left.member, right.zip, right.member)) return "contents";
  return isExecutable(left.member) === isExecutable(right.member) ? undefined : "mode";
}

function hasSameContents(left: NamedZip, before: ZipMember, right: NamedZip, after: ZipMember): boolean {
  if (before.size !== after.size || before.crc32 !== after.crc32) return false;
  if (before.method === after.method && packed(left, before).equals(packed(right, after))) return true;
  // Another program compressed the same, or somebody found other bytes of the same CRC.
  return extractMember(left.bytes, before, left.name).equals(extractMember(right.bytes, after, right.name));
}

function packed({ bytes }: NamedZip, { dataOffset, compressedSize }: ZipMember): Buffer {
  return bytes.subarray(dataOffset, dataOffset + compressedSize);
}
