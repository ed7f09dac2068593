import { constants, copyFileSync, linkSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { StagedFile } from "../../build/stage-record.ts";
import { fileStamp, sameStamp } from "../../build/stamps.ts";

/** A tree that a build made, as it wrote it down, and that the next build will change. */
export interface StagedTree {
  /** Absolute path. */
  readonly folder: string;
  /** By path in the tree. */
  readonly files: Readonly<Record<string, StagedFile>>;
}

/** How many files are linked or copied before others get their turn. */
const filesPerTurn = 200;

/**
 * Copies a tree to where nobody changes it. Files that an earlier snapshot has are linked to that: after an edit nearly
 * all are. The tree's own files are not linked, which would show in their stamps.
 *
 * @returns whether every file that was copied is the one that the build wrote; otherwise the copy is worth nothing
 */
export async function snapshotTree(
  tree: StagedTree,
  folder: string,
  previous: StagedTree | undefined,
): Promise<boolean> {
  for (const each of foldersOf(tree)) mkdirSync(join(folder, each), { recursive: true });
  let done = 0;
  for (const [path, [content, ...stamp]] of Object.entries(tree.files)) {
    done += 1;
    if (done % filesPerTurn === 0) await setImmediate();
    const place = `${folder}/${path}`;
    if (previous?.files[path]?.[0] === content && isLinked(`${previous.folder}/${path}`, place)) continue;
    const source = `${tree.folder}/${path}`;
    try {
      copyFileSync(source, place, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    } catch {
      return false;
    }
    // Looked at afterwards: it was the same all the while.
    if (!sameStamp(fileStamp(source), stamp)) return false;
  }
  return true;
}

function foldersOf({ files }: StagedTree): Iterable<string> {
  return new Set(["", ...Object.keys(files).map((path) => dirname(path))]);
}

/** There may be too many links to a file already, or it is gone. */
function isLinked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}
