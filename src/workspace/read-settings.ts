import { readFileSync, statSync } from "node:fs";
import { relative, sep } from "node:path";
import { BrigError } from "../errors.ts";
import type { FunctionFolder, Workspace } from "./function-folder.ts";
import { parseSettings, type SettingsFile } from "./parse-settings.ts";
import { findSettingsFiles } from "./settings-files.ts";
import type { Settings } from "./settings.ts";
import { settleSettings } from "./settle-settings.ts";

/**
 * Reads and settles the settings of one function. This is the door to YAML and zod, which are slow to load:
 * import it lazily where a build may turn out to have nothing to do.
 *
 * @param parsed shared by the calls of one command, so that the root's brig.yaml is read once for a hundred functions
 * @throws BrigError `config-invalid` with file, line and column
 */
export function readSettings(
  workspace: Workspace,
  folder: FunctionFolder,
  parsed: Map<string, SettingsFile> = new Map(),
): Settings {
  const files = findSettingsFiles(workspace, folder);
  const existing = files.filter(({ exists }) => exists);
  const read = existing.map(({ file }) => {
    const settings = parsed.get(file) ?? readSettingsFile(workspace, file);
    parsed.set(file, settings);
    return settings;
  });
  return settleSettings(folder, files, read);
}

function readSettingsFile(workspace: Workspace, file: string): SettingsFile {
  const path = relative(workspace.root, file).split(sep).join("/");
  try {
    const entry = statSync(file);
    if (!entry.isFile()) throw new Error("not a regular file");
    // The parser refuses what is larger than 1 MiB; nothing much larger is read at all.
    if (entry.size > 2_097_152) throw new Error("larger than 1048576 bytes");
    const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
    return parseSettings(text, path);
  } catch (cause) {
    if (cause instanceof BrigError) throw cause;
    const reason = cause instanceof TypeError ? "not UTF-8 text" : (cause as Error).message;
    throw new BrigError("config-invalid", `${path}:1:1: ${reason}`, null, { cause });
  }
}
