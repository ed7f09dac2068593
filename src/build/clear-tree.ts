import { lstatSync, readdirSync, rmSync } from "node:fs";
import { type FolderStamp, look } from "./stamps.ts";

export interface Known {
  readonly has: (path: string) => boolean;
}

/** What a staging tree is to hold, and what it held when the last build was done. */
export interface ClearPlan {
  readonly files: Known;
  /** The root is "". */
  readonly folders: Known;
  /** The folders to look at, as they are now. */
  readonly stamps: ReadonlyMap<string, FolderStamp>;
  readonly recorded: {
    readonly files: Readonly<Record<string, unknown>>;
    readonly folders: Readonly<Record<string, FolderStamp>>;
  };
}

/**
 * Removes from a tree what does not belong there: other files and folders, links, and what stands in the place of the
 * other kind. A folder whose stamp is as recorded is not listed: it can only hold what the record says.
 *
 * @returns the paths that were removed
 */
export function clearTree(tree: string, plan: ClearPlan): string[] {
  const { files, folders, stamps, recorded } = plan;
  // A folder whose name is now a file's is gone too, and the other way round.
  const gone = [
    ...Object.keys(recorded.files).filter((path) => !files.has(path)),
    ...Object.keys(recorded.folders).filter((path) => !folders.has(path)),
  ];
  const suspects = new Set(gone);
  for (const [folder, stamp] of stamps) {
    if (recorded.folders[folder] === stamp) continue;
    for (const name of listFolder(folder === "" ? tree : `${tree}/${folder}`)) {
      suspects.add(folder === "" ? name : `${folder}/${name}`);
    }
  }
  const removed: string[] = [];
  // Parents first: once a link in the place of a folder is gone, nothing behind it can be reached.
  for (const path of [...suspects].toSorted()) {
    const status = look(lstatSync, `${tree}/${path}`);
    if (status === undefined) continue;
    const belongs = status.isDirectory() ? folders.has(path) : status.isFile() && files.has(path);
    if (belongs) continue;
    rmSync(`${tree}/${path}`, { recursive: true, force: true });
    removed.push(path);
  }
  return removed;
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
