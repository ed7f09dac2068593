import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { writeFileAtomic } from "../store/atomic-file.ts";
import { systemCode, writeFault } from "../store/write-fault.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import { addIgnoredFolders, rootSettings } from "../workspace/new-files.ts";

export interface InitializedWorkspace {
  /** Absolute path. */
  readonly root: string;
  readonly written: readonly string[];
  /** Files that were there and had all that they need. */
  readonly kept: readonly string[];
  /** Functions that the folder holds already. */
  readonly functions: readonly string[];
}

/**
 * Makes a folder a workspace: a root brig.yaml, and .gitignore lines for what brig makes. Files that are there keep
 * what they say; functions that are there are found and left as they are.
 */
export async function initWorkspace(directory: string, context: Context): Promise<InitializedWorkspace> {
  const root = resolve(context.cwd, directory);
  try {
    mkdirSync(root, { recursive: true });
  } catch (cause) {
    if (systemCode(cause) !== "EEXIST") throw writeFault(cause, root);
    throw new BrigError(
      "already-exists",
      `${directory} is there already, and it is no folder`,
      "brig init .",
      { cause },
    );
  }
  const settings = join(root, "brig.yaml");
  const ignore = join(root, ".gitignore");
  const ignored = existsSync(ignore) ? readFileSync(ignore, "utf8") : "";
  const wanted = [
    { name: "brig.yaml", file: settings, text: rootSettings, missing: !existsSync(settings) },
    {
      name: ".gitignore",
      file: ignore,
      text: addIgnoredFolders(ignored),
      missing: addIgnoredFolders(ignored) !== ignored,
    },
  ];
  for (const { file, text, missing } of wanted) if (missing) await writeFileAtomic(file, text);
  const { functions } = await findWorkspace({ ...context, cwd: root });
  return {
    root,
    written: wanted.filter(({ missing }) => missing).map(({ name }) => name),
    kept: wanted.filter(({ missing }) => !missing).map(({ name }) => name),
    functions: functions.map(({ name }) => name),
  };
}
