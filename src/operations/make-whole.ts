import { rmSync } from "node:fs";
import { join } from "node:path";
import { planLayout } from "../build/layout.ts";
import { packZip } from "../build/pack.ts";
import { stageTree } from "../build/stage.ts";
import { type StageRecord, writeStageRecord } from "../build/stage-record.ts";
import { measureParts } from "../build/tree-parts.ts";
import type { Context } from "../context.ts";
import { temporaryBeside } from "../store/atomic-file.ts";
import { compileFirstParty } from "./compile-first-party.ts";
import { compressEntry } from "./edit-zip.ts";
import { gatherDependencies } from "./gather-dependencies.ts";
import type { MadeZip } from "./made-zip.ts";
import { type Existing, nameExisting, namePacked } from "./name-zip.ts";
import { bytesOf, type Prepared } from "./prepare-build.ts";
import type { BuildCommit } from "./read-build-commit.ts";
import type { Workshop } from "./workshop.ts";
import { bootName } from "../store/boot-name.ts";

/** Makes tree and zip out of wheels, their bytecode and the source; the zip only where there is none of the same inputs. */
export async function makeWhole(
  prepared: Prepared,
  existing: Existing | undefined,
  { tree, record }: { readonly tree: string; readonly record: StageRecord | undefined },
  committing: Promise<BuildCommit>,
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
