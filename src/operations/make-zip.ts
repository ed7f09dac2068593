import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { hashFile } from "../build/hash-file.ts";
import { planLayout } from "../build/layout.ts";
import type { Manifest } from "../build/manifest.ts";
import { packZip } from "../build/pack.ts";
import type { Timings } from "../build/report.ts";
import { changedPaths, stageTree } from "../build/stage.ts";
import { readStageRecord, type StageRecord, writeStageRecord } from "../build/stage-record.ts";
import { bootName, sameStamp, targetStamp } from "../build/stamps.ts";
import { measureParts, type TreePart } from "../build/tree-parts.ts";
import type { Context } from "../context.ts";
import { temporaryBeside } from "../store/atomic-file.ts";
import type { BuildOptions } from "./build-options.ts";
import { compileFirstParty } from "./compile-first-party.ts";
import { compressEntry, editZip } from "./edit-zip.ts";
import { gatherDependencies } from "./gather-dependencies.ts";
import { nameExisting, namePacked, type NamedZip } from "./name-zip.ts";
import { bytesOf, linkedManifests, type Prepared } from "./prepare-build.ts";
import { readBuildCommit } from "./read-build-commit.ts";
import type { Workshop } from "./workshop.ts";

export interface MadeZip extends NamedZip {
  readonly stage: StageRecord;
  /** Paths of the tree that were written or removed. */
  readonly changed: readonly string[];
  readonly parts: readonly TreePart[];
  readonly timings: Pick<Timings, "fetch" | "stage" | "pack">;
}

/**
 * Makes the staging tree and the zip of what was prepared. When a linked build has the same inputs, its zip is the
 * zip; when only first-party files changed, the rest of tree and zip stays. No link is moved here.
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
  const kept = options.force ? undefined : await readStageRecord(builds);
  const record = kept?.boot === bootName() ? kept : undefined;
  const tree = join(prepared.folder.folder, "stg");
  if (existing && record?.own.digest === digests.whole && changedPaths(tree, record).length === 0) {
    const named = await nameExisting(prepared, existing, await committing);
    return { ...named, stage: record, changed: [], parts: [], timings: { fetch: 0, stage: 0, pack: 0 } };
  }
  if (record && !existing) {
    const edited = await editZip(
      prepared,
      tree,
      record,
      { isUntouched, willTest: !options.noTest },
      workshop,
      context,
    );
    if (edited) {
      const began = performance.now();
      const named = await namePacked(prepared, edited.packed, await committing, context);
      const pack = edited.timings.pack + Math.round(performance.now() - began);
      return { ...named, ...edited, parts: edited.packed.parts, timings: { ...edited.timings, pack } };
    }
  }
  return await makeWhole(prepared, existing, { tree, record }, committing, workshop, context);
}

async function makeWhole(
  prepared: Prepared,
  existing: Existing | undefined,
  { tree, record }: { readonly tree: string; readonly record: StageRecord | undefined },
  committing: ReturnType<typeof readBuildCommit>,
  workshop: Workshop,
  context: Context,
): Promise<MadeZip> {
  const { builds, digests } = prepared;
  const began = performance.now();
  const dependencies = await gatherDependencies(prepared, workshop, context);
  const bytecode = await compileFirstParty(prepared, workshop, context);
  const layout = planLayout(dependencies, [...prepared.firstParty, ...bytecode], prepared.settings.build);
  const parts = measureParts(layout, dependencies);
  const fetched = performance.now();
  const file = temporaryBeside(join(builds, "zip"));
  const packing = existing ? undefined : packZip(file, layout, compressEntry(prepared, workshop));
  packing?.catch(() => {});
  try {
    const staging = { boot: bootName(), digests, sourceBytes: bytesOf(prepared) };
    const { record: stage, changed } = await stageTree(tree, layout, record, staging);
    await writeStageRecord(builds, stage);
    const staged = performance.now();
    const paths = new Set([...layout.dependencies, ...layout.firstParty].map(({ path }) => path));
    const named = packing
      ? await namePacked(
          prepared,
          {
            file,
            zip: await packing,
            bytecode: layout.bytecode,
            unzippedSize: layout.unzippedSize,
            parts,
            wheels: dependencies.map(({ wheel }) => wheel),
            has: (path) => paths.has(path),
            names: [...paths].filter((path) => !path.includes("/")),
          },
          await committing,
          context,
        )
      : await nameExisting(prepared, existing!, await committing);
    const timings = {
      fetch: Math.round(fetched - began),
      stage: Math.round(staged - fetched),
      pack: Math.round(performance.now() - staged),
    };
    return { ...named, stage, changed, parts, timings };
  } catch (error) {
    // Packing may still go on: what it makes belongs to nobody.
    await packing?.catch(() => {});
    rmSync(file, { force: true });
    throw error;
  }
}

interface Existing {
  readonly zipName: string;
  readonly manifest: Manifest;
}

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
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  return size === manifest.size && (await hashFile(file)) === manifest.sha256;
}

/** Nobody touched the zip since the last build wrote it down, in this boot of the machine. */
function isUntouched({ builds, state }: Prepared, zipName: string): boolean {
  const file = join(builds, zipName);
  const known = state?.surroundings.boot === bootName() ? state.files[file] : undefined;
  return known !== undefined && known !== null && sameStamp(targetStamp(file), known);
}
