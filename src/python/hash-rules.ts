import { BrigError } from "../errors.ts";
import type { LockedPackage, PythonTarget } from "./lock.ts";
import { evaluateMarker, markerEnvironment } from "./marker.ts";
import type { Requirement, Requirements } from "./requirements.ts";
import { canonicalVersion } from "./wheel/canonical-version.ts";

/** The requirements whose markers hold for the target. */
export function requirementsFor(requirements: Requirements, target: PythonTarget): readonly Requirement[] {
  const environment = markerEnvironment(target);
  return requirements.requirements.filter(
    (requirement) => requirement.marker === undefined || evaluateMarker(requirement.marker, environment),
  );
}

/** The hashes that `--hash` allows for a package of a version, from requirements and constraints; `undefined`: any. */
export function allowedHashes(
  requirements: Requirements,
  name: string,
  version: string | undefined,
): ReadonlySet<string> | undefined {
  const stated = [...requirements.requirements, ...requirements.constraints].filter(
    (line) =>
      line.name === name &&
      line.hashes.length > 0 &&
      (line.pin === undefined ||
        version === undefined ||
        canonicalVersion(line.pin) === canonicalVersion(version)),
  );
  return stated.length === 0 ? undefined : new Set(stated.flatMap((line) => line.hashes));
}

/**
 * Holds a resolution against pip's rule: with `--require-hashes`, or as soon as one requirement has a hash,
 * everything must have one and be pinned by `==` (pip's documentation, "Hash-checking Mode").
 *
 * @throws BrigError `requirements-invalid` naming what lacks a hash, `hash-mismatch`
 */
export function checkHashes(
  packages: readonly LockedPackage[],
  requirements: Requirements,
  target: PythonTarget,
): void {
  const lines = requirementsFor(requirements, target);
  const isRequired = requirements.options.requireHashes || lines.some((line) => line.hashes.length > 0);
  if (!isRequired) return;
  for (const line of lines) checkPin(line, requirements);
  for (const entry of packages) {
    const { source } = entry;
    const allowed = allowedHashes(requirements, entry.name, entry.version);
    if (source.kind === "vcs" || source.kind === "directory") {
      throw new BrigError(
        "requirements-invalid",
        `${entry.name} is ${source.kind === "vcs" ? "a commit" : "a folder"}, which can have no --hash, but other requirements have one`,
        "leave out --hash and --require-hashes: pylock.toml pins every file by its sha256",
      );
    }
    if (!allowed)
      throw lacksHash(entry.name, entry.version, source.file.sha256, "is required by others, but");
    if (!allowed.has(source.file.sha256)) throw hashMismatch(entry.name, entry.version, source.file);
  }
}

function checkPin(line: Requirement, requirements: Requirements): void {
  if (line.kind === "vcs" || line.kind === "directory") return;
  const isHashed =
    line.hashes.length > 0 || (line.name !== undefined && allowedHashes(requirements, line.name, line.pin));
  if (!isHashed) {
    throw new BrigError(
      "requirements-invalid",
      `${line.place}: ${line.name ?? line.written} has no --hash, but other requirements have one`,
      "uv pip compile --generate-hashes requirements.in -o requirements.txt",
    );
  }
  if (line.kind !== "version" || line.pin !== undefined) return;
  const isPinned = requirements.constraints.some(
    (other) => other.name === line.name && other.pin !== undefined,
  );
  if (isPinned) return;
  throw new BrigError(
    "requirements-invalid",
    `${line.place}: ${line.name} has a --hash but no version pinned with ==`,
    `${line.name}==1.0 --hash=sha256:…`,
  );
}

function lacksHash(name: string, version: string | undefined, sha256: string, why: string): BrigError {
  return new BrigError(
    "requirements-invalid",
    `${name} ${version ?? ""} ${why} has no --hash, which other requirements have`.replace("  ", " "),
    `${name}==${version} --hash=sha256:${sha256}`,
  );
}

export function hashMismatch(
  name: string,
  version: string | undefined,
  file: { readonly name: string; readonly sha256: string | undefined },
): BrigError {
  return new BrigError(
    "hash-mismatch",
    `${name} ${version ?? ""}: no file that fits has a hash given by --hash; ${file.name} has sha256 ${file.sha256}`,
    `--hash=sha256:${file.sha256}   # only if you trust this file`,
  );
}
