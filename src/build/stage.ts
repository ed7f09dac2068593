import { lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { writeFault } from "../store/write-fault.ts";
import type { TreeEntry } from "./layout.ts";
import type { StageFile, StageJob } from "./stage-files.ts";
import { contentOf, type StagedFile, type StageRecord } from "./stage-record.ts";
import { runStageJobs } from "./stage-threads.ts";
import { fileStamp, folderStamp, sameStamp } from "./stamps.ts";

export interface StageResult {
  readonly record: StageRecord;
  /** Paths that were written, and paths that were removed. */
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

/** Source bytes by path: read once by the build, which hashed and compressed them too. */
export type SourceBytes = (entry: TreeEntry) => Uint8Array;

/**
 * Makes the staging tree equal to `entries`: what does not belong is removed, what differs or is missing is
 * written, what is as the record says is left untouched. The tree is for its owner only.
 */
export async function stageTree(
  tree: string,
  entries: readonly TreeEntry[],
  previous: StageRecord | undefined,
  options: { readonly boot: string; readonly inputs: string; readonly sourceBytes: SourceBytes },
): Promise<StageResult> {
  const record = previous?.boot === options.boot ? previous : undefined;
  const wanted = new Map(entries.map((entry) => [entry.path, entry]));
  const folders = foldersOf(entries);
  prepareRoot(tree);
  const removed = removeForeign(tree, wanted, folders, record);
  const stale = await findStale(tree, entries, record);
  const there = new Set(
    Object.keys(record?.folders ?? {}).filter((folder) => folderStamp(join(tree, folder))),
  );
  for (const folder of folders) if (folder !== "" && !there.has(folder)) makeFolder(join(tree, folder));
  for (const entry of stale) rmSync(join(tree, entry.path), { force: true });
  const stamps = await runStageJobs(planJobs(tree, stale, options.sourceBytes));
  const files: Record<string, StagedFile> = {};
  for (const entry of entries) {
    const stamp = stamps.get(join(tree, entry.path));
    files[entry.path] = stamp ? [contentOf(entry), ...stamp] : record!.files[entry.path]!;
  }
  return {
    record: {
      version: 1,
      boot: options.boot,
      inputs: options.inputs,
      folders: Object.fromEntries(folders.map((folder) => [folder, folderStamp(join(tree, folder))!])),
      files,
    },
    written: stale.map((entry) => entry.path),
    removed,
  };
}

/** What differs between the tree and the record: paths changed or missing, and paths that were added. Sorted. */
export function changedPaths(tree: string, record: StageRecord): string[] {
  const changed = Object.entries(record.files)
    .filter(([path, [, ...stamp]]) => !sameStamp(fileStamp(join(tree, path)), stamp))
    .map(([path]) => path);
  const known = new Set([...Object.keys(record.files), ...Object.keys(record.folders)]);
  for (const folder of Object.keys(record.folders)) {
    // A link to a folder with the very same files is not the folder.
    if (folderStamp(join(tree, folder)) === undefined) changed.push(folder === "" ? "." : folder);
    for (const name of listFolder(join(tree, folder))) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (!known.has(path)) changed.push(path);
    }
  }
  return changed.toSorted();
}

function prepareRoot(tree: string): void {
  if (lstatSync(tree, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(tree);
  makeFolder(tree, 0o700);
}

function removeForeign(
  tree: string,
  wanted: ReadonlyMap<string, TreeEntry>,
  folders: readonly string[],
  record: StageRecord | undefined,
): string[] {
  const removed: string[] = [];
  const known = new Set(folders);
  const visit = (folder: string): void => {
    const path = folder === "" ? tree : join(tree, folder);
    const stamp = record?.folders[folder];
    const children = childFolders(folder);
    // An untouched folder holds what the record says: only names that are no longer wanted are looked at.
    const names = stamp && sameStamp(folderStamp(path), stamp) ? recordedNames(folder) : listFolder(path);
    for (const name of names) {
      const child = folder === "" ? name : `${folder}/${name}`;
      const status = lstatSync(join(tree, child), { throwIfNoEntry: false });
      if (status === undefined) continue;
      const belongs = status.isDirectory() ? known.has(child) : status.isFile() && wanted.has(child);
      if (!belongs) {
        rmSync(join(tree, child), { recursive: true, force: true });
        removed.push(child);
      } else if (status.isDirectory() && !children.includes(child)) {
        children.push(child);
      }
    }
    for (const child of children) if (lstatSync(join(tree, child), { throwIfNoEntry: false })) visit(child);
  };
  const byParent = groupByParent(folders);
  const childFolders = (folder: string): string[] => [...(byParent.get(folder) ?? [])];
  const recordedByParent = groupByParent([
    ...Object.keys(record?.files ?? {}).filter((path) => !wanted.has(path)),
    ...Object.keys(record?.folders ?? {}).filter((path) => !known.has(path)),
  ]);
  const recordedNames = (folder: string): string[] =>
    (recordedByParent.get(folder) ?? []).map((path) => path.slice(folder === "" ? 0 : folder.length + 1));
  visit("");
  return removed;
}

/** Yields to the event loop now and then: the zip is packed meanwhile. */
async function findStale(
  tree: string,
  entries: readonly TreeEntry[],
  record: StageRecord | undefined,
): Promise<TreeEntry[]> {
  const stale: TreeEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    if (index % 200 === 0) await setImmediate();
    if (!isIntact(tree, entry, record)) stale.push(entry);
  }
  return stale;
}

function isIntact(tree: string, entry: TreeEntry, record: StageRecord | undefined): boolean {
  const staged = record?.files[entry.path];
  if (staged === undefined) return false;
  const [content, ...stamp] = staged;
  return content === contentOf(entry) && sameStamp(fileStamp(join(tree, entry.path)), stamp);
}

function planJobs(tree: string, entries: readonly TreeEntry[], sourceBytes: SourceBytes): StageJob[] {
  const byArchive = new Map<string, { job: StageJob; files: StageFile[] }>();
  const own: StageFile[] = [];
  for (const entry of entries) {
    const file = { path: join(tree, entry.path), executable: entry.executable, size: entry.size };
    if (entry.origin.kind !== "archive") {
      own.push({ ...file, from: { bytes: sourceBytes(entry) } });
      continue;
    }
    const { archive, entry: member } = entry.origin;
    let group = byArchive.get(archive.file);
    if (group === undefined) {
      const files: StageFile[] = [];
      const source = { kind: "archive", file: archive.file, sha256: archive.sha256 } as const;
      group = { job: { source, files }, files };
      byArchive.set(archive.file, group);
    }
    const { offset, compressedSize, method } = member;
    group.files.push({ ...file, from: { offset, compressedSize, method } });
  }
  const jobs = [...byArchive.values()].map(({ job }) => job);
  return own.length > 0 ? [...jobs, { source: { kind: "bytes" }, files: own }] : jobs;
}

/** Every folder that the entries need, the root as "", parents first. */
function foldersOf(entries: readonly TreeEntry[]): string[] {
  const folders = new Set<string>([""]);
  for (const { path } of entries) {
    const missing: string[] = [];
    for (let folder = dirname(path); folder !== "." && !folders.has(folder); folder = dirname(folder)) {
      missing.push(folder);
    }
    for (const folder of missing.toReversed()) folders.add(folder);
  }
  return [...folders];
}

function groupByParent(paths: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    if (path === "") continue;
    const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    const group = groups.get(parent);
    if (group) group.push(path);
    else groups.set(parent, [path]);
  }
  return groups;
}

function makeFolder(path: string, mode = 0o755): void {
  try {
    mkdirSync(path, { recursive: true, mode });
  } catch (cause) {
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
