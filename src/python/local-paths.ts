import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BrigError } from "../errors.ts";
import { dynamicDependencyFiles } from "./dynamic-dependencies.ts";
import { asTable, readToml } from "./read-toml.ts";
import { LineFault } from "./requirement-options.ts";
import type { ParsedRequirement } from "./requirement.ts";
import type { LocalPath, Requirement } from "./requirements.ts";
import { matchWheelName } from "./wheel/wheel-name.ts";
import { normaliseName } from "./wheel/project-name.ts";

/** Where what is found becomes an input of the lock. */
export interface InputRecorder {
  /** Absolute path of the function's folder. */
  readonly folder: string;
  /** Absolute path of the repository's root. */
  readonly boundary: string;
  readonly readInput: (file: string) => Buffer;
  readonly addLocal: (local: LocalPath) => void;
  /** A path as people see it. */
  readonly shown: (file: string) => string;
}

interface Place {
  readonly place: string;
  /** Absolute folder of the file that names the path. */
  readonly base: string;
  readonly reading: InputRecorder;
}

/** Turns a parsed requirement into one for uv; a path is looked up, and becomes an input of the lock. */
export function addLocalPath(
  parsed: ParsedRequirement,
  at: Place,
): Pick<Requirement, "name" | "text" | "kind"> {
  const marker = parsed.marker === undefined ? "" : ` ; ${parsed.marker}`;
  const extras = parsed.extras.length > 0 ? `[${parsed.extras.join(",")}]` : "";
  if (parsed.address === undefined) {
    return {
      name: parsed.name,
      text: `${parsed.name}${extras}${parsed.specifier}${marker}`,
      kind: "version",
    };
  }
  const written = localPathOf(parsed);
  if (written === undefined) {
    const address =
      parsed.name === undefined
        ? `${parsed.address}${extras}`
        : `${parsed.name}${extras} @ ${parsed.address}`;
    return {
      name: parsed.name,
      text: address + marker,
      kind: /^git\+/i.test(parsed.address) ? "vcs" : "url",
    };
  }
  const local = findLocal(written, at);
  const name = parsed.name ?? nameOf(local);
  const fragment = /#.*$/.exec(parsed.address)?.[0] ?? "";
  const url = pathToFileURL(local.path).href + fragment;
  return {
    name,
    text: (name === undefined ? `${url}${extras}` : `${name}${extras} @ ${url}`) + marker,
    kind: local.kind,
  };
}

function localPathOf(parsed: ParsedRequirement): string | undefined {
  if (parsed.address === undefined) return undefined;
  if (parsed.isPath) return parsed.address;
  if (!/^file:/i.test(parsed.address)) return undefined;
  const address = parsed.address.replace(/#.*$/, "");
  // `file:../lib` is not a URL of any standard, but pip and uv take it.
  if (/^file:(?!\/)/i.test(address)) return address.slice("file:".length);
  try {
    return fileURLToPath(address);
  } catch {
    throw new LineFault(`${address} is no path on this machine`);
  }
}

function findLocal(written: string, at: Place): LocalPath {
  // pip reads paths relative to where it is run, which is the function's folder; beside the file is what people expect.
  const candidates = [resolve(at.reading.folder, written), resolve(at.base, written)];
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new LineFault(
      `there is no ${written}`,
      `ls ${relative(at.reading.folder, dirname(candidates[0] ?? "")) || "."}`,
    );
  }
  refuseOutside(path, at.reading.boundary, at.place);
  const local = classify(path, written);
  at.reading.addLocal(local);
  if (local.kind === "directory") addBuildFiles(local.path, at.reading);
  else at.reading.readInput(local.path);
  return local;
}

function classify(path: string, written: string): LocalPath {
  if (statSync(path).isDirectory()) {
    if (existsSync(join(path, "pyproject.toml")) || existsSync(join(path, "setup.py")))
      return { kind: "directory", path };
    throw new LineFault(`${written} has neither pyproject.toml nor setup.py, so it cannot be installed`);
  }
  if (path.endsWith(".whl")) return { kind: "wheel", path };
  if (/\.(zip|tar|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz|tar\.lzma|tlz)$/i.test(path))
    return { kind: "sdist", path };
  throw new LineFault(`${written} is neither a wheel, a source archive nor a folder`);
}

/** Their dependencies stand in these files, so a change of one makes the lock outdated; those of folders they name in turn, too. */
function addBuildFiles(folder: string, reading: InputRecorder, seen = new Set<string>()): void {
  if (seen.has(folder)) return;
  seen.add(folder);
  for (const name of ["pyproject.toml", "setup.py", "setup.cfg"]) {
    const file = join(folder, name);
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) reading.readInput(file);
  }
  for (const file of dynamicDependencyFiles(folder)) {
    refuseOutside(file, reading.boundary, reading.shown(join(folder, "pyproject.toml")));
    reading.readInput(file);
  }
  for (const other of sourcePaths(join(folder, "pyproject.toml"))) {
    refuseOutside(other, reading.boundary, reading.shown(join(folder, "pyproject.toml")));
    if (!statSync(other).isDirectory()) {
      reading.readInput(other);
      continue;
    }
    reading.addLocal({ kind: "directory", path: other });
    addBuildFiles(other, reading, seen);
  }
}

/** Existing paths that `[tool.uv.sources]` of a pyproject.toml names. */
export function sourcePaths(manifest: string): readonly string[] {
  const table = readToml(manifest);
  const sources = asTable(asTable(asTable(table?.["tool"])?.["uv"])?.["sources"]) ?? {};
  return Object.values(sources)
    .flatMap((source) => (Array.isArray(source) ? source : [source]))
    .map((source: unknown) => asTable(source)?.["path"])
    .filter((path) => typeof path === "string")
    .map((path) => resolve(dirname(manifest), path))
    .filter((path) => existsSync(path));
}

/** Adds a folder that a pyproject.toml names by `[tool.uv.sources]`. */
export function addSourceFolder(path: string, reading: InputRecorder): void {
  if (!statSync(path).isDirectory()) {
    reading.readInput(path);
    return;
  }
  reading.addLocal({ kind: "directory", path });
  addBuildFiles(path, reading);
}

/** @throws BrigError `link-outside` where the path, links followed, leaves the repository */
export function refuseOutside(path: string, boundary: string, place: string): void {
  const inside = relative(realpathSync(boundary), realpathSync(path));
  if (inside !== ".." && !inside.startsWith(`..${sep}`)) return;
  throw new BrigError(
    "link-outside",
    `${place}: ${path} is outside of the repository, so nobody else could build this`,
    `git -C ${JSON.stringify(boundary)} status   # copy what is needed into the repository`,
  );
}

function nameOf(local: LocalPath): string | undefined {
  const base = local.path.split("/").at(-1) ?? "";
  if (local.kind === "wheel") {
    const wheel = matchWheelName(base);
    if (wheel) return normaliseName(wheel.name);
    throw new LineFault(`${base} is no file name of a wheel`, "name-1.0-py3-none-any.whl");
  }
  if (local.kind === "sdist") return undefined;
  const table = readToml(join(local.path, "pyproject.toml"));
  const poetry = asTable(asTable(table?.["tool"])?.["poetry"]);
  const name = asTable(table?.["project"])?.["name"] ?? poetry?.["name"];
  return typeof name === "string" && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)
    ? normaliseName(name)
    : undefined;
}
