import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Context } from "../context.ts";

/** What pip's configuration files and PIP_* variables say about indexes and connections; as written, credentials included. */
export interface PipConfiguration {
  readonly indexUrl: string | undefined;
  readonly extraIndexUrls: readonly string[];
  readonly findLinks: readonly string[];
  readonly noIndex: boolean;
  readonly trustedHosts: readonly string[];
  readonly cert: string | undefined;
  readonly clientCert: string | undefined;
  readonly proxy: string | undefined;
  /** `auto`, `disabled`, `import`, `subprocess`. */
  readonly keyringProvider: string | undefined;
  /** Seconds. */
  readonly timeout: number | undefined;
}

/** Reads pip's configuration in pip's own order: files (global, user, site, PIP_CONFIG_FILE), then PIP_* variables. */
export function readPipConfiguration(context: Context): PipConfiguration {
  const values = new Map<string, string>();
  for (const file of pipConfigurationFiles(context)) {
    const text = readIfThere(file);
    if (text === undefined) continue;
    for (const [key, value] of parsePipConfiguration(text)) values.set(key, value);
  }
  for (const [name, value] of Object.entries(context.env)) {
    // pip ignores empty variables.
    if (name.startsWith("PIP_") && value) values.set(optionName(name.slice("PIP_".length)), value);
  }
  const list = (key: string): readonly string[] =>
    (values.get(key) ?? "").split(/\s+/).filter((part) => part !== "");
  const timeout = Number(values.get("timeout") ?? values.get("default-timeout"));
  return {
    indexUrl: values.get("index-url") ?? values.get("pypi-url"),
    extraIndexUrls: list("extra-index-url"),
    findLinks: list("find-links"),
    noIndex: ["1", "true", "yes", "on", "y", "t"].includes((values.get("no-index") ?? "").toLowerCase()),
    trustedHosts: list("trusted-host"),
    cert: values.get("cert"),
    clientCert: values.get("client-cert"),
    proxy: values.get("proxy"),
    keyringProvider: values.get("keyring-provider"),
    timeout: Number.isFinite(timeout) && timeout > 0 ? timeout : undefined,
  };
}

/**
 * Options of `pip install` in one configuration file: section `[global]`, overridden by `[install]`.
 * The grammar is that of Python's configparser: `=` or `:`, whole-line comments, indented lines continue a value.
 */
export function parsePipConfiguration(text: string): ReadonlyMap<string, string> {
  const sections = { global: new Map<string, string>(), install: new Map<string, string>() };
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)) {
    const content = line.trim();
    if (content === "" || content.startsWith("#") || content.startsWith(";")) continue;
    if (/^\s/.test(line) && section && key !== undefined) {
      section.set(key, `${section.get(key) ?? ""}\n${content}`.trim());
      continue;
    }
    const header = /^\[([^\]]*)\]/.exec(content);
    if (header) {
      section =
        header[1] === "global" ? sections.global : header[1] === "install" ? sections.install : undefined;
      key = undefined;
      continue;
    }
    const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(content);
    key = pair?.[1] === undefined ? undefined : optionName(pair[1]);
    if (section && key !== undefined) section.set(key, pair?.[2] ?? "");
  }
  return new Map([...sections.global, ...sections.install]);
}

/** Where pip looks, least important first (pip's documentation, "Configuration files", "Location"). */
export function pipConfigurationFiles(context: Context): readonly string[] {
  const { env } = context;
  const named = env["PIP_CONFIG_FILE"];
  if (named === "/dev/null") return [];
  const home = env["HOME"] ?? homedir();
  const isMac = process.platform === "darwin";
  const globalFolders = (env["XDG_CONFIG_DIRS"] ?? "/etc/xdg").split(":").filter((folder) => folder !== "");
  const files = isMac
    ? ["/Library/Application Support/pip/pip.conf"]
    : globalFolders.toReversed().map((folder) => join(folder, "pip/pip.conf"));
  files.push("/etc/pip.conf");
  if (named === undefined || !existsSync(named)) {
    const macFolder = join(home, "Library/Application Support/pip");
    const userFolder =
      isMac && existsSync(macFolder)
        ? macFolder
        : join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "pip");
    files.push(join(home, ".pip/pip.conf"), join(userFolder, "pip.conf"));
  }
  if (env["VIRTUAL_ENV"]) files.push(join(env["VIRTUAL_ENV"], "pip.conf"));
  if (named !== undefined) files.push(named);
  return files;
}

function optionName(text: string): string {
  return text.trim().toLowerCase().replaceAll("_", "-").replace(/^--/, "");
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // pip, too, passes over files that it cannot read.
    return undefined;
  }
}
