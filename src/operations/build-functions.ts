import type { BuildOutcome } from "../build/report.ts";
import { noTimings } from "../build/report.ts";
import { readLinks } from "../build/links.ts";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { FunctionFolder, Workspace } from "../workspace/function-folder.ts";
import type { BuildOptions, PendingBuild } from "./build-options.ts";
import { buildFunction } from "./build-function.ts";
import { inParallel } from "./in-parallel.ts";
import { openWorkshop } from "./workshop.ts";

/**
 * Builds several functions with one store, one look at the interpreters and one uv among them.
 * A fault of one function stands in its row; an interruption or a fault of brig's own ends all.
 */
export async function buildAll(
  pending: readonly PendingBuild[],
  build: {
    readonly workspace: Workspace;
    readonly options: BuildOptions;
    readonly jobs: number;
  },
  context: Context,
): Promise<ReadonlyMap<FunctionFolder, BuildOutcome>> {
  const workshop = await openWorkshop(build.workspace, { ...build.options, jobs: build.jobs }, context);
  const outcomes = await inParallel(
    pending,
    build.jobs,
    async (each): Promise<[FunctionFolder, BuildOutcome]> => {
      const { folder } = each;
      try {
        return [folder, await buildFunction(each, workshop, build.options, context)];
      } catch (error) {
        if (!(error instanceof BrigError) || error.code === "interrupted") throw error;
        return [folder, failedOutcome(folder, error)];
      }
    },
  );
  return new Map(outcomes);
}

function failedOutcome(folder: FunctionFolder, { code, message, hint, exitStatus }: BrigError): BuildOutcome {
  const links = readLinks(`${folder.folder}/builds`);
  return {
    row: {
      name: folder.name,
      path: folder.path,
      status: "failed",
      zip: null,
      manifest: null,
      size: null,
      unzippedSize: null,
      sha256: null,
      codeSha256: null,
      commit: null,
      dirty: null,
      tests: { status: "skipped", runner: null, duration: 0 },
      links,
      timings: noTimings,
      warnings: [],
      error: { code, message, hint },
    },
    details: undefined,
    exitStatus,
  };
}
