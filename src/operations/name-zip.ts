import { linkSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { planBuildName } from "../build/build-name.ts";
import { handlerWarning } from "../build/handler.ts";
import { hashFile } from "../build/hash-file.ts";
import {
  codeSha256,
  type Manifest,
  type ManifestWheel,
  testsNotRun,
  writeManifest,
} from "../build/manifest.ts";
import type { PackedZip } from "../build/pack.ts";
import { sizeWarnings, type TreePart } from "../build/tree-parts.ts";
import type { Context } from "../context.ts";
import { writeFault } from "../store/write-fault.ts";
import { version } from "../version.ts";
import { linkedManifests, type Prepared } from "./prepare-build.ts";
import type { BuildCommit } from "./read-build-commit.ts";

/** A zip that has its name and manifest. */
export interface NamedZip {
  readonly zipName: string;
  readonly manifest: Manifest;
  /** A zip with other bytes than any linked one was made. */
  readonly built: boolean;
  /** The same bytes got a second name, because they are committed now. */
  readonly nowCommitted: boolean;
  readonly commit: BuildCommit;
}

/** A linked build of the same inputs, whose zip is whole. */
export interface Existing {
  readonly zipName: string;
  readonly manifest: Manifest;
}

/** A zip that was packed under a temporary name, and what it holds. */
export interface PackedBuild {
  readonly file: string;
  readonly zip: PackedZip;
  readonly bytecode: boolean;
  /** Bytes unpacked. */
  readonly unzippedSize: number;
  readonly parts: readonly TreePart[];
  readonly wheels: readonly ManifestWheel[];
  readonly has: (path: string) => boolean;
  /** Names at the tree's root, for a hint. */
  readonly names: readonly string[];
}

/** The zip stays; built dirty and committed since, it gets a second, clean name. */
export async function nameExisting(
  prepared: Prepared,
  existing: Existing,
  commit: BuildCommit,
): Promise<NamedZip> {
  const { manifest, zipName } = existing;
  const isClean = commit.hash !== null && commit.uncommitted.length === 0;
  if (!isClean || (!manifest.dirty && manifest.commit !== null)) {
    return { zipName, manifest, built: false, nowCommitted: false, commit };
  }
  const { builds, started } = prepared;
  const name = planBuildName(started, { describe: commit.name ?? "", dirty: false }, namesIn(builds));
  const created = started.toISOString();
  const renamed = { ...manifest, commit: commit.hash, dirty: false, uncommitted: [], created };
  await writeManifest(builds, name, renamed);
  try {
    linkSync(join(builds, zipName), join(builds, name));
  } catch (cause) {
    throw writeFault(cause, join(builds, name));
  }
  return { zipName: name, manifest: renamed, built: false, nowCommitted: true, commit };
}

/** Gives what was packed its name, or removes it; where it has the very bytes of a linked build, it is that one. */
export async function namePacked(
  prepared: Prepared,
  packed: PackedBuild,
  commit: BuildCommit,
  context: Context,
): Promise<NamedZip> {
  try {
    return await moveToName(prepared, packed, commit, context);
  } catch (error) {
    rmSync(packed.file, { force: true });
    throw error;
  }
}

async function moveToName(
  prepared: Prepared,
  packed: PackedBuild,
  commit: BuildCommit,
  context: Context,
): Promise<NamedZip> {
  const { builds } = prepared;
  const { file, zip } = packed;
  const same = linkedManifests(builds).find(({ manifest }) => manifest?.sha256 === zip.sha256);
  if (same?.manifest) {
    // Other inputs, a forced build, or a zip that is damaged or gone: the very bytes of a linked build, so that is it.
    const isWhole = (await hashFile(join(builds, same.zipName))) === zip.sha256;
    if (isWhole) rmSync(file, { force: true });
    else moveZip(file, join(builds, same.zipName));
    const manifest = { ...same.manifest, inputs: describeInputs(prepared, packed.bytecode) };
    await writeManifest(builds, same.zipName, manifest);
    return await nameExisting(prepared, { zipName: same.zipName, manifest }, commit);
  }
  context.signal.throwIfAborted();
  const described =
    commit.name === null ? null : { describe: commit.name, dirty: commit.uncommitted.length > 0 };
  const zipName = planBuildName(prepared.started, described, namesIn(builds));
  const manifest = describeZip(prepared, packed, commit);
  // The manifest first: a kill in between leaves a manifest without a zip, which means nothing.
  await writeManifest(builds, zipName, manifest);
  moveZip(file, join(builds, zipName));
  return { zipName, manifest, built: true, nowCommitted: false, commit };
}

function moveZip(file: string, place: string): void {
  try {
    renameSync(file, place);
  } catch (cause) {
    throw writeFault(cause, place);
  }
}

function describeInputs(prepared: Prepared, bytecode: boolean): Manifest["inputs"] {
  const { settings, runtime, interpreter, locked, digests } = prepared;
  return {
    digest: digests.whole,
    dependencies: digests.dependencies,
    runtime: runtime.name,
    architecture: settings.architecture,
    sources: prepared.firstParty.map(({ path, sha256, size, executable }) => ({
      path,
      sha256,
      size,
      executable,
    })),
    lock: locked?.digest ?? null,
    interpreter: bytecode ? (interpreter?.version ?? null) : null,
    bytecode,
    exclude: settings.build.exclude,
  };
}

function describeZip(prepared: Prepared, packed: PackedBuild, commit: BuildCommit): Manifest {
  const { folder, settings, runtime } = prepared;
  const { zip, unzippedSize, parts } = packed;
  const hasLayers = Array.isArray(settings.function["Layers"]) && settings.function["Layers"].length > 0;
  const handler =
    runtime.language &&
    !hasLayers &&
    handlerWarning(settings.handler, runtime.language, packed.has, packed.names);
  return {
    version: 1,
    name: folder.name,
    path: folder.path,
    brig: version,
    created: prepared.started.toISOString(),
    inputs: describeInputs(prepared, packed.bytecode),
    commit: commit.hash,
    dirty: commit.hash !== null && commit.uncommitted.length > 0,
    uncommitted: commit.uncommitted,
    wheels: packed.wheels,
    entries: zip.entries,
    size: zip.size,
    unzippedSize,
    sha256: zip.sha256,
    codeSha256: codeSha256(zip.sha256),
    front: zip.front,
    parts,
    tests: testsNotRun,
    warnings: [
      ...prepared.warnings,
      ...(handler ? [handler] : []),
      ...sizeWarnings(zip.size, unzippedSize, parts),
    ],
  };
}

function namesIn(builds: string): ReadonlySet<string> {
  return new Set(readdirSync(builds));
}
