import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { listSourceFolder } from "../python/directory-digest.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import type { Settings } from "../workspace/settings.ts";

/** Files beside requirements.txt that name what the tests need. */
const names = ["requirements-test.txt", "requirements-dev.txt"];

/** What the tests of a function need, as far as it stands in files. */
export interface TestRequirements {
  /** requirements-test.txt and requirements-dev.txt, where they are; absolute paths. */
  readonly files: readonly string[];
  /** What these and `test.requirements` include: files by `-r` and `-c`, archives, the files of source folders. Absolute paths, sorted. */
  readonly included: readonly string[];
  /** Absolute paths of source folders and of the folders in them. */
  readonly folders: readonly string[];
  /** Arguments by which uv looks at the source folders anew; it takes them with a network only. */
  readonly refresh: readonly string[];
}

/** Finds them, as the reader of requirements.txt does. What it refuses is passed over: uv says by itself what is wrong. */
export async function readTestRequirements(
  { folder }: FunctionFolder,
  { test }: Settings,
  boundary: string,
  context: Context,
): Promise<TestRequirements> {
  const files = names.map((name) => join(folder, name)).filter((file) => existsSync(file));
  if (files.length === 0 && test.requirements.length === 0)
    return { files, included: [], folders: [], refresh: [] };
  const [{ Reading }, { findUnpackaged }, { refreshed }] = await Promise.all([
    import("../python/reading.ts"),
    import("../python/unpackaged-files.ts"),
    import("../python/compilation.ts"),
  ]);
  const reading = new Reading({ folder, boundary }, context.env);
  for (const file of files) attempt(() => reading.readFile(file, undefined, false));
  for (const line of test.requirements) attempt(() => reading.readLine(line, "brig.yaml", folder, false));
  const { files: read, localPaths, requirements } = reading.finish(undefined);
  const included = new Set(read.map(({ file }) => file));
  const folders = new Set<string>();
  for (const { kind, path } of localPaths) {
    if (kind !== "directory") continue;
    const unpackaged = await findUnpackaged(path, context);
    attempt(() => {
      const sources = listSourceFolder(path, boundary, unpackaged);
      for (const { file } of sources.files) included.add(file);
      for (const each of sources.folders) folders.add(each.folder);
    });
  }
  for (const file of files) included.delete(file);
  return {
    files,
    included: [...included].toSorted(),
    folders: [...folders].toSorted(),
    refresh: requirements.flatMap(refreshed),
  };
}

function attempt(read: () => void): void {
  try {
    read();
  } catch (cause) {
    if (!(cause instanceof BrigError)) throw cause;
  }
}
