import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Links, readLinks } from "../build/links.ts";
import type { Context } from "../context.ts";
import { BrigError, type ErrorReport } from "../errors.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import type { FunctionFolder, Workspace } from "../workspace/function-folder.ts";
import { readSettings } from "../workspace/read-settings.ts";
import { findReadme, readReadmeProblem, type ReadmeProblem } from "../workspace/readme.ts";
import type { Settings } from "../workspace/settings.ts";

/** A row of `brig list --json`. */
export interface ListedFunction {
  readonly name: string;
  readonly path: string;
  readonly api: string | null;
  readonly runtime: string | null;
  readonly handler: string | null;
  readonly architecture: string | null;
  readonly links: Links;
  /** Whether pylock.toml is there. */
  readonly locked: boolean;
  readonly targets: readonly string[];
  /** Name of its README, if there is one. */
  readonly readme: string | null;
  /** What is missing in it: the file itself, or its section on code review. */
  readonly readmeProblem: ReadmeProblem | null;
  /** Its settings cannot be read. */
  readonly error: ErrorReport | null;
}

/** The functions of the workspace. A broken brig.yaml stands in its row and hides no other function. */
export async function listFunctions(context: Context): Promise<readonly ListedFunction[]> {
  const workspace = await findWorkspace(context);
  return workspace.functions.map((folder) => describeFunction(workspace, folder));
}

export function describeFunction(workspace: Workspace, folder: FunctionFolder): ListedFunction {
  const { settings, error } = trySettings(workspace, folder);
  return {
    name: folder.name,
    path: folder.path,
    api: folder.api,
    runtime: settings?.runtime ?? null,
    handler: settings?.handler ?? null,
    architecture: settings?.architecture ?? null,
    links: readLinks(join(folder.folder, "builds")),
    locked: existsSync(join(folder.folder, "pylock.toml")),
    targets: Object.keys(settings?.targets ?? {}),
    readme: findReadme(folder.folder) ?? null,
    readmeProblem: readReadmeProblem(folder.folder),
    error,
  };
}

function trySettings(
  workspace: Workspace,
  folder: FunctionFolder,
): { settings?: Settings; error: ErrorReport | null } {
  try {
    return { settings: readSettings(workspace, folder), error: null };
  } catch (error) {
    if (!(error instanceof BrigError)) throw error;
    return { error: { code: error.code, message: error.message, hint: error.hint } };
  }
}
