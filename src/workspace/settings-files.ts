import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FunctionFolder, Workspace } from "./function-folder.ts";

/** Where a function's settings may stand, nearest first: its own brig.yaml, its API's, the root's. Needs no YAML. */
export function findSettingsFiles(
  workspace: Workspace,
  folder: FunctionFolder,
): readonly { readonly file: string; readonly exists: boolean }[] {
  const folders = [folder.folder];
  if (folder.api !== null) folders.push(join(workspace.root, "apis", folder.api));
  folders.push(workspace.root);
  const files = new Set(folders.map((each) => join(each, "brig.yaml")));
  return [...files].map((file) => ({ file, exists: existsSync(file) }));
}
