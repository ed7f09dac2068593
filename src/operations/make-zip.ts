import { statSync } from "node:fs";
import { join } from "node:path";
import type { FrontCopy } from "../build/front-copy.ts";
import { hashFile } from "../build/hash-file.ts";
import type { Manifest } from "../build/manifest.ts";
import { changedPaths } from "../build/stage.ts";
import { readStageRecord } from "../build/stage-record.ts";
import { sameStamp, targetStamp } from "../build/stamps.ts";
import type { Context } from "../context.ts";
import type { BuildOptions } from "./build-options.ts";
import { editZip } from "./edit-zip.ts";
import type { MadeZip } from "./made-zip.ts";
import { type Existing, nameExisting, namePacked } from "./name-zip.ts";
import { linkedManifests, type Prepared } from "./prepare-build.ts";
import { readBuildCommit } from "./read-build-commit.ts";
import type { Workshop } from "./workshop.ts";
import { bootName } from "../store/boot-name.ts";

/**
 * Makes the staging tree and the zip of what was prepared. When a linked build has the same inputs, its zip is the
 * zip; when only first-party files changed, the rest of tree and zip stays. No link is moved here.
 */
export async function makeZip(
  prepared: Prepared,
  frontCopy: FrontCopy | undefined,
  workshop: Workshop,
  options: BuildOptions,
  context: Context,
): Promise<MadeZip> {
  const { builds, digests } = prepared;
  const committing = readBuildCommit(prepared, workshop, context);
  // Met where the name is needed; a failure before that must not count as unhandled.
  committing.catch(() => {});
  const existing = options.force ? undefined : await findExisting(prepared);
  const record = options.force ? undefined : readStageRecord(builds, bootName());
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
      { isUntouched, willTest: !options.noTest, frontCopy },
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
  const { makeWhole } = await import("./make-whole.ts");
  return await makeWhole(prepared, existing, { tree, record }, committing, workshop, context);
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
