import { type Dirent, type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join, relative, sep } from "node:path";
import {
  type FileStamp,
  type FolderStamp,
  look as lookAt,
  targetFolderStamp,
  targetStamp,
} from "../build/stamps.ts";
import type { BuildState } from "../build/state.ts";

/** Folders at the top of a function's whose changes change no zip, or that brig itself fills. */
const leftOutAtTop = new Set(["stg", "builds", "tests", "events"]);
/** The same, wherever they are. What is in `node_modules` is told by the lock beside it, and may be many files. */
const leftOut = new Set(["__pycache__", "node_modules"]);

/** What a build read, with the stamps of that moment. */
export type BuildInputs = Pick<BuildState, "files" | "folders">;

export interface FolderWatch {
  /** Whether anything is other than at the last `accept`. */
  readonly isChanged: () => boolean;
  /** What is there now counts as known; to be called before it is read. */
  readonly accept: () => void;
  /**
   * Watches what a build read outside of the folder, too (shared code, what links point to, included requirements), as
   * it was when it was read.
   */
  readonly follow: (inputs: BuildInputs) => void;
  readonly close: () => void;
}

/**
 * Watches the sources of a function. The system tells of most changes at once; `isChanged` looks for itself, for file
 * systems that tell nothing (network, containers on macOS).
 *
 * @param files further files, as a brig.yaml above; they need not be there
 * @param onChange called when the system tells of a change, often more than once
 */
export function watchFolder(folder: string, files: readonly string[], onChange: () => void): FolderWatch {
  const watchers = new Map<string, FSWatcher>();
  let followedFiles: readonly string[] = [];
  let followedFolders: readonly string[] = [];
  let known: ReadonlyMap<string, string> = new Map();
  const isLeftOut = (parent: string, name: string): boolean =>
    name.startsWith(".") ||
    name.endsWith(".pyc") ||
    leftOut.has(name) ||
    (parent === folder && leftOutAtTop.has(name));
  const look = (): ReadonlyMap<string, string> => {
    const seen = new Map<string, string>();
    const folders = new Set<string>();
    const visit = (path: string): void => {
      folders.add(path);
      for (const entry of list(path)) {
        if (isLeftOut(path, entry.name)) continue;
        const child = join(path, entry.name);
        if (entry.isDirectory()) visit(child);
        else seen.set(child, stampOf(child));
      }
    };
    visit(folder);
    for (const path of followedFolders) {
      folders.add(path);
      seen.set(path, render(targetFolderStamp(path)));
    }
    for (const path of [...files, ...followedFiles])
      if (!seen.has(path)) seen.set(path, render(targetStamp(path)));
    for (const [path, watcher] of watchers) {
      if (folders.has(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
    for (const path of folders) if (!watchers.has(path)) listen(path);
    return seen;
  };
  const listen = (path: string): void => {
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) => {
        if (name === null || !isLeftOut(path, name)) onChange();
      });
      watcher.on("error", () => {});
      watchers.set(path, watcher);
    } catch {
      // No watches left, or the folder is gone: looking finds out.
    }
  };
  /** The stamps of what `look` does not come to by itself. */
  const select = (
    stamps: BuildInputs["files" | "folders"],
    isWanted: (path: string) => boolean,
  ): Map<string, string> =>
    new Map(
      Object.entries(stamps)
        .filter(([path]) => isWanted(path))
        .map(([path, stamp]) => [path, render(stamp)]),
    );
  known = look();
  return {
    isChanged: () => {
      const now = look();
      return now.size !== known.size || [...now].some(([path, stamp]) => known.get(path) !== stamp);
    },
    accept: () => {
      known = look();
    },
    follow: (inputs) => {
      const read = select(inputs.files, (path) => !isWithout(relative(folder, path)));
      const listed = select(inputs.folders, (path) => relative(folder, path).startsWith(`..${sep}`));
      const before = new Set([...followedFiles, ...followedFolders]);
      [followedFiles, followedFolders] = [[...read.keys()], [...listed.keys()]];
      const kept = [...known].filter(([path]) => !before.has(path) || read.has(path) || listed.has(path));
      // What is known already was looked at before the build read it.
      known = new Map([...read, ...listed, ...kept]);
    },
    close: () => {
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

/** Whether a path relative to the function's folder leads to what is left out of its watch. */
function isWithout(path: string): boolean {
  const parts = path.split(sep);
  return leftOutAtTop.has(parts[0]!) || parts.some((part) => leftOut.has(part));
}

function list(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

function render(stamp: FileStamp | FolderStamp | null | undefined): string {
  return typeof stamp === "number" ? String(stamp) : (stamp?.join(" ") ?? "");
}

/** Of whatever stands there: a file, a link to a folder. */
function stampOf(path: string): string {
  const status = lookAt(statSync, path);
  return status === undefined ? "" : [status.size, status.mtimeMs, status.ctimeMs].join(" ");
}
