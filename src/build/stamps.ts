import { lstatSync, type Stats, statSync } from "node:fs";

/** What tells that a file was not touched since: size in bytes, mtimeMs, ctimeMs. */
export type FileStamp = readonly [size: number, mtimeMs: number, ctimeMs: number];
/** What tells that nothing was added to a folder or removed from it: ctimeMs, which the system sets with each change. */
export type FolderStamp = number;

/** The stamp of a regular file, links not followed; `undefined` for anything else. */
export function fileStamp(path: string): FileStamp | undefined {
  const status = look(lstatSync, path);
  return status?.isFile() ? stampOf(status) : undefined;
}

/** The same, of what a link points to. */
export function targetStamp(path: string): FileStamp | undefined {
  const status = look(statSync, path);
  return status?.isFile() ? stampOf(status) : undefined;
}

/** The stamp of a folder, links not followed, whether the path ends in a slash or not; `undefined` for anything else. */
export function folderStamp(path: string): FolderStamp | undefined {
  const status = look(lstatSync, path.replace(/\/$/, ""));
  return status?.isDirectory() ? status.ctimeMs : undefined;
}

/** Whether a folder, links not followed, still has this stamp: an unchanged build asks it of each folder of a tree. */
export function hasFolderStamp(path: string, stamp: FolderStamp): boolean {
  // Nothing else that stands there instead can be as old.
  return look(lstatSync, path)?.ctimeMs === stamp;
}

/** The stamp of a folder that a link may point to. */
export function targetFolderStamp(path: string): FolderStamp | undefined {
  const status = look(statSync, path);
  return status?.isDirectory() ? status.ctimeMs : undefined;
}

/** `throwIfNoEntry` still throws where a file or a circle of links stands in the place of a parent folder. */
export function look(read: typeof statSync, path: string): Stats | undefined {
  try {
    return read(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export function stampOf(status: Stats): FileStamp {
  return [status.size, status.mtimeMs, status.ctimeMs];
}

export function sameStamp(one: readonly number[] | undefined, other: readonly number[] | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

/** Clocks of file systems tick in steps of up to 10 ms: a file this young could change again under the same stamp. */
export const youngFor = 20;
