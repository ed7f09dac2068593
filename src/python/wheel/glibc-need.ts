import { extractMember } from "../../zip/extract.ts";
import { readZip } from "../../zip/reader.ts";

export type GlibcVersion = readonly [major: number, minor: number];

const elfMagic = Buffer.from("\x7fELF", "latin1");
const versionMark = Buffer.from("GLIBC_");

/** `GLIBC_2.36` as a whole string of a string table, or behind the `@` of a versioned symbol. */
const versionPattern = /^GLIBC_(\d{1,3})\.(\d{1,4})(?:\.\d+)?\0/;
/** glibc 2.36 brought packed relative relocations, under a name without a number. */
const packedRelocations = { name: "GLIBC_ABI_DT_RELR\0", version: [2, 36] } as const;

/** The newest version of glibc that an ELF file asks for; undefined for none, or another kind of file. */
export function findGlibcNeed(bytes: Buffer): GlibcVersion | undefined {
  if (!bytes.subarray(0, elfMagic.length).equals(elfMagic)) return undefined;
  let newest: GlibcVersion | undefined;
  for (let at = bytes.indexOf(versionMark); at !== -1; at = bytes.indexOf(versionMark, at + 1)) {
    const before = bytes[at - 1];
    if (before !== 0 && before !== 0x40) continue;
    const version = parseVersion(bytes.toString("latin1", at, at + 24));
    if (version !== undefined && (newest === undefined || isNewer(version, newest))) newest = version;
  }
  return newest;
}

function parseVersion(text: string): GlibcVersion | undefined {
  if (text.startsWith(packedRelocations.name)) return packedRelocations.version;
  const match = versionPattern.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

function isNewer(left: GlibcVersion, right: GlibcVersion): boolean {
  return left[0] > right[0] || (left[0] === right[0] && left[1] > right[1]);
}

/** The file inside a wheel that asks for the newest glibc, to see whether it runs on a function's system. */
export interface WheelGlibcNeed {
  readonly path: string;
  readonly version: GlibcVersion;
}

/** @throws BrigError `wheel-invalid` */
export function findWheelGlibcNeed(bytes: Buffer, wheel: string): WheelGlibcNeed | undefined {
  let newest: WheelGlibcNeed | undefined;
  for (const member of readZip(bytes, wheel)) {
    const version = findGlibcNeed(extractMember(bytes, member, wheel));
    if (version !== undefined && (newest === undefined || isNewer(version, newest.version))) {
      newest = { path: member.name, version };
    }
  }
  return newest;
}
