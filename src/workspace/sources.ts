import { type Dirent, lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { BrigError } from "../errors.ts";
import { compareBytewise } from "./compare-bytewise.ts";
import { compileExcludes } from "./exclude-patterns.ts";
import { contains } from "./find-workspace.ts";
import { isLeftOut } from "./leave-outs.ts";

export interface SourceOptions {
  /** Absolute path of the folder to read. */
  readonly folder: string;
  /** Absolute path of the repository: symbolic links may not lead out of it. */
  readonly boundary: string;
  /** Globs against paths relative to `folder`; one that matches a folder leaves out all of it. */
  readonly exclude: readonly string[];
}

/** What of a file or folder changes when it does. Times in milliseconds. */
export interface EntryStats {
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly size: number;
}

export interface SourceFile {
  /** Relative to the source folder, with `/`. */
  readonly path: string;
  /** Absolute path of the real file, behind all links. */
  readonly file: string;
  readonly size: number;
  /** Any of the three x bits. */
  readonly executable: boolean;
  readonly stats: EntryStats;
}

export interface Sources {
  /** Sorted bytewise by path. */
  readonly files: readonly SourceFile[];
  /** Every folder that was listed, by its absolute real path. */
  readonly folders: readonly { readonly folder: string; readonly stats: EntryStats }[];
  /** Every link that was followed, by its absolute path; `stats` are its own. */
  readonly links: readonly { readonly link: string; readonly stats: EntryStats }[];
}

/** Links to folders that hold links to folders multiply without end in sight. */
const maximumLinks = 10_000;

/**
 * Lists the first-party files of a folder. Links inside the repository are followed; what belongs to version control,
 * editors, the operating system or Python's caches is left out.
 *
 * @throws BrigError `link-outside`; `source-missing` for a link to nothing or round in a circle, and for what is no file
 */
export function readSources(options: SourceOptions): Sources {
  const boundary = realpathSync(options.boundary);
  const label = (path: string): string => relative(options.boundary, path).split(sep).join("/") || ".";
  // "!" has no meaning: a pattern that excludes everything else would be a trap.
  const isExcluded = compileExcludes(options.exclude);
  const files: SourceFile[] = [];
  const folders: Sources["folders"][number][] = [];
  const links: Sources["links"][number][] = [];

  const follow = (link: string, around: readonly string[]): { real: string; stats: Stats } => {
    const target = followLink(link, label(link));
    const inside = contains(boundary, target);
    if (!inside || relative(boundary, target).split(sep).includes(".git")) {
      const place = inside ? "into .git" : "out of the repository";
      throw new BrigError(
        "link-outside",
        `${label(link)} is a symbolic link ${place}`,
        `put a copy in its place: rm '${label(link)}' && cp -r '${target}' '${label(link)}'`,
      );
    }
    if (around.includes(target))
      throw missing(`${label(link)} is a symbolic link that goes round in a circle`);
    links.push({ link, stats: statsOf(lstatSync(link)) });
    if (links.length > maximumLinks)
      throw missing(`${label(options.folder)} has over ${maximumLinks} symbolic links`);
    return { real: target, stats: statSync(target) };
  };

  const walk = (real: string, stats: Stats, path: string, around: readonly string[]): void => {
    const inner = [...around, real];
    folders.push({ folder: real, stats: statsOf(stats) });
    for (const entry of listFolder(real, label(real))) {
      const entryPath = path === "" ? entry.name : `${path}/${entry.name}`;
      if (isLeftOut(entry.name) || isExcluded(entryPath)) continue;
      const own = join(real, entry.name);
      const found = entry.isSymbolicLink() ? follow(own, inner) : { real: own, stats: lstatSync(own) };
      if (found.stats.isDirectory()) {
        walk(found.real, found.stats, entryPath, inner);
      } else if (found.stats.isFile()) {
        const { size, mode } = found.stats;
        const executable = (mode & 0o111) !== 0;
        files.push({ path: entryPath, file: found.real, size, executable, stats: statsOf(found.stats) });
      } else {
        throw missing(`${label(own)} is ${kindOf(found.stats)}, which no zip can hold`, `rm '${label(own)}'`);
      }
    }
  };

  const entry = lstatSync(options.folder, { throwIfNoEntry: false });
  if (entry === undefined) {
    const name = label(options.folder);
    throw missing(`there is no folder ${name}`, `mkdir -p '${name}'`);
  }
  const start = entry.isSymbolicLink()
    ? follow(options.folder, [])
    : { real: followLink(options.folder, label(options.folder)), stats: entry };
  if (!contains(boundary, start.real)) {
    throw new BrigError("link-outside", `${options.folder} is outside of the repository ${options.boundary}`);
  }
  if (!start.stats.isDirectory()) throw missing(`${label(options.folder)} is not a folder`);
  walk(start.real, start.stats, "", []);
  files.sort((a, b) => compareBytewise(a.path, b.path));
  return { files, folders, links };
}

function followLink(link: string, label: string): string {
  try {
    return realpathSync(link);
  } catch (cause) {
    const round = (cause as NodeJS.ErrnoException).code === "ELOOP";
    const where = round ? "that goes round in a circle" : "to nothing";
    throw missing(`${label} is a symbolic link ${where}`, `rm '${label}'`, cause);
  }
}

function listFolder(folder: string, label: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    if (entries.some(({ name }) => name.includes("\uFFFD"))) refuseOddNames(folder, label);
    return entries;
  } catch (cause) {
    if (cause instanceof BrigError) throw cause;
    throw missing(`${label} cannot be listed: ${(cause as Error).message}`, null, cause);
  }
}

/** Names in a zip are UTF-8; one that is not would come out as another name, or twice as the same. */
function refuseOddNames(folder: string, label: string): void {
  for (const name of readdirSync(folder, { encoding: "buffer" })) {
    const text = name.toString("utf8");
    if (name.equals(Buffer.from(text))) continue;
    const shown = `${label}/${text.replaceAll("\uFFFD", "?")}`;
    throw missing(`the name of ${shown} is not UTF-8 (bytes ${name.toString("hex")})`, "rename the file");
  }
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return "a pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

function statsOf({ mtimeMs, ctimeMs, ino, size }: Stats): EntryStats {
  return { mtimeMs, ctimeMs, ino, size };
}

function missing(message: string, hint: string | null = null, cause?: unknown): BrigError {
  return new BrigError("source-missing", message, hint, { cause });
}
