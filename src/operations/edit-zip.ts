import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compressSource } from "../build/compressed-sources.ts";
import type { FrontCopy } from "../build/front-copy.ts";
import type { FrontHash } from "../build/front-hash.ts";
import { planLayout, type TreeEntry } from "../build/layout.ts";
import { unzippedLimit } from "../build/limits.ts";
import type { Manifest } from "../build/manifest.ts";
import { packBehind } from "../build/pack.ts";
import type { Timings } from "../build/report.ts";
import { isPartIntact, stageOwn } from "../build/stage.ts";
import { contentOf, type StageRecord, writeStageRecord } from "../build/stage-record.ts";
import type { Context } from "../context.ts";
import { temporaryBeside } from "../store/atomic-file.ts";
import type { Compressed } from "../zip/deflate.ts";
import { compileFirstParty } from "./compile-first-party.ts";
import type { PackedBuild } from "./name-zip.ts";
import { bytesOf, linkedManifests, type Prepared } from "./prepare-build.ts";
import type { Workshop } from "./workshop.ts";
import { bootName } from "../store/boot-name.ts";

export interface EditedZip {
  readonly packed: PackedBuild;
  readonly stage: StageRecord;
  readonly changed: readonly string[];
  readonly frontHash: FrontHash;
  readonly timings: Pick<Timings, "fetch" | "stage" | "pack">;
}

export interface EditOptions {
  /** Whether a linked zip is what the last build wrote down. */
  readonly isUntouched: (prepared: Prepared, zipName: string) => boolean;
  /** Tests follow, so every file of the tree is looked at. */
  readonly willTest: boolean;
  readonly frontCopy: FrontCopy | undefined;
}

/**
 * Makes tree and zip of an edit that leaves the dependencies alone: their part of the tree is only looked at, their
 * part of the zip is copied from the last one. Neither wheels nor their indexes are opened.
 *
 * @returns `undefined` where more than that has to be done; nothing is written then
 */
export async function editZip(
  prepared: Prepared,
  tree: string,
  record: StageRecord,
  { isUntouched, willTest, frontCopy }: EditOptions,
  workshop: Workshop,
  context: Context,
): Promise<EditedZip | undefined> {
  const { builds, digests } = prepared;
  const began = performance.now();
  if (record.dependencies.digest !== digests.dependencies) return undefined;
  const earlier = linkedManifests(builds).find(
    ({ zipName, manifest }) =>
      manifest?.inputs.dependencies === digests.dependencies && isUntouched(prepared, zipName),
  );
  if (earlier?.manifest === undefined) return undefined;
  const { manifest, zipName } = earlier;
  // Another brig that had the lock first may have cleared the copy away, or made another zip.
  const copy = frontCopy?.zipName === zipName && existsSync(frontCopy.file) ? frontCopy : undefined;
  const file = copy?.file ?? temporaryBeside(join(builds, "zip"));
  const known = prepared.state?.front;
  const frontName = `${digests.dependencies} ${manifest.inputs.bytecode}`;
  const front = {
    file: join(builds, zipName),
    front: manifest.front,
    hashState: known?.of === frontName ? known.state : undefined,
    copied: copy?.copied,
  };
  // Three things at once: Python compiles what was edited, the kernel copies the front, the tree is looked at.
  const layingOut = layOutOwn(prepared, record, manifest, workshop, context);
  const packing = packBehind(file, front, layingOut, compressEntry(prepared, workshop));
  // Met below; until then a failure must not count as unhandled.
  for (const under of [layingOut, packing]) under.catch(() => {});
  try {
    const isIntact = await isPartIntact(tree, record.dependencies, !willTest);
    const firstParty = await layingOut;
    const fetched = performance.now();
    const staging = { boot: bootName(), digests, sourceBytes: bytesOf(prepared) };
    const staged = isIntact ? await stageOwn(tree, firstParty, record, staging) : undefined;
    if (staged === undefined) throw new MoreThanAnEdit();
    await writeStageRecord(builds, staged.record, true);
    const stagedAt = performance.now();
    const zip = await packing;
    const packed: PackedBuild = { file, zip, ...describeEdit(manifest, record, firstParty) };
    const timings = {
      fetch: Math.round(fetched - began),
      stage: Math.round(stagedAt - fetched),
      pack: Math.round(performance.now() - stagedAt),
    };
    const frontHash = { of: frontName, state: zip.hashState };
    return { packed, stage: staged.record, changed: staged.changed, frontHash, timings };
  } catch (error) {
    await packing.catch(() => {});
    rmSync(file, { force: true });
    if (error instanceof MoreThanAnEdit) return undefined;
    throw error;
  }
}

/** The dependencies' part cannot stay as it is after all. */
class MoreThanAnEdit extends Error {}

/**
 * The first-party entries, with their bytecode where the zip has any.
 *
 * @throws MoreThanAnEdit
 */
async function layOutOwn(
  prepared: Prepared,
  record: StageRecord,
  manifest: Manifest,
  workshop: Workshop,
  context: Context,
): Promise<readonly TreeEntry[]> {
  const { settings } = prepared;
  const isLeftOut = settings.build.bytecode === undefined && !manifest.inputs.bytecode;
  const compiled = isLeftOut ? [] : await compileFirstParty(prepared, workshop, context);
  const bytecode = settings.build.bytecode ?? manifest.inputs.bytecode;
  const own = planLayout([], [...prepared.firstParty, ...compiled], { ...settings.build, bytecode });
  if (!isSameDecision(manifest, own.withBytecode.whole, settings.build.bytecode)) throw new MoreThanAnEdit();
  const wasOwn = ({ path }: TreeEntry): boolean => Object.hasOwn(record.own.files, path);
  const firstParty = own.firstParty.filter((entry) => wasOwn(entry) || !isOfDependencies(record, entry));
  if (firstParty.some((entry) => !wasOwn(entry) && collides(record, entry.path))) throw new MoreThanAnEdit();
  return firstParty;
}

function describeEdit(
  manifest: Manifest,
  { dependencies }: StageRecord,
  firstParty: readonly TreeEntry[],
): Omit<PackedBuild, "file" | "zip"> {
  const paths = new Set(firstParty.map(({ path }) => path));
  const ownSize = firstParty.reduce((total, { size }) => total + size, 0);
  return {
    bytecode: manifest.inputs.bytecode,
    unzippedSize: manifest.front.unzippedSize + ownSize,
    parts: manifest.parts.map((part) => (part.name === "src" ? { ...part, size: ownSize } : part)),
    wheels: manifest.wheels,
    has: (path) => paths.has(path) || Object.hasOwn(dependencies.files, path),
    names: [...paths].filter((path) => !path.includes("/")),
  };
}

/** How a first-party entry is deflated: from the store where it was before. */
export function compressEntry(
  prepared: Prepared,
  workshop: Workshop,
): (entry: TreeEntry) => Promise<Compressed> {
  const bytes = bytesOf(prepared);
  return (entry) => compressSource(workshop.store, entry, () => bytes(entry));
}

/** Whether bytecode is in or out as it was: by itself, that depends on the size of the whole tree. */
function isSameDecision(manifest: Manifest, ownWithBytecode: number, setting: boolean | undefined): boolean {
  if (setting !== undefined) return true;
  const fits = manifest.front.sizeWithBytecode + ownWithBytecode <= unzippedLimit;
  return fits === manifest.inputs.bytecode;
}

/** The very file that a dependency brings already. */
function isOfDependencies({ dependencies }: StageRecord, entry: TreeEntry): boolean {
  return (
    Object.hasOwn(dependencies.files, entry.path) && dependencies.files[entry.path]![0] === contentOf(entry)
  );
}

/** What this decides to be a collision is looked at again, and named, where the whole tree is laid out. */
function collides({ dependencies }: StageRecord, path: string): boolean {
  if (Object.hasOwn(dependencies.files, path) || Object.hasOwn(dependencies.folders, path)) return true;
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    if (Object.hasOwn(dependencies.files, path.slice(0, end))) return true;
  }
  return false;
}
