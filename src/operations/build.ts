import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { beginFrontCopy } from "../build/front-copy.ts";
import type { BuildOutcome } from "../build/report.ts";
import { isTreeAsRecorded, readStageRecord } from "../build/stage-record.ts";
import { type BuildState, isAsRecorded, readState, type Surroundings } from "../build/state.ts";
import type { Context } from "../context.ts";
import { checksum } from "../store/checksum.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import type { FunctionFolder, Workspace } from "../workspace/function-folder.ts";
import { functionFingerprint, gitFingerprint } from "../workspace/git-fingerprint.ts";
import { selectFunctions } from "../workspace/select-functions.ts";
import type { BuildOptions, PendingBuild } from "./build-options.ts";
import { inParallel } from "./in-parallel.ts";
import { bootName } from "../store/boot-name.ts";

declare const BRIG_BUILD: string;

/**
 * Builds, tests and links functions: what `brig build` and `brig test` mean.
 *
 * @returns an outcome per function, in the order of the selection; what went wrong with one stands in its row
 * @throws BrigError `workspace-not-found`, `function-not-found`, `function-ambiguous` before anything is built
 */
export async function buildFunctions(
  options: BuildOptions,
  context: Context,
): Promise<readonly BuildOutcome[]> {
  const workspace = await findWorkspace(context);
  const selected = selectFunctions(workspace, context.cwd, options);
  const shared = readSurroundings(workspace, context);
  const jobs = options.jobs ?? availableParallelism();
  const outcomes = await inParallel(selected, jobs, async (folder) => {
    // A function may lie in a git repository of its own within the workspace's.
    const git = functionFingerprint(folder.folder, workspace.root, shared.git);
    const surroundings = { ...shared, git };
    if (options.force) return { folder, surroundings, frontCopy: undefined };
    const builds = join(folder.folder, "builds");
    const state = readState(builds, surroundings.program);
    const unchanged = state && !options.testOnly && readUnchanged(folder, state, surroundings, options);
    if (unchanged) return unchanged;
    // Of many functions the copies would only stand in each other's way.
    const frontCopy = state && selected.length === 1 ? beginFrontCopy(builds, state) : undefined;
    return { folder, surroundings, frontCopy };
  });
  const pending = outcomes.filter((outcome): outcome is PendingBuild => "folder" in outcome);
  if (pending.length === 0) return outcomes as BuildOutcome[];
  // Settings, YAML, locks and all that a real build needs are only loaded now.
  const { buildAll } = await import("./build-functions.ts");
  const built = await buildAll(pending, { workspace, options, jobs }, context);
  return outcomes.map((outcome) => ("folder" in outcome ? built.get(outcome.folder)! : outcome));
}

/** The row of the last build when everything that it saw is as it was and nothing is left to do. */
function readUnchanged(
  folder: FunctionFolder,
  state: BuildState,
  surroundings: Surroundings,
  options: BuildOptions,
): BuildOutcome | undefined {
  const builds = join(folder.folder, "builds");
  if (state.result.path !== folder.path || state.result.error !== null) return undefined;
  // A brig that was killed with all done but its lock, or one that is at work: whoever takes the lock clears up, or waits.
  if (existsSync(join(builds, ".lock"))) return undefined;
  const settled = options.noTest || state.links.staged === state.links.current;
  if (!settled || !isAsRecorded(builds, state, surroundings)) return undefined;
  const staged = readStageRecord(builds, surroundings.boot);
  if (staged === undefined || !isTreeAsRecorded(join(folder.folder, "stg"), staged)) return undefined;
  const tests =
    options.noTest && state.links.staged !== state.links.current
      ? { ...state.result.tests, status: "skipped" as const }
      : state.result.tests;
  return { row: { ...state.result, status: "unchanged", tests }, details: undefined, exitStatus: 0 };
}

function readSurroundings(workspace: Workspace, context: Context): Surroundings {
  return {
    program: BRIG_BUILD,
    boot: bootName(),
    environment: digestEnvironment(context.env),
    git: gitFingerprint(workspace.root),
  };
}

const followed =
  /^(PATH|HOME|XDG_.*|BRIG_.*|PIP_.*|UV_.*|PYENV_.*|PYTEST_.*|SSL_.*|NETRC|GIT_.*|.*_PROXY|.*_CA_BUNDLE|NODE_EXTRA_CA_CERTS)$/i;

function digestEnvironment(env: Context["env"]): string {
  const names = Object.keys(env).filter((name) => followed.test(name) && name !== "BRIG_OFFLINE");
  const entries = names.toSorted().map((name) => [name, env[name]]);
  return checksum(Buffer.from(JSON.stringify(entries)));
}
