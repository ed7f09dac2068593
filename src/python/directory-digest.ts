import { createHash } from "node:crypto";
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

/** The files of a source folder that a wheel of it is built from. */
export function listSourceFolder(folder: string, boundary: string): ReturnType<typeof readSources> {
  return readSources({ folder, boundary, exclude: madeByBuilding });
}

/**
 * Digests a source folder: a change of shared code is a change of every function that requires it.
 *
 * @param hash gives the SHA-256 of a file; it may know that of an untouched one
 * @throws BrigError `link-outside`, `source-missing`
 */
export function digestDirectory(
  folder: string,
  boundary: string,
  hash: (file: string) => string | undefined,
): DirectoryDigest {
  const { files, folders, links } = listSourceFolder(folder, boundary);
  const listed = files.map(({ path, file, executable }: SourceFile) => [path, hash(file), executable]);
  return {
    digest: createHash("sha256").update(JSON.stringify(listed)).digest("hex"),
    files: [...files.map(({ file }) => file), ...links.map(({ link }) => link)],
    folders: folders.map((each) => each.folder),
  };
}
