import { parse, TomlDate, TomlError } from "smol-toml";
import { asTable, type Table } from "./read-toml.ts";

/** A package as a PEP 751 file lists it, whoever wrote it. */
export interface PylockPackage {
  readonly name: string;
  readonly version: string | undefined;
  readonly marker: string | undefined;
  readonly wheels: readonly PylockFile[];
  readonly sdist: PylockFile | undefined;
  readonly archive: (PylockFile & { readonly subdirectory: string | undefined }) | undefined;
  readonly vcs: PylockVcs | undefined;
  readonly directory: string | undefined;
}

export interface PylockFile {
  readonly name: string;
  readonly url: string | undefined;
  /** Relative to the lock's folder, or absolute. */
  readonly path: string | undefined;
  readonly size: number | undefined;
  /** Lower-case hex; absent where the index gives none. */
  readonly sha256: string | undefined;
}

export interface PylockVcs {
  readonly type: string;
  readonly url: string;
  readonly commit: string;
  readonly subdirectory: string | undefined;
}

/** What is wrong with a lock, without its file name. */
export class PylockFault extends Error {}

/**
 * Reads the parts of a PEP 751 file that brig needs; unknown members are passed over, as the PEP asks.
 *
 * @throws PylockFault
 */
export function parsePylock(text: string): {
  readonly top: Table;
  readonly packages: readonly PylockPackage[];
} {
  const top = parseTable(text);
  const version = top["lock-version"];
  if (typeof version !== "string" || !/^1\.\d+$/.test(version)) {
    throw new PylockFault(`lock-version is ${JSON.stringify(version) ?? "missing"}, not "1.0"`);
  }
  const packages = top["packages"] ?? [];
  if (!Array.isArray(packages)) throw new PylockFault("packages is no list");
  return {
    top,
    packages: packages.map((entry: unknown, index) => readPackage(asTable(entry), `packages[${index}]`)),
  };
}

function parseTable(text: string): Table {
  try {
    return parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    if (cause instanceof TomlError) throw new PylockFault(`line ${cause.line} is no TOML`, { cause });
    throw new PylockFault("it is no TOML", { cause });
  }
}

function readPackage(entry: Table | undefined, place: string): PylockPackage {
  if (!entry) throw new PylockFault(`${place} is no table`);
  const name = requireText(entry, "name", place);
  const wheels = entry["wheels"] ?? [];
  if (!Array.isArray(wheels)) throw new PylockFault(`${name}: wheels is no list`);
  const archive = optionalTable(entry, "archive", name);
  const vcs = optionalTable(entry, "vcs", name);
  const directory = optionalTable(entry, "directory", name);
  const sdist = optionalTable(entry, "sdist", name);
  return {
    name,
    version: optionalText(entry, "version", name),
    marker: optionalText(entry, "marker", name),
    wheels: wheels.map((wheel: unknown) => readFile(asTable(wheel), name)),
    sdist: sdist && readFile(sdist, name),
    archive: archive && {
      ...readFile(archive, name),
      subdirectory: optionalText(archive, "subdirectory", name),
    },
    vcs: vcs && {
      type: requireText(vcs, "type", name),
      url: requireText(vcs, "url", name),
      commit: requireText(vcs, "commit-id", name),
      subdirectory: optionalText(vcs, "subdirectory", name),
    },
    directory: directory && requireText(directory, "path", name),
  };
}

function readFile(entry: Table | undefined, place: string): PylockFile {
  if (!entry) throw new PylockFault(`${place}: a file is no table`);
  const url = optionalText(entry, "url", place);
  const path = optionalText(entry, "path", place);
  const named = optionalText(entry, "name", place) ?? lastPart(url, path);
  if (named === undefined || (url === undefined) === (path === undefined)) {
    throw new PylockFault(`${place}: a file needs either url or path`);
  }
  const size = entry["size"];
  if (size !== undefined && (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)) {
    throw new PylockFault(`${place}: size is ${JSON.stringify(size)}, not a number of bytes`);
  }
  const sha256 = asTable(entry["hashes"])?.["sha256"];
  if (sha256 !== undefined && (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/i.test(sha256))) {
    throw new PylockFault(`${place}: sha256 of ${JSON.stringify(named)} is not 64 hexadecimal digits`);
  }
  return { name: named, url, path, size, sha256: sha256?.toLowerCase() };
}

/** PEP 751: where `name` is missing, it is the last part of the URL or path. */
function lastPart(url: string | undefined, path: string | undefined): string | undefined {
  if (path !== undefined) return path.split("/").at(-1) || undefined;
  if (url === undefined || !URL.canParse(url)) return undefined;
  const part = new URL(url).pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(part) || undefined;
  } catch {
    return part;
  }
}

function optionalTable(entry: Table, key: string, place: string): Table | undefined {
  const value = entry[key];
  if (value === undefined) return undefined;
  const table = value instanceof TomlDate ? undefined : asTable(value);
  if (!table) throw new PylockFault(`${place}: ${key} is no table`);
  return table;
}

function optionalText(entry: Table, key: string, place: string): string | undefined {
  const value = entry[key];
  if (value === undefined || (typeof value === "string" && value !== "" && !value.includes("\0")))
    return value;
  throw new PylockFault(`${place}: ${key} is no text`);
}

function requireText(entry: Table, key: string, place: string): string {
  const value = optionalText(entry, key, place);
  if (value === undefined) throw new PylockFault(`${place}: ${key} is missing`);
  return value;
}
