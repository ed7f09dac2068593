import { createHash } from "node:crypto";
import { linkSync } from "node:fs";
import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unzippedLimit } from "../../build/limits.ts";
import { BrigError } from "../../errors.ts";
import { extractMember } from "../../zip/extract.ts";
import { readLinkTarget } from "../../zip/link-target.ts";
import { type ZipMember, readZip } from "../../zip/reader.ts";
import { invalidParameter } from "../aws-fault.ts";
import { type StagedTree, snapshotTree } from "./snapshot-tree.ts";

/** Code of a function or layer, unpacked. */
export interface StoredCode {
  /** SHA-256 of the zip in base64, as `CodeSha256`. */
  readonly sha256: string;
  /** Bytes of the zip. */
  readonly size: number;
  /** Bytes of all files. */
  readonly unzippedSize: number;
  /** Absolute path of the unpacked files. */
  readonly folder: string;
  /** The zip itself, in the store; undefined for a folder that is run as it is, and for a build. */
  readonly zipFile: string | undefined;
  /** The zip of a build, where that has it. */
  readonly builtZip?: string;
}

/** What a build made: a zip, and a tree with the very files of the zip. */
export interface BuiltCode {
  readonly tree: StagedTree;
  /** Absolute path. */
  readonly zipFile: string;
  /** SHA-256 of the zip in base64. */
  readonly sha256: string;
  /** Bytes of the zip. */
  readonly size: number;
}

/** Zips of functions and layers in the service's folder, by their SHA-256. The same zip is unpacked once. */
export interface CodeStore {
  /**
   * @param previous code that likely shares most files: what is equal is linked instead of written
   * @throws AwsFault InvalidParameterValueException for what is no zip, an unsafe one, or one over 262,144,000 bytes
   */
  readonly add: (zip: Buffer, previous?: StoredCode) => Promise<StoredCode>;
  /**
   * The same for a build, whose zip is neither read nor unpacked, unless the tree is not what the build wrote.
   *
   * @param previous code whose files are linked, where it was a build's
   */
  readonly addBuild: (build: BuiltCode, previous?: StoredCode) => Promise<StoredCode>;
  /** The zip of this hex SHA-256, if the store has it. */
  readonly readZip: (sha256: string) => Promise<Buffer | undefined>;
  /**
   * Copies a tree of code with the host's own packages to where nobody changes it.
   *
   * @param previous the copy before, whose equal files are linked
   * @returns the folder; `undefined` when the tree is not what the build wrote
   */
  readonly addTwin: (tree: StagedTree, previous: string | undefined) => Promise<string | undefined>;
  /** Removes code that no version has any more, and that nothing runs: the zip now, the files a little later. */
  readonly release: (code: StoredCode) => Promise<void>;
  /** The same for a twin; others' folders are left alone. */
  readonly releaseTwin: (folder: string) => void;
}

/** Milliseconds: an invocation may have been on its way to a version when that was replaced. */
const lateStart = 30_000;

export function openCodeStore(folder: string): CodeStore {
  const known = new Map<string, Promise<StoredCode>>();
  // Of builds: where each file of a snapshot came from. It goes with the code that it is of.
  const trees = new WeakMap<StoredCode, StagedTree>();
  const twins = new Map<string, StagedTree>();
  let unpacked = 0;
  const removeLater = (place: string): void => {
    setTimeout(() => {
      rm(place, { recursive: true, force: true }).catch(() => {});
    }, lateStart).unref();
  };
  const once = (digest: Buffer, make: (place: string) => Promise<StoredCode>): Promise<StoredCode> => {
    const key = digest.toString("hex");
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    const made = make(join(folder, `${key}-${++unpacked}`));
    known.set(key, made);
    made.catch(() => known.delete(key));
    return made;
  };
  return {
    add: (zip, previous) => {
      const digest = createHash("sha256").update(zip).digest();
      return once(digest, (place) => unpack(zip, digest, place, previous));
    },
    addBuild: ({ tree, zipFile, sha256, size }, previous) => {
      const digest = Buffer.from(sha256, "base64");
      return once(digest, async (place) => {
        if (!(await snapshotTree(tree, place, previous && trees.get(previous)))) {
          await rm(place, { recursive: true, force: true });
          return unpack(await readFile(zipFile), digest, place, previous);
        }
        const unzippedSize = Object.values(tree.files).reduce((sum, [, bytes]) => sum + bytes, 0);
        const code = { sha256, size, unzippedSize, folder: place, zipFile: undefined, builtZip: zipFile };
        trees.set(code, { folder: place, files: tree.files });
        return code;
      });
    },
    readZip: async (sha256) => {
      const code = await known.get(sha256)?.catch(() => undefined);
      const file = code?.zipFile ?? code?.builtZip;
      const zip = file === undefined ? undefined : await readFile(file).catch(() => undefined);
      // What a build made is not kept by the service.
      return zip !== undefined && createHash("sha256").update(zip).digest("hex") === sha256 ? zip : undefined;
    },
    addTwin: async (tree, previous) => {
      const place = join(folder, `twin-${++unpacked}`);
      if (await snapshotTree(tree, place, twins.get(previous ?? ""))) {
        twins.set(place, { folder: place, files: tree.files });
        return place;
      }
      await rm(place, { recursive: true, force: true });
      return undefined;
    },
    releaseTwin: (place) => {
      if (twins.delete(place)) removeLater(place);
    },
    release: async (code) => {
      // A folder that is run as it is belongs to somebody else.
      if (code.zipFile === undefined && code.builtZip === undefined) return;
      known.delete(Buffer.from(code.sha256, "base64").toString("hex"));
      if (code.zipFile !== undefined) await rm(code.zipFile, { force: true });
      removeLater(code.folder);
    },
  };
}

async function unpack(
  zip: Buffer,
  digest: Buffer,
  folder: string,
  previous: StoredCode | undefined,
): Promise<StoredCode> {
  const members = readMembers(zip);
  const unzippedSize = members.reduce((sum, { size }) => sum + size, 0);
  if (unzippedSize > unzippedLimit) {
    throw invalidParameter(`Unzipped size must be smaller than ${unzippedLimit} bytes`);
  }
  const unfinished = `${folder}.unfinished`;
  const zipFile = `${folder}.zip`;
  await rm(unfinished, { recursive: true, force: true });
  try {
    await makeFolders(unfinished, members);
    const linked = await linkEqual(zip, members, unfinished, previous);
    for (const member of members) {
      if (member.isDirectory || member.isLink || linked.has(member.name)) continue;
      const mode = member.mode !== undefined && (member.mode & 0o111) !== 0 ? 0o755 : 0o644;
      // "wx": on a file system that ignores case, two names may be one file.
      await writeFile(join(unfinished, member.name), extractMember(zip, member, "the zip"), {
        mode,
        flag: "wx",
      });
    }
    // Last: nothing is written through a link.
    for (const member of members) {
      if (member.isLink) await symlink(readLinkTarget(zip, member, "the zip"), join(unfinished, member.name));
    }
    await writeFile(zipFile, zip);
    await rename(unfinished, folder);
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true });
    throw cause instanceof BrigError || isTaken(cause) ? unreadable(cause) : cause;
  }
  return { sha256: digest.toString("base64"), size: zip.length, unzippedSize, folder, zipFile };
}

function readMembers(zip: Buffer): readonly ZipMember[] {
  const startsAsZip = zip.length >= 4 && zip.readUInt32LE(0) === 0x04034b50;
  try {
    const members = readZip(zip, "the zip", true);
    if (members.length === 0) throw invalidParameter("Uploaded file must be a non-empty zip");
    return members;
  } catch (cause) {
    if (!(cause instanceof BrigError)) throw cause;
    throw startsAsZip ? unreadable(cause) : unreadable(undefined);
  }
}

/** AWS's sentence; for a zip that was refused, the reason too, which AWS keeps to itself. */
function unreadable(cause: unknown): Error {
  const sentence = "Could not unzip uploaded file. Please check your file, then try to upload again.";
  return invalidParameter(cause instanceof Error ? `${sentence} (${cause.message})` : sentence);
}

function isTaken(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "EEXIST";
}

async function makeFolders(root: string, members: readonly ZipMember[]): Promise<void> {
  const folders = new Set([root]);
  for (const { name, isDirectory } of members) {
    folders.add(isDirectory ? join(root, name) : dirname(join(root, name)));
  }
  for (const folder of folders) await mkdir(folder, { recursive: true });
}

/** Links the files whose packed bytes are the same as in the code before: after an edit nearly all are. */
async function linkEqual(
  zip: Buffer,
  members: readonly ZipMember[],
  folder: string,
  previous: StoredCode | undefined,
): Promise<ReadonlySet<string>> {
  const linked = new Set<string>();
  if (previous?.zipFile === undefined) return linked;
  const old = await readFile(previous.zipFile).catch(() => undefined);
  if (old === undefined) return linked;
  const oldMembers = new Map(readZip(old, "the zip", true).map((member) => [member.name, member]));
  for (const member of members) {
    const before = oldMembers.get(member.name);
    if (before === undefined || member.isDirectory || member.isLink || !isSame(zip, member, old, before))
      continue;
    try {
      linkSync(join(previous.folder, member.name), join(folder, member.name));
      linked.add(member.name);
    } catch {
      // Too many links, or gone: it is written instead.
    }
  }
  return linked;
}

function isSame(zip: Buffer, member: ZipMember, old: Buffer, before: ZipMember): boolean {
  return (
    member.method === before.method &&
    member.size === before.size &&
    member.crc32 === before.crc32 &&
    member.mode === before.mode &&
    member.compressedSize === before.compressedSize &&
    zip.compare(
      old,
      before.dataOffset,
      before.dataOffset + before.compressedSize,
      member.dataOffset,
      member.dataOffset + member.compressedSize,
    ) === 0
  );
}
