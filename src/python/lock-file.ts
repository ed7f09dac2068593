import { BrigError } from "../errors.ts";
import type { Lock, LockInputs, LockedFile, LockedPackage, PackageSource, PythonTarget } from "./lock.ts";
import { type PylockFile, type PylockPackage, PylockFault, parsePylock } from "./pylock.ts";
import { asTable, type Table } from "./read-toml.ts";
import { splitCredentials } from "./url-credentials.ts";
import { canonicalVersion } from "./wheel/canonical-version.ts";
import { normaliseName } from "./wheel/project-name.ts";
import { matchWheelName } from "./wheel/wheel-name.ts";

/** Of a lock that brig did not write: never equal to any inputs. */
const strangersInputs: LockInputs = { requirements: "", indexes: "", format: 0 };
const strangersTarget: PythonTarget = { python: "", system: "linux", machine: "x86_64", floor: [0, 0] };

/**
 * Reads a `pylock.toml`. One that another tool wrote serves for the versions it names, and counts as outdated.
 *
 * @param file what to call it in errors
 * @throws BrigError `lock-invalid` saying what is wrong
 */
export function parseLock(text: string, file: string): Lock {
  try {
    const { top, packages } = parsePylock(text);
    const own = asTable(asTable(top["tool"])?.["brig"]);
    if (!own) {
      return {
        target: strangersTarget,
        inputs: strangersInputs,
        packages: packages.flatMap(readStrangersPackage),
      };
    }
    return { target: readTarget(own), inputs: readInputs(own), packages: readPackages(packages) };
  } catch (cause) {
    if (!(cause instanceof PylockFault)) throw cause;
    throw new BrigError("lock-invalid", `${file}: ${cause.message}`, "brig lock   # writes it anew", {
      cause,
    });
  }
}

function readPackages(packages: readonly PylockPackage[]): readonly LockedPackage[] {
  const names = new Set<string>();
  return packages
    .map((entry) => {
      if (normaliseName(entry.name) !== entry.name || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(entry.name)) {
        throw new PylockFault(`${JSON.stringify(entry.name)} is no normalised name`);
      }
      if (names.has(entry.name)) throw new PylockFault(`${entry.name} is there twice`);
      names.add(entry.name);
      const source = readSource(entry);
      if (source.kind === "wheel") checkWheelName(source.file.name, entry);
      return { name: entry.name, version: entry.version, source };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** A merge can take the version of one side and the wheel of the other. */
function checkWheelName(file: string, { name, version }: PylockPackage): void {
  const wheel = matchWheelName(file);
  if (wheel === undefined)
    throw new PylockFault(`${name}: ${JSON.stringify(file)} is no file name of a wheel`);
  const isOther = version !== undefined && canonicalVersion(wheel.version) !== canonicalVersion(version);
  if (normaliseName(wheel.name) === name && !isOther) return;
  throw new PylockFault(
    `${[name, version].join(" ").trim()} has the wheel of another: ${JSON.stringify(file)}`,
  );
}

function readStrangersPackage(entry: PylockPackage): readonly LockedPackage[] {
  try {
    const name = normaliseName(entry.name);
    const files = entry.wheels.slice(0, 1);
    return [
      {
        name,
        version: entry.version,
        source: readSource({ ...entry, wheels: files, sdist: files[0] ? undefined : entry.sdist }),
      },
    ];
  } catch (cause) {
    if (cause instanceof PylockFault) return [];
    throw cause;
  }
}

function readSource(entry: PylockPackage): PackageSource {
  const sources: PackageSource[] = entry.wheels.map((wheel) => ({
    kind: "wheel",
    file: readLockedFile(wheel, entry.name),
  }));
  if (entry.sdist) sources.push({ kind: "sdist", file: readLockedFile(entry.sdist, entry.name) });
  if (entry.archive) {
    const { subdirectory } = entry.archive;
    checkRelative(subdirectory, entry.name);
    sources.push({ kind: "archive", file: readLockedFile(entry.archive, entry.name), subdirectory });
  }
  if (entry.vcs) {
    checkRelative(entry.vcs.subdirectory, entry.name);
    if (!/^[0-9a-f]{40,64}$/.test(entry.vcs.commit))
      throw new PylockFault(`${entry.name}: commit-id is no full commit`);
    if (entry.vcs.url.startsWith("-"))
      throw new PylockFault(`${entry.name}: ${JSON.stringify(entry.vcs.url)} is no URL`);
    sources.push({ kind: "vcs", ...entry.vcs });
  }
  if (entry.directory !== undefined) {
    checkRelative(entry.directory, entry.name);
    sources.push({ kind: "directory", path: entry.directory });
  }
  const [source, second] = sources;
  if (!source || second) throw new PylockFault(`${entry.name} has ${sources.length} files, not exactly one`);
  return source;
}

function readLockedFile(file: PylockFile, place: string): LockedFile {
  if (file.sha256 === undefined)
    throw new PylockFault(`${place}: ${JSON.stringify(file.name)} has no sha256`);
  if (/[/\\\0]/.test(file.name) || file.name === "." || file.name === "..") {
    throw new PylockFault(`${place}: ${JSON.stringify(file.name)} is no file name`);
  }
  checkRelative(file.path, place);
  if (file.url !== undefined) {
    if (!URL.canParse(file.url) || !/^https?:$/.test(new URL(file.url).protocol)) {
      throw new PylockFault(`${place}: the URL of ${JSON.stringify(file.name)} is not http or https`);
    }
    if (splitCredentials(file.url).url !== file.url)
      throw new PylockFault(`${place}: a URL holds credentials`);
  }
  return { ...file, sha256: file.sha256 };
}

function checkRelative(path: string | undefined, place: string): void {
  if (path === undefined || !(/^([/\\]|[A-Za-z]:)/.test(path) || path.includes("\\"))) return;
  throw new PylockFault(`${place}: the path ${JSON.stringify(path)} is not relative`);
}

function readInputs(own: Table): LockInputs {
  const { requirements, indexes, format } = own;
  if (typeof requirements !== "string" || typeof indexes !== "string" || typeof format !== "number") {
    throw new PylockFault("[tool.brig] lacks requirements, indexes or format");
  }
  return { requirements, indexes, format };
}

function readTarget(own: Table): PythonTarget {
  const { python, system, machine, floor } = own;
  const match = typeof floor === "string" ? /^(\d{1,4})\.(\d{1,4})$/.exec(floor) : null;
  if (
    typeof python !== "string" ||
    !/^3\.\d{1,3}$/.test(python) ||
    (system !== "linux" && system !== "macos") ||
    (machine !== "x86_64" && machine !== "aarch64") ||
    !match
  ) {
    throw new PylockFault("[tool.brig] lacks python, system, machine or floor");
  }
  return { python, system, machine, floor: [Number(match[1]), Number(match[2])] };
}
