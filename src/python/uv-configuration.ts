import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parse } from "smol-toml";
import type { Context } from "../context.ts";

/** What uv's variables and files say about indexes: uv reads them by itself, brig for its own downloads and the lock's key. */
export interface UvConfiguration {
  readonly defaultIndex: string | undefined;
  /** In order of precedence; `explicit` ones too, since their files may be downloaded. */
  readonly indexes: readonly UvIndex[];
  /** URLs and absolute paths. */
  readonly findLinks: readonly string[];
  readonly noIndex: boolean;
  readonly insecureHosts: readonly string[];
  readonly strategy: string | undefined;
  readonly excludeNewer: string | undefined;
  readonly keyringProvider: string | undefined;
}

export interface UvIndex {
  readonly name: string | undefined;
  readonly url: string;
}

/**
 * Reads uv's configuration as uv finds it from `folder`: UV_* variables, then the nearest `uv.toml` or
 * `[tool.uv]` above the folder, then the user's and the system's `uv.toml`; lists add up, single values are taken from the first.
 */
export function readUvConfiguration(folder: string, context: Context): UvConfiguration {
  const { env } = context;
  const layers = uvConfigurationFiles(folder, context).flatMap(readLayer);
  const named = layers.flatMap((layer) => layer.indexes);
  const words = (name: string): readonly string[] =>
    (env[name] ?? "").split(/\s+/).filter((word) => word !== "");
  const fromEnv = [...words("UV_INDEX"), ...words("UV_EXTRA_INDEX_URL")].map(indexOf);
  const defaultFromEnv = env["UV_DEFAULT_INDEX"] || env["UV_INDEX_URL"];
  return {
    defaultIndex: defaultFromEnv
      ? indexOf(defaultFromEnv).url
      : (named.find((index) => index.isDefault)?.url ?? firstOf(layers, (layer) => layer.indexUrl)),
    indexes: [...fromEnv, ...named.filter((index) => !index.isDefault)],
    findLinks: [
      ...(env["UV_FIND_LINKS"] ?? "")
        .split(",")
        .filter((link) => link !== "")
        .map((link) => atFolder(link, folder)),
      ...layers.flatMap((layer) => layer.findLinks),
    ],
    noIndex: isTrue(env["UV_NO_INDEX"]) || firstOf(layers, (layer) => layer.noIndex) === true,
    insecureHosts: [...words("UV_INSECURE_HOST"), ...layers.flatMap((layer) => layer.insecureHosts)],
    strategy: env["UV_INDEX_STRATEGY"] || firstOf(layers, (layer) => layer.strategy),
    excludeNewer: env["UV_EXCLUDE_NEWER"] || firstOf(layers, (layer) => layer.excludeNewer),
    keyringProvider: env["UV_KEYRING_PROVIDER"] || firstOf(layers, (layer) => layer.keyringProvider),
  };
}

/** uv's settings of the project that a folder is in (`uv.toml` or `[tool.uv]`): overrides and the like decide on the lock. */
export function readUvProject(folder: string): Record<string, unknown> | undefined {
  const file = uvProjectFile(folder);
  const whole = file === undefined ? undefined : readTable(file);
  return file?.endsWith("pyproject.toml") ? asTable(asTable(whole?.["tool"])?.["uv"]) : whole;
}

interface Layer {
  readonly indexes: readonly (UvIndex & { readonly isDefault: boolean })[];
  readonly indexUrl: string | undefined;
  readonly findLinks: readonly string[];
  readonly noIndex: boolean | undefined;
  readonly insecureHosts: readonly string[];
  readonly strategy: string | undefined;
  readonly excludeNewer: string | undefined;
  readonly keyringProvider: string | undefined;
}

/** Every file that could hold uv's configuration for this folder, whether it is there or not. */
export function uvConfigurationPlaces(folder: string, context: Context): readonly string[] {
  const above: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    above.push(join(at, "uv.toml"), join(at, "pyproject.toml"));
    if (dirname(at) === at) break;
  }
  return [...new Set([...above, ...uvConfigurationFiles(folder, context)])];
}

function uvConfigurationFiles(folder: string, context: Context): readonly string[] {
  const { env } = context;
  if (env["UV_CONFIG_FILE"]) return [resolve(context.cwd, env["UV_CONFIG_FILE"])];
  if (isTrue(env["UV_NO_CONFIG"])) return [];
  const home = env["HOME"] ?? homedir();
  const project = uvProjectFile(folder);
  const systemFolders = (env["XDG_CONFIG_DIRS"] || "/etc/xdg").split(":").filter((part) => part !== "");
  return [
    ...(project === undefined ? [] : [project]),
    join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "uv/uv.toml"),
    ...systemFolders.map((part) => join(part, "uv/uv.toml")),
    "/etc/uv/uv.toml",
  ];
}

/** Absolute path of the nearest file at or above a folder that holds uv's settings of a project. */
export function uvProjectFile(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (readTable(join(at, "uv.toml"))) return join(at, "uv.toml");
    const manifest = readTable(join(at, "pyproject.toml"));
    if (manifest && asTable(asTable(manifest["tool"])?.["uv"])) return join(at, "pyproject.toml");
    if (dirname(at) === at) return undefined;
  }
}

function readLayer(file: string): readonly Layer[] {
  const whole = readTable(file);
  const top = file.endsWith("pyproject.toml") ? asTable(asTable(whole?.["tool"])?.["uv"]) : whole;
  if (!top) return [];
  const inPip = asTable(top["pip"]) ?? {};
  // `[tool.uv.pip]` overrides the settings of the same name for `uv pip`, which is what brig runs.
  const setting = (key: string): unknown => inPip[key] ?? top[key];
  const base = dirname(file);
  const listed = [inPip["index"], top["index"]].filter(Array.isArray).flat().map(asTable);
  const indexes = listed.flatMap((index) => {
    const url = index?.["url"];
    if (typeof url !== "string") return [];
    const name = typeof index?.["name"] === "string" ? index["name"] : undefined;
    return [{ name, url: atFolder(url, base), isDefault: index?.["default"] === true }];
  });
  const extra = strings(setting("extra-index-url")).map((url) => ({
    name: undefined,
    url,
    isDefault: false,
  }));
  return [
    {
      indexes: [...indexes, ...extra],
      indexUrl: asString(setting("index-url")),
      findLinks: strings(setting("find-links")).map((link) => atFolder(link, base)),
      noIndex: typeof setting("no-index") === "boolean" ? setting("no-index") === true : undefined,
      insecureHosts: strings(top["allow-insecure-host"]),
      strategy: asString(setting("index-strategy")),
      excludeNewer: asString(setting("exclude-newer")),
      keyringProvider: asString(setting("keyring-provider")),
    },
  ];
}

/** `name=url` or a URL. */
function indexOf(text: string): UvIndex {
  const match = /^([A-Za-z0-9._-]+)=(.+)$/.exec(text);
  return match?.[2] === undefined ? { name: undefined, url: text } : { name: match[1], url: match[2] };
}

function atFolder(link: string, folder: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(link) ? link : resolve(folder, link);
}

function readTable(file: string): Record<string, unknown> | undefined {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch {
    // Not there, or broken: uv says so itself, with the line.
    return undefined;
  }
}

function firstOf<T>(layers: readonly Layer[], pick: (layer: Layer) => T | undefined): T | undefined {
  for (const layer of layers) {
    const value = pick(layer);
    if (value !== undefined) return value;
  }
  return undefined;
}

function asTable(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function asString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && ["1", "true", "yes", "on", "y", "t"].includes(text.toLowerCase());
}
