import { lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { systemCode, writeFault } from "../store/write-fault.ts";
import { clearTree } from "./clear-tree.ts";
import type { Layout, TreeEntry } from "./layout.ts";
import { planStageJobs, type SourceBytes } from "./stage-jobs.ts";
import {
  areFoldersAsRecorded,
  contentOf,
  type StagedFile,
  type StagePart,
  type StageRecord,
  wholeRecord,
} from "./stage-record.ts";
import { runStageJobs } from "./stage-threads.ts";
import { fileStamp, type FileStamp, type FolderStamp, folderStamp, sameStamp } from "./stamps.ts";

export interface StageResult {
  readonly record: StageRecord;
  /** Paths that were written or removed. */
  readonly changed: readonly string[];
}

export interface StageOptions {
  readonly boot: string;
  readonly digests: { readonly dependencies: string; readonly whole: string };
  readonly sourceBytes: SourceBytes;
}

/**
 * Makes the staging tree equal to the layout: what does not belong is removed, what differs or is missing is
 * written, what is as the record says is left untouched. The tree is for its owner only.
 */
export async function stageTree(
  tree: string,
  layout: Pick<Layout, "dependencies" | "firstParty">,
  previous: StageRecord | undefined,
  options: StageOptions,
): Promise<StageResult> {
  const recorded = previous?.boot === options.boot ? wholeRecord(previous) : { files: {}, folders: {} };
  const entries = [...layout.dependencies, ...layout.firstParty];
  const files = new Map(entries.map((entry) => [entry.path, entry]));
  const folders = foldersOf(entries);
  const isNew = prepareRoot(tree);
  const stamps: ReadonlyMap<string, FolderStamp> = isNew ? new Map() : stampFolders(tree, folders);
  const removed = isNew ? [] : clearTree(tree, { files, folders, stamps, recorded });
  const stale: TreeEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    // The zip is packed meanwhile: it gets its turns.
    if (index % 200 === 0) await setImmediate();
    if (isNew || !isIntact(tree, entry, recorded.files[entry.path])) stale.push(entry);
  }
  for (const folder of folders) {
    if (folder !== "" && (removed.length > 0 || !stamps.has(folder))) makeFolder(`${tree}/${folder}`);
  }
  if (!isNew) for (const entry of stale) rmSync(`${tree}/${entry.path}`, { force: true });
  const written = await runStageJobs(planStageJobs(tree, stale, options.sourceBytes));
  const changed = [...stale.map((entry) => entry.path), ...removed];
  const after = changed.length > 0 ? stampFolders(tree, folders) : stamps;
  const stampOf = (entry: TreeEntry): StagedFile => {
    const stamp = written.get(`${tree}/${entry.path}`);
    return stamp ? [contentOf(entry), ...stamp] : recorded.files[entry.path]!;
  };
  const ownFolders = parentsOf(layout.firstParty);
  const { digests, boot } = options;
  return {
    record: {
      boot,
      dependencies: {
        digest: digests.dependencies,
        folders: Object.fromEntries([...after].filter(([folder]) => !ownFolders.has(folder))),
        files: Object.fromEntries(layout.dependencies.map((entry) => [entry.path, stampOf(entry)])),
      },
      own: {
        digest: digests.whole,
        folders: Object.fromEntries([...after].filter(([folder]) => ownFolders.has(folder))),
        files: Object.fromEntries(layout.firstParty.map((entry) => [entry.path, stampOf(entry)])),
      },
    },
    changed,
  };
}

/**
 * The same for an edit of first-party files, where the dependencies' part of the tree is intact and stays as it is.
 *
 * @returns `undefined`, with nothing written, when the edit reaches into the folders of that part
 */
export async function stageOwn(
  tree: string,
  firstParty: readonly TreeEntry[],
  previous: StageRecord,
  options: StageOptions,
): Promise<StageResult | undefined> {
  const { dependencies, own } = previous;
  const ownFolders = parentsOf(firstParty);
  const isKnown = (folder: string): boolean => Object.hasOwn(own.folders, folder) && ownFolders.has(folder);
  const isSame = [...ownFolders, ...Object.keys(own.folders)].every(isKnown);
  if (!isSame) return undefined;
  const stamps = stampFolders(tree, ownFolders);
  if (stamps.size < ownFolders.size) return undefined;
  const files = new Map(firstParty.map((entry) => [entry.path, entry]));
  const removed = clearTree(tree, {
    files: { has: (path) => files.has(path) || Object.hasOwn(dependencies.files, path) },
    folders: { has: (path) => ownFolders.has(path) || Object.hasOwn(dependencies.folders, path) },
    stamps,
    recorded: own,
  });
  const stale = firstParty.filter((entry) => !isIntact(tree, entry, own.files[entry.path]));
  for (const entry of stale) rmSync(`${tree}/${entry.path}`, { force: true });
  const written = await runStageJobs(planStageJobs(tree, stale, options.sourceBytes));
  const changed = [...stale.map((entry) => entry.path), ...removed];
  const stampOf = (entry: TreeEntry): StagedFile => {
    const stamp = written.get(`${tree}/${entry.path}`);
    return stamp ? [contentOf(entry), ...stamp] : own.files[entry.path]!;
  };
  const part: StagePart = {
    digest: options.digests.whole,
    folders: Object.fromEntries(stampFolders(tree, ownFolders)),
    files: Object.fromEntries(firstParty.map((entry) => [entry.path, stampOf(entry)])),
  };
  return { record: { boot: options.boot, dependencies, own: part }, changed };
}

/** What differs between the tree and the record: paths changed or missing, and paths that were added. Sorted. */
export function changedPaths(tree: string, record: StageRecord): string[] {
  const { files, folders } = wholeRecord(record);
  const changed = Object.entries(files)
    .filter(([path, [, ...stamp]]) => !sameStamp(fileStamp(`${tree}/${path}`), stamp))
    .map(([path]) => path);
  for (const folder of Object.keys(folders)) {
    // A link to a folder with the very same files is not the folder.
    if (folderStamp(`${tree}/${folder}`) === undefined) changed.push(folder === "" ? "." : folder);
    for (const name of listFolder(`${tree}/${folder}`)) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (!Object.hasOwn(files, path) && !Object.hasOwn(folders, path)) changed.push(path);
    }
  }
  return changed.toSorted();
}

/**
 * Whether the dependencies' part of a tree is as it was; yields to the event loop now and then.
 *
 * @param foldersOnly look for added and removed files only, not for edited ones: enough where no tests will run on the
 *   tree, since the zip is not made from it
 */
export async function isPartIntact(tree: string, part: StagePart, foldersOnly: boolean): Promise<boolean> {
  const { folders } = part;
  if (foldersOnly) return areFoldersAsRecorded(tree, folders);
  let seen = 0;
  for (const folder of Object.keys(folders)) {
    if (folderStamp(`${tree}/${folder}`) !== folders[folder]) return false;
  }
  const { files } = part;
  for (const path of Object.keys(files)) {
    seen += 1;
    if (seen % 200 === 0) await setImmediate();
    const [, size, mtimeMs, ctimeMs] = files[path]!;
    const stamp: FileStamp | undefined = fileStamp(`${tree}/${path}`);
    if (stamp === undefined || stamp[0] !== size || stamp[1] !== mtimeMs || stamp[2] !== ctimeMs)
      return false;
  }
  return true;
}

function isIntact(tree: string, entry: TreeEntry, staged: StagedFile | undefined): boolean {
  if (staged === undefined) return false;
  const [content, ...stamp] = staged;
  return content === contentOf(entry) && sameStamp(fileStamp(`${tree}/${entry.path}`), stamp);
}

/** @returns whether the folder was made: it is then empty */
function prepareRoot(tree: string): boolean {
  if (lstatSync(tree, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(tree);
  mkdirSync(dirname(tree), { recursive: true, mode: 0o700 });
  return makeFolder(tree, 0o700);
}

/** The folders that are there, each with its stamp. */
function stampFolders(tree: string, folders: Iterable<string>): Map<string, FolderStamp> {
  const stamps = new Map<string, FolderStamp>();
  for (const folder of folders) {
    const stamp = folderStamp(`${tree}/${folder}`);
    if (stamp !== undefined) stamps.set(folder, stamp);
  }
  return stamps;
}

/** Every folder that the entries need, the root as "", parents first. */
function foldersOf(entries: readonly TreeEntry[]): ReadonlySet<string> {
  const folders = new Set<string>([""]);
  for (const { path } of entries) {
    const missing: string[] = [];
    for (let folder = dirname(path); folder !== "." && !folders.has(folder); folder = dirname(folder)) {
      missing.push(folder);
    }
    for (const folder of missing.toReversed()) folders.add(folder);
  }
  return folders;
}

/** The folders that hold an entry, and the root. */
function parentsOf(entries: readonly TreeEntry[]): ReadonlySet<string> {
  return new Set(["", ...entries.map(({ path }) => path.slice(0, Math.max(path.lastIndexOf("/"), 0)))]);
}

/** Makes a folder in one that is there; one that is there already stays. */
function makeFolder(path: string, mode = 0o755): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (cause) {
    if (systemCode(cause) === "EEXIST") return false;
    throw writeFault(cause, path);
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
