import { BrigError } from "../errors.ts";
import { pythonMinors, pythonTargetOf } from "../workspace/runtimes.ts";
import type { PythonTarget } from "./lock.ts";
import { canonicalVersion } from "./wheel/canonical-version.ts";
import { matchWheelName, type WheelName } from "./wheel/wheel-name.ts";
import { selectWheel } from "./wheel/wheel-tags.ts";

interface NamedFile {
  readonly name: string;
}

/**
 * The error for a version that has no wheel for the target: says which files it has, and the ways out that
 * these files allow.
 *
 * @param files all files of the project; those of other versions are left aside
 */
export function wheelMissing(
  name: string,
  version: string,
  target: PythonTarget,
  files: readonly NamedFile[],
): BrigError {
  const own = filesOf(version, files);
  const has = describeFiles(own, target);
  const message = `${name} ${version} has no wheel for ${describeTarget(target)}; it has ${has}`;
  return new BrigError("wheel-missing", message, suggest(name, version, target, files));
}

/** The files of one version, wheels and sdists. */
export function filesOf<F extends NamedFile>(version: string, files: readonly F[]): readonly F[] {
  return files.filter((file) => {
    const found = versionOf(file.name);
    return found !== undefined && canonicalVersion(found) === canonicalVersion(version);
  });
}

/** The version in a file's name, as it is written there. */
export function versionOf(file: string): string | undefined {
  return matchWheelName(file)?.version ?? /-([^-]+?)\.(?:tar\.gz|zip|tar\.bz2|tgz)$/i.exec(file)?.[1];
}

/** `python3.13 on arm64 (glibc 2.34)`, in AWS's words for the machine. */
export function describeTarget(target: PythonTarget): string {
  const machine = target.machine === "aarch64" ? "arm64" : target.machine;
  const system = target.system === "linux" ? "glibc" : "macOS";
  return `python${target.python} on ${machine} (${system} ${target.floor.join(".")})`;
}

/** `cp313 manylinux_2_28 x86_64, macOS, and an sdist`. */
function describeFiles(files: readonly NamedFile[], target: PythonTarget): string {
  const wheels = files.flatMap((file) => matchWheelName(file.name) ?? []);
  const forPython = wheels.filter((wheel) => suitsPython(wheel, target));
  const parts = new Set<string>();
  for (const wheel of forPython) parts.add(describeWheel(wheel));
  if (forPython.length === 0) for (const python of pythonsOf(wheels)) parts.add(`${python} only`);
  const ordered = [...parts].toSorted((one, other) => Number(isBrief(one)) - Number(isBrief(other)));
  if (files.some((file) => matchWheelName(file.name) === undefined)) ordered.push("an sdist");
  const last = ordered.pop();
  if (last === undefined) return "no files at all";
  return ordered.length === 0 ? last : `${ordered.join(", ")}, and ${last}`;
}

function isBrief(part: string): boolean {
  return !part.includes(" ");
}

function describeWheel(wheel: WheelName): string {
  const platforms = wheel.platforms;
  if (platforms.some((platform) => platform.startsWith("macosx"))) return "macOS";
  if (platforms.some((platform) => platform.startsWith("win"))) return "Windows";
  if (platforms.every((platform) => platform.startsWith("musllinux"))) return "musllinux";
  // Of equal names the one that says the glibc is clearer than `manylinux2014`.
  const platform = platforms.find((each) => /^manylinux_\d/.test(each)) ?? platforms[0] ?? "any";
  const split = /^(manylinux_\d+_\d+|manylinux\d+|linux)_(.+)$/.exec(platform);
  return `${wheel.pythons[0]} ${split ? `${split[1]} ${split[2]}` : platform}`;
}

function suitsPython(wheel: WheelName, target: PythonTarget): boolean {
  const minor = Number(target.python.split(".")[1]);
  const isStable = wheel.abis.includes("abi3");
  return wheel.pythons.some((python) => {
    const match = /^(?:cp|py)3(\d*)$/.exec(python);
    if (!match) return false;
    if (match[1] === "" || python.startsWith("py")) return true;
    const own = Number(match[1]);
    return (own === minor && !wheel.abis.every((abi) => abi.endsWith("t"))) || (isStable && own <= minor);
  });
}

/** `cp39 to cp312`, or single ones. */
function pythonsOf(wheels: readonly WheelName[]): readonly string[] {
  const minors = wheels
    .flatMap((wheel) => wheel.pythons.flatMap((python) => /^cp3(\d+)$/.exec(python)?.[1] ?? []))
    .map(Number);
  const sorted = [...new Set(minors)].toSorted((one, other) => one - other);
  if (sorted.length === 0) return [];
  return sorted.length < 3
    ? sorted.map((minor) => `cp3${minor}`)
    : [`cp3${sorted[0]} to cp3${sorted.at(-1)}`];
}

function suggest(name: string, version: string, target: PythonTarget, files: readonly NamedFile[]): string {
  const ways: string[] = [];
  const own = filesOf(version, files);
  const otherMachine = target.machine === "aarch64" ? "x86_64" : "aarch64";
  if (selectWheel(own, { ...target, machine: otherMachine })) {
    ways.push(`function: {Architectures: [${otherMachine === "aarch64" ? "arm64" : otherMachine}]}`);
  } else {
    const runtime = otherRuntime(own, target);
    if (runtime !== undefined) ways.push(`function: {Runtime: ${runtime}}`);
  }
  const fitting = newestFitting(version, target, files);
  if (ways.length === 0 && fitting !== undefined) ways.push(`${name}==${fitting}`);
  if (own.some((file) => matchWheelName(file.name) === undefined)) {
    const machine = target.machine === "aarch64" ? "arm64" : target.machine;
    ways.push(`build the sdist on an ${machine} ${target.system === "linux" ? "Linux" : "macOS"} host`);
  }
  return ways.length > 0 ? ways.join(", or ") : `pip index versions ${name}`;
}

/** A runtime of Lambda that the files would do for, the newest first. */
function otherRuntime(files: readonly NamedFile[], target: PythonTarget): string | undefined {
  const architecture = target.machine === "aarch64" ? "arm64" : target.machine;
  const found = pythonMinors
    .filter((python) => python !== target.python)
    .find((python) =>
      selectWheel(files, { ...target, python, floor: pythonTargetOf(python, architecture).glibc }),
    );
  return found === undefined || target.system !== "linux" ? undefined : `python${found}`;
}

/** A version with a wheel, for a project that has some: the one listed last, which on an index is about the newest. */
function newestFitting(
  version: string,
  target: PythonTarget,
  files: readonly NamedFile[],
): string | undefined {
  const versions = [...new Set(files.flatMap((file) => matchWheelName(file.name)?.version ?? []))];
  return versions
    .filter((each) => canonicalVersion(each) !== canonicalVersion(version) && /^[\d.]+$/.test(each))
    .findLast((each) => selectWheel(filesOf(each, files), target));
}
