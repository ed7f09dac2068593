import { BrigError } from "../errors.ts";
import type { Archive, SpliceEntry } from "../zip/archive.ts";
import { unzippedLimit } from "./limits.ts";
import { compileExcludes } from "../workspace/exclude-patterns.ts";
import { compareBytewise } from "../workspace/compare-bytewise.ts";

/** One file of the staging tree and of the zip: its path, what it holds, and where the bytes come from. */
export interface TreeEntry {
  readonly path: string;
  readonly executable: boolean;
  readonly size: number;
  readonly crc32: number;
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
  readonly origin: Origin;
}

export type Origin =
  | { readonly kind: "archive"; readonly archive: Archive; readonly entry: SpliceEntry }
  /** A file of the function's own source; `file` is absolute. */
  | { readonly kind: "source"; readonly file: string }
  /** Bytecode of a source file, in memory. */
  | { readonly kind: "bytecode"; readonly bytes: Uint8Array };

/** A dependency as it enters the layout: a wheel's files and, where there is any, its bytecode. */
export interface Dependency {
  /** What errors call it: `numpy 2.3.5`. */
  readonly owner: string;
  readonly archive: Archive;
  readonly bytecode: Archive | undefined;
}

/** The whole tree; each list is sorted bytewise by path, and together they hold no path twice. */
export interface Layout {
  readonly dependencies: readonly TreeEntry[];
  readonly firstParty: readonly TreeEntry[];
  /** Bytes of all files unpacked. */
  readonly unzippedSize: number;
  /** Bytes that it comes to, or would come to, with bytecode; of the dependencies alone, and in all. */
  readonly withBytecode: { readonly dependencies: number; readonly whole: number };
  /** Whether bytecode is in it: `false` where the limit left it out. */
  readonly bytecode: boolean;
}

interface Owned {
  readonly entry: TreeEntry;
  readonly owner: string;
}

/**
 * Decides what goes into the tree: every dependency's files and the function's own, without what `exclude`
 * names, bytecode beside each source that stays.
 *
 * @param bytecode `undefined`: leave it out when the tree would pass `unzippedLimit` with it
 * @throws BrigError `path-collision` when two owners bring one path with different bytes, or a file where another needs a folder
 */
export function planLayout(
  dependencies: readonly Dependency[],
  sources: readonly TreeEntry[],
  options: { readonly exclude: readonly string[]; readonly bytecode: boolean | undefined },
): Layout {
  const excluded = compileExcludes(options.exclude);
  const taken = new Map<string, Owned>();
  const bytecodeOf = new Map<string, Owned>();
  const firstParty = new Set<string>();
  for (const dependency of dependencies) {
    for (const entry of dependency.archive.entries) {
      if (!excluded(entry.path)) take(taken, fromArchive(dependency.archive, entry), dependency.owner);
    }
    for (const entry of dependency.bytecode?.entries ?? []) {
      take(bytecodeOf, fromArchive(dependency.bytecode!, entry), dependency.owner);
    }
  }
  for (const entry of sources) {
    const into = entry.origin.kind === "bytecode" ? bytecodeOf : taken;
    if (into === taken && excluded(entry.path)) continue;
    if (take(into, entry, "the function's source")) firstParty.add(entry.path);
  }
  refuseFilesAsFolders(taken);
  const kept = [...bytecodeOf.values()].filter(({ entry }) => {
    const source = sourceOfBytecode(entry.path);
    return source !== undefined && taken.has(source) && !taken.has(entry.path) && !excluded(entry.path);
  });
  const complete = [...taken.values(), ...kept].map(({ entry }) => entry);
  const isDependency = ({ path }: TreeEntry): boolean => !firstParty.has(path);
  const withBytecode =
    options.bytecode !== false && (options.bytecode === true || sum(complete) <= unzippedLimit);
  const all = withBytecode ? complete : [...taken.values()].map(({ entry }) => entry);
  all.sort((a, b) => compareBytewise(a.path, b.path));
  return {
    dependencies: all.filter(isDependency),
    firstParty: all.filter((entry) => firstParty.has(entry.path)),
    unzippedSize: sum(all),
    withBytecode: { dependencies: sum(complete.filter(isDependency)), whole: sum(complete) },
    bytecode: withBytecode && kept.length > 0,
  };
}

/** `a/__pycache__/b.cpython-313.pyc` → `a/b.py`; `undefined` for another name (PEP 3147). */
export function sourceOfBytecode(path: string): string | undefined {
  const match = /^(.*?)__pycache__\/([^/]+)\.cpython-\d+\.pyc$/.exec(path);
  return match ? `${match[1]}${match[2]}.py` : undefined;
}

function fromArchive(archive: Archive, entry: SpliceEntry): TreeEntry {
  const { path, executable, size, crc32, sha256 } = entry;
  return { path, executable, size, crc32, sha256, origin: { kind: "archive", archive, entry } };
}

/** Returns whether the entry is now in the tree; equal bytes may have two owners, the first one keeps it. */
function take(taken: Map<string, Owned>, entry: TreeEntry, owner: string): boolean {
  const other = taken.get(entry.path);
  if (other === undefined) {
    taken.set(entry.path, { entry, owner });
    return true;
  }
  if (other.entry.sha256 === entry.sha256 && other.entry.executable === entry.executable) return false;
  throw collision(entry.path, other.owner, owner);
}

function refuseFilesAsFolders(taken: ReadonlyMap<string, Owned>): void {
  const seen = new Set<string>();
  for (const { entry, owner } of taken.values()) {
    for (let end = entry.path.lastIndexOf("/"); end > 0; end = entry.path.lastIndexOf("/", end - 1)) {
      const folder = entry.path.slice(0, end);
      if (seen.has(folder)) break;
      seen.add(folder);
      const file = taken.get(folder);
      if (file !== undefined) throw collision(folder, file.owner, owner);
    }
  }
}

function collision(path: string, first: string, second: string): BrigError {
  return new BrigError(
    "path-collision",
    `${path} comes from ${first} and, with other bytes, from ${second}`,
    `leave one of them out of requirements.txt, or the file out of the zip: build: {exclude: ["${path}"]} in brig.yaml`,
  );
}

function sum(entries: readonly TreeEntry[]): number {
  return entries.reduce((total, { size }) => total + size, 0);
}
