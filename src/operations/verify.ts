import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readManifest } from "../build/manifest.ts";
import type { Context } from "../context.ts";
import type { AwsSession } from "../deploy/aws/session.ts";
import { shareSessions } from "../deploy/aws/sessions.ts";
import { diffZips } from "../deploy/diff-zips.ts";
import { downloadCode } from "../deploy/download-code.ts";
import { explainDifferences } from "../deploy/explain-differences.ts";
import { parseVersionRecord } from "../deploy/record.ts";
import { BrigError } from "../errors.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { type DeployedFunction, explainMissing, findDeployedFunction } from "./deployed-function.ts";
import { rebuildCommit, type RebuiltCommit } from "./rebuild-commit.ts";

/** What `brig verify --json` prints, and what people are told beyond it. */
export interface Verification {
  /** Whether the commit, rebuilt, gives the very bytes that run. */
  readonly equal: boolean;
  /** `null` where the version names none. */
  readonly commit: string | null;
  readonly version: string;
  readonly differences: readonly VerifiedDifference[];
  /** Why it is not proven, or not provable; `null` when it is. */
  readonly note: string | null;
  readonly functionName: string;
  readonly alias: string;
  /** Milliseconds that rebuilding took; 0 where nothing was rebuilt. */
  readonly duration: number;
}

export interface VerifiedDifference {
  readonly path: string;
  readonly kind: "contents" | "mode" | "only-on-aws" | "only-in-commit";
}

const kinds = {
  contents: "contents",
  mode: "mode",
  "only-left": "only-on-aws",
  "only-right": "only-in-commit",
} as const;

interface RunningVersion {
  readonly Configuration: {
    readonly Version: string;
    readonly CodeSha256: string;
    readonly Description?: string;
  };
  readonly Code: { readonly Location: string };
}

/**
 * Rebuilds the commit that the alias's version names in a clean worktree and compares it with what runs.
 *
 * @throws BrigError `not-deployed`, `command-failed` when the commit is not here, whatever stops the build
 */
export async function verifyFunction(
  names: readonly string[],
  target: string | undefined,
  context: Context,
): Promise<Verification> {
  const place = await findDeployedFunction(names, target, "verify", context);
  const sessions = shareSessions(context);
  try {
    const session = await sessions.of(place.target);
    const running = await readRunning(session, place, place.alias);
    return await compareWithCommit(session, place, running, context);
  } finally {
    sessions.dispose();
  }
}

async function compareWithCommit(
  session: AwsSession,
  place: DeployedFunction,
  running: RunningVersion,
  context: Context,
): Promise<Verification> {
  const { Version: version, CodeSha256: runs, Description } = running.Configuration;
  const record = parseVersionRecord(Description);
  const { functionName, alias, folder } = place;
  const unproven = { equal: false, version, differences: [], functionName, alias, duration: 0 };
  if (record === undefined) {
    return { ...unproven, commit: null, note: `version ${version} does not say of which commit it is` };
  }
  const { commit } = record;
  if (record.dirty) {
    const note = `version ${version} was built with changes on top of ${commit} that nobody committed`;
    return { ...unproven, commit, note };
  }
  const started = performance.now();
  const rebuilt = await rebuildIfLocked(folder, commit, context);
  if (rebuilt === undefined) {
    const note = `${commit} has no pylock.toml that fits its requirements, so nothing says which packages it had`;
    return { ...unproven, commit, note };
  }
  const duration = Math.round(performance.now() - started);
  if (rebuilt.codeSha256 === runs) return { ...unproven, equal: true, commit, note: null, duration };
  // The address of the code is only valid for ten minutes, and a build may take longer.
  const { Code } = await readRunning(session, place, version);
  const name = `${functionName} version ${version}`;
  const bytes = await downloadCode(Code.Location, runs, name, context.signal);
  const differences = diffZips({ name, bytes }, { name: `the zip of ${commit}`, bytes: rebuilt.zip });
  const compilers = { here: rebuilt.interpreter, there: interpreterOf(folder, runs) };
  return {
    ...unproven,
    commit,
    differences: differences.map(({ path, kind }) => ({ path, kind: kinds[kind] })),
    note: explainDifferences(differences, compilers),
    duration,
  };
}

/** `undefined`: the commit holds no lock, without which the same commit may be other packages today. */
async function rebuildIfLocked(
  folder: FunctionFolder,
  commit: string,
  context: Context,
): Promise<RebuiltCommit | undefined> {
  try {
    return await rebuildCommit(folder, commit, context);
  } catch (error) {
    if (error instanceof BrigError && error.code === "lock-outdated") return undefined;
    throw error;
  }
}

async function readRunning(
  { lambda }: AwsSession,
  place: DeployedFunction,
  qualifier: string,
): Promise<RunningVersion> {
  try {
    return await lambda.call("GetFunction", { FunctionName: place.functionName, Qualifier: qualifier });
  } catch (fault) {
    throw explainMissing(place, fault);
  }
}

/** The Python that compiled the code that runs, where it was built in this folder. */
function interpreterOf({ folder }: FunctionFolder, runs: string): string | null {
  const builds = join(folder, "builds");
  const zips = existsSync(builds) ? readdirSync(builds).filter((name) => name.endsWith(".zip")) : [];
  const manifests = zips.map((name) => readManifest(builds, name));
  return manifests.find((manifest) => manifest?.codeSha256 === runs)?.inputs.interpreter ?? null;
}
