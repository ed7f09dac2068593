import { type Dirent, type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

/** Folders whose changes change no zip, or that brig itself fills. */
const leftOut = new Set(["stg", "builds", "tests", "events", "__pycache__", "node_modules"]);

export interface FolderWatch {
  /** Whether anything is other than at the last `accept`. */
  readonly isChanged: () => boolean;
  /** What is there now counts as known; to be called before it is read. */
  readonly accept: () => void;
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
  let known = "";
  const look = (): string => {
    const seen: string[] = [];
    const folders = new Set<string>();
    const visit = (path: string): void => {
      folders.add(path);
      for (const entry of list(path)) {
        if (entry.name.startsWith(".") || leftOut.has(entry.name) || entry.name.endsWith(".pyc")) continue;
        const child = join(path, entry.name);
        if (entry.isDirectory()) visit(child);
        else seen.push(stampOf(child));
      }
    };
    visit(folder);
    for (const [path, watcher] of watchers) {
      if (folders.has(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
    for (const path of folders) if (!watchers.has(path)) listen(path);
    return [...seen, ...files.map(stampOf)].join("\n");
  };
  const listen = (path: string): void => {
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) => {
        if (name === null || !(leftOut.has(name) || name.startsWith(".") || name.endsWith(".pyc")))
          onChange();
      });
      watcher.on("error", () => {});
      watchers.set(path, watcher);
    } catch {
      // No watches left, or the folder is gone: looking finds out.
    }
  };
  known = look();
  return {
    isChanged: () => look() !== known,
    accept: () => {
      known = look();
    },
    close: () => {
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

function list(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

function stampOf(path: string): string {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined
    ? path
    : [path, status.size, status.mtimeMs, status.ctimeMs, status.mode].join(" ");
}
