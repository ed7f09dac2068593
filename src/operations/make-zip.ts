import { createHash } from "node:crypto";
import { createReadStream, readdirSync, rmSync, statSync } from "node:fs";
import { link, rename } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { join } from "node:path";
import { planBuildName } from "../build/build-name.ts";
import { compressSource } from "../build/compressed-sources.ts";
import { handlerWarning } from "../build/handler.ts";
import { type Layout, planLayout, type TreeEntry } from "../build/layout.ts";
import { codeSha256, type Manifest, testsNotRun, writeManifest } from "../build/manifest.ts";
import { packBehind, type PackedZip, packZip } from "../build/pack.ts";
import type { Timings } from "../build/report.ts";
import { changedPaths, stageTree } from "../build/stage.ts";
import { readStageRecord, type StageRecord, writeStageRecord } from "../build/stage-record.ts";
import { bootName, sameStamp, targetStamp } from "../build/stamps.ts";
import { measureParts, sizeWarnings, type TreePart } from "../build/tree-parts.ts";
import type { Context } from "../context.ts";
import { temporaryBeside } from "../store/atomic-file.ts";
import { writeFault } from "../store/write-fault.ts";
import { version } from "../version.ts";
import type { BuildOptions } from "./build-options.ts";
import { compileFirstParty } from "./compile-first-party.ts";
import { gatherDependencies } from "./gather-dependencies.ts";
import { bytesOf, linkedManifests, type Prepared } from "./prepare-build.ts";
import { type BuildCommit, readBuildCommit } from "./read-build-commit.ts";
import type { Workshop } from "./workshop.ts";

export interface MadeZip {
  readonly zipName: string;
  readonly manifest: Manifest;
  /** A zip with other bytes than any linked one was made. */
  readonly built: boolean;
  /** The same bytes got a second name, because they are committed now. */
  readonly nowCommitted: boolean;
  readonly stage: StageRecord;
  /** Paths of the tree that were written or removed. */
  readonly changed: readonly string[];
  readonly parts: readonly TreePart[];
  readonly timings: Pick<Timings, "fetch" | "stage" | "pack">;
}

/**
 * Makes the staging tree and the zip of what was prepared. When a linked build has the same inputs, its zip is the
 * zip. No link is moved here.
 */
export async function makeZip(
  prepared: Prepared,
  workshop: Workshop,
  options: BuildOptions,
  context: Context,
): Promise<MadeZip> {
  const { builds, digests } = prepared;
  const committing = readBuildCommit(prepared, workshop, context);
  // Met where the name is needed; a failure before that must not count as unhandled.
  committing.catch(() => {});
  const existing = options.force ? undefined : await findExisting(prepared);
  const record = options.force ? undefined : await readStageRecord(builds);
  const tree = join(prepared.folder.folder, "stg");
  const staged =
    record?.boot === bootName() && record.inputs === digests.whole && changedPaths(tree, record).length === 0;
  if (existing && staged) {
    return {
      ...(await nameExisting(prepared, existing, await committing)),
      stage: record,
      changed: [],
      parts: [],
      timings: noTime,
    };
  }
  const began = performance.now();
  const dependencies = await gatherDependencies(prepared, workshop, context);
  const bytecode = await compileFirstParty(prepared, workshop, context);
  const layout = planLayout(dependencies, [...prepared.firstParty, ...bytecode], prepared.settings.build);
  const parts = measureParts(layout, dependencies);
  const fetched = performance.now();
  const all = [...layout.dependencies, ...layout.firstParty];
  const packing = existing ? undefined : pack(prepared, layout, workshop);
  packing?.catch(() => {});
  const {
    record: stage,
    written,
    removed,
  } = await stageTree(tree, all, record, {
    boot: bootName(),
    inputs: digests.whole,
    sourceBytes: (entry) => bytesOf(prepared, entry),
  }).catch(async (error: unknown) => {
    // Packing went on meanwhile: what it made belongs to nobody.
    await packing?.then(({ file }) => rmSync(file, { force: true })).catch(() => {});
    throw error;
  });
  await writeStageRecord(builds, stage);
  const stagedAt = performance.now();
  const changed = [...written, ...removed];
  const named = existing
    ? await nameExisting(prepared, existing, await committing)
    : await nameNew(prepared, await packing!, { layout, parts, dependencies }, await committing, context);
  const timings = {
    fetch: Math.round(fetched - began),
    stage: Math.round(stagedAt - fetched),
    pack: Math.round(performance.now() - stagedAt),
  };
  return { ...named, stage, changed, parts, timings };
}

const noTime = { fetch: 0, stage: 0, pack: 0 };

interface Existing {
  readonly zipName: string;
  readonly manifest: Manifest;
}
type Named = Pick<MadeZip, "zipName" | "manifest" | "built" | "nowCommitted">;

/** A linked build of the same inputs whose zip is whole. */
async function findExisting(prepared: Prepared): Promise<Existing | undefined> {
  for (const { zipName, manifest } of linkedManifests(prepared.builds)) {
    if (manifest?.inputs.digest !== prepared.digests.whole) continue;
    if (await isIntact(prepared, zipName, manifest)) return { zipName, manifest };
  }
  return undefined;
}

async function isIntact(prepared: Prepared, zipName: string, manifest: Manifest): Promise<boolean> {
  if (isUntouched(prepared, zipName)) return true;
  const file = join(prepared.builds, zipName);
  return (
    statSync(file, { throwIfNoEntry: false })?.size === manifest.size &&
    (await hashFile(file)) === manifest.sha256
  );
}

/** Nobody touched the zip since the last build wrote it down, in this boot of the machine. */
function isUntouched({ builds, state }: Prepared, zipName: string): boolean {
  const file = join(builds, zipName);
  const known = state?.surroundings.boot === bootName() ? state.files[file] : undefined;
  return known !== undefined && known !== null && sameStamp(targetStamp(file), known);
}

/** The zip stays; built dirty and committed since, it gets a second, clean name. */
async function nameExisting(prepared: Prepared, existing: Existing, commit: BuildCommit): Promise<Named> {
  const { manifest, zipName } = existing;
  const gains =
    commit.hash !== null && commit.uncommitted.length === 0 && (manifest.dirty || manifest.commit === null);
  if (!gains) return { ...existing, built: false, nowCommitted: false };
  const { builds } = prepared;
  const name = planBuildName(
    prepared.started,
    { describe: commit.name ?? "", dirty: false },
    namesIn(builds),
  );
  const renamed = {
    ...manifest,
    commit: commit.hash,
    dirty: false,
    uncommitted: [],
    created: prepared.started.toISOString(),
  };
  await writeManifest(builds, name, renamed);
  await link(join(builds, zipName), join(builds, name)).catch((cause: unknown) => {
    throw writeFault(cause, join(builds, name));
  });
  return { zipName: name, manifest: renamed, built: false, nowCommitted: true };
}

async function nameNew(
  prepared: Prepared,
  { file, zip }: { readonly file: string; readonly zip: PackedZip },
  made: {
    readonly layout: Layout;
    readonly parts: readonly TreePart[];
    readonly dependencies: Awaited<ReturnType<typeof gatherDependencies>>;
  },
  commit: BuildCommit,
  context: Context,
): Promise<Named> {
  const { builds } = prepared;
  const same = linkedManifests(builds).find(({ manifest }) => manifest?.sha256 === zip.sha256);
  if (same?.manifest) {
    // Other inputs, a forced build, or a zip that is damaged or gone: the very bytes of a linked build, so that is it.
    const isWhole = (await hashFile(join(builds, same.zipName))) === zip.sha256;
    if (isWhole) rmSync(file, { force: true });
    else await moveZip(file, join(builds, same.zipName));
    const manifest = { ...same.manifest, inputs: describeInputs(prepared, made.layout) };
    await writeManifest(builds, same.zipName, manifest);
    return await nameExisting(prepared, { zipName: same.zipName, manifest }, commit);
  }
  context.signal.throwIfAborted();
  const dirty = commit.uncommitted.length > 0;
  const zipName = planBuildName(
    prepared.started,
    commit.name === null ? null : { describe: commit.name, dirty },
    namesIn(builds),
  );
  const manifest = describeZip(prepared, zip, made, commit);
  // The manifest first: a kill in between leaves a manifest without a zip, which means nothing.
  await writeManifest(builds, zipName, manifest);
  await moveZip(file, join(builds, zipName));
  return { zipName, manifest, built: true, nowCommitted: false };
}

async function moveZip(file: string, place: string): Promise<void> {
  await rename(file, place).catch((cause: unknown) => {
    rmSync(file, { force: true });
    throw writeFault(cause, place);
  });
}

async function pack(
  prepared: Prepared,
  layout: Layout,
  workshop: Workshop,
): Promise<{ file: string; zip: PackedZip }> {
  const file = temporaryBeside(join(prepared.builds, "zip"));
  try {
    return { file, zip: await packInto(file, prepared, layout, workshop) };
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

async function packInto(
  file: string,
  prepared: Prepared,
  layout: Layout,
  workshop: Workshop,
): Promise<PackedZip> {
  const { builds, digests } = prepared;
  const compress = (entry: TreeEntry) =>
    compressSource(workshop.store, entry, () => bytesOf(prepared, entry));
  for (const { zipName, manifest } of linkedManifests(builds)) {
    const isSame =
      manifest?.inputs.dependencies === digests.dependencies && manifest.inputs.bytecode === layout.bytecode;
    if (!isSame || manifest.front.entries !== layout.dependencies.length || manifest.front.entries === 0)
      continue;
    if (!isUntouched(prepared, zipName)) continue;
    const earlier = { file: join(builds, zipName), front: manifest.front };
    return await packBehind(file, earlier, layout, compress);
  }
  return await packZip(file, layout, compress);
}

function describeInputs(prepared: Prepared, layout: Layout): Manifest["inputs"] {
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
    interpreter: layout.bytecode ? (interpreter?.version ?? null) : null,
    bytecode: layout.bytecode,
    exclude: settings.build.exclude,
  };
}

function describeZip(
  prepared: Prepared,
  zip: PackedZip,
  { layout, parts, dependencies }: Parameters<typeof nameNew>[2],
  commit: BuildCommit,
): Manifest {
  const { folder, settings, runtime } = prepared;
  const paths = new Set([...layout.dependencies, ...layout.firstParty].map(({ path }) => path));
  const hasLayers = Array.isArray(settings.function["Layers"]) && settings.function["Layers"].length > 0;
  const handler = runtime.language && handlerWarning(settings.handler, runtime.language, paths, hasLayers);
  return {
    version: 1,
    name: folder.name,
    path: folder.path,
    brig: version,
    created: prepared.started.toISOString(),
    inputs: describeInputs(prepared, layout),
    commit: commit.hash,
    dirty: commit.hash !== null && commit.uncommitted.length > 0,
    uncommitted: commit.uncommitted,
    wheels: dependencies.map(({ wheel }) => wheel),
    entries: zip.entries,
    size: zip.size,
    unzippedSize: layout.unzippedSize,
    sha256: zip.sha256,
    codeSha256: codeSha256(zip.sha256),
    front: zip.front,
    tests: testsNotRun,
    warnings: [
      ...prepared.warnings,
      ...(handler ? [handler] : []),
      ...sizeWarnings(zip.size, layout.unzippedSize, parts),
    ],
  };
}

function namesIn(builds: string): ReadonlySet<string> {
  return new Set(readdirSync(builds));
}

async function hashFile(file: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
    return hash.digest("hex");
  } catch {
    return undefined;
  }
}
