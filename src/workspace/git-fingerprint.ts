import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { contains } from "./find-workspace.ts";

/** The folders with a `.git` of their own from `folder` upwards, below `root`; innermost first, absolute. */
export function innerToplevels(folder: string, root: string): readonly string[] {
  const found: string[] = [];
  for (let next = folder; next !== root && contains(root, next); next = dirname(next)) {
    if (existsSync(join(next, ".git"))) found.push(next);
  }
  return found;
}

/**
 * A text that changes whenever `gitFingerprint` of the workspace, given as `outer`, or of a repository between it and
 * a function's folder does: a submodule is committed and tagged on its own.
 */
export function functionFingerprint(folder: string, root: string, outer: string): string {
  return [outer, ...innerToplevels(folder, root).map(gitFingerprint)].join("\n");
}

/**
 * A text that changes whenever HEAD, the commit it stands for, a tag or the index of the repository around `folder` may
 * have changed; "" outside of git. Reads a few small files and never runs git: this is what lets an unchanged build ask git nothing.
 * Layout: https://git-scm.com/docs/gitrepository-layout
 */
export function gitFingerprint(folder: string): string {
  const own = findGitFolder(resolve(folder));
  if (own === undefined) return "";
  // A worktree has a HEAD and index of its own and shares the rest.
  const shared = resolve(own, readText(join(own, "commondir")).trim());
  const head = readText(join(own, "HEAD")).trim();
  const branch = /^ref: (.+)$/.exec(head)?.[1];
  return [
    head,
    branch === undefined ? "" : readText(join(shared, branch)).trim(),
    stamp(join(own, "index")),
    stamp(join(shared, "packed-refs")),
    stamp(join(shared, "reftable", "tables.list")),
    ...stampFolders(join(shared, "refs", "tags")),
  ].join("\n");
}

function findGitFolder(folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    const path = join(current, ".git");
    const entry = statSync(path, { throwIfNoEntry: false });
    if (entry?.isDirectory()) return path;
    const named = entry?.isFile() ? /^gitdir: (.+)$/m.exec(readText(path))?.[1] : undefined;
    if (named !== undefined) return resolve(current, named);
    if (dirname(current) === current) return undefined;
  }
}

/** A tag that appears, moves or goes is a rename in its folder, which sets the folder's time. */
function stampFolders(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [""];
  }
  const inner = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  return [stamp(folder), ...inner.toSorted().flatMap(stampFolders)];
}

function stamp(path: string): string {
  const entry = statSync(path, { bigint: true, throwIfNoEntry: false });
  return entry === undefined ? "" : `${entry.mtimeNs} ${entry.ctimeNs} ${entry.size} ${entry.ino}`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
