import { createHash } from "node:crypto";
import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { readSources, type SourceFile } from "../workspace/sources.ts";

/** A source folder that a requirement names (`../../lib/common`). */
export interface DirectoryDigest {
  /** Hex SHA-256 of names, contents and executable bits. */
  readonly digest: string;
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** What building leaves in a source folder, and what belongs to a function that has its source beside it. */
const madeByBuilding = ["build", "dist", "*.egg-info", "stg", "builds", "node_modules", "venv"];

/**
 * The files of a source folder that a wheel of it is built from. The `.gitignore` that holds there comes along, as a file
 * of the folder itself: backends (hatchling) leave out of the wheel what it names, such as local secrets.
 *
 * @param unpackaged as `findUnpackaged` gives them
 */
export function listSourceFolder(
  folder: string,
  boundary: string,
  unpackaged: ReadonlySet<string>,
): ReturnType<typeof readSources> {
  const sources = readSources({ folder, boundary, exclude: madeByBuilding });
  const files = sources.files.filter(({ path }) => !unpackaged.has(path));
  const ignores = findIgnoreFile(folder, boundary);
  return { ...sources, files: ignores ? [...files, ignores] : files };
}

/** The nearest one upwards, as hatchling looks for it: no further than the repository. */
function findIgnoreFile(folder: string, boundary: string): SourceFile | undefined {
  for (let place = folder; ; place = dirname(place)) {
    const file = join(place, ".gitignore");
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats?.isFile()) return { path: ".gitignore", file, size: stats.size, executable: false, stats };
    const isTop = lstatSync(join(place, ".git"), { throwIfNoEntry: false }) !== undefined;
    if (isTop || place === boundary || place === dirname(place)) return undefined;
  }
}

/**
 * Digests a source folder: a change of shared code is a change of every function that requires it.
 *
 * @param unpackaged files that a wheel of it would not hold, as `findUnpackaged` gives them
 * @param hash gives the SHA-256 of a file; it may know that of an untouched one
 * @throws BrigError `link-outside`, `source-missing`
 */
export function digestDirectory(
  folder: string,
  boundary: string,
  unpackaged: ReadonlySet<string>,
  hash: (file: string) => string | undefined,
): DirectoryDigest {
  const { files, folders, links } = listSourceFolder(folder, boundary, unpackaged);
  const listed = files.map(({ path, file, executable }: SourceFile) => [path, hash(file), executable]);
  return {
    digest: createHash("sha256").update(JSON.stringify(listed)).digest("hex"),
    files: [...files.map(({ file }) => file), ...links.map(({ link }) => link)],
    folders: folders.map((each) => each.folder),
  };
}
