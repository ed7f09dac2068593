import { AwsError } from "../deploy/aws/aws-error.ts";
import type { LambdaCalls } from "../deploy/aws/lambda-calls.ts";
import type { AwsSession } from "../deploy/aws/session.ts";
import { shareSessions } from "../deploy/aws/sessions.ts";
import { selectPrunable } from "../deploy/select-prunable.ts";
import { type Alias, type PublishedVersion, readAliases, readVersions } from "../deploy/versions.ts";
import type { Context } from "../context.ts";
import { type DeployedFunction, explainMissing, findDeployedFunction } from "./deployed-function.ts";

export interface VersionsOptions {
  readonly names: readonly string[];
  readonly target: string | undefined;
  /** Removes versions that nobody needs. */
  readonly prune: boolean;
  /** How many of the newest stay in any case. */
  readonly keep: number;
}

/** A row of `brig versions --json`. */
export interface ListedVersion {
  readonly version: string;
  /** `null` where the version was not published by brig. */
  readonly commit: string | null;
  readonly dirty: boolean | null;
  /** Bytes of the zip. */
  readonly size: number;
  readonly codeSha256: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  /** The aliases that lead to it, with the share of their calls that it gets, from 0 to 1. */
  readonly aliases: readonly { readonly name: string; readonly weight: number }[];
}

export interface VersionsResult {
  /** Newest first. */
  readonly versions: readonly ListedVersion[];
  /** Versions that were removed, oldest first. */
  readonly removed: readonly string[];
}

/**
 * The published versions of a function; with `prune`, those that are left.
 *
 * @param ask agrees to a removal, or throws
 * @throws BrigError `not-deployed`, what stands in the way of AWS
 */
export async function listVersions(
  options: VersionsOptions,
  ask: (question: string) => Promise<void>,
  context: Context,
): Promise<VersionsResult> {
  const place = await findDeployedFunction(options.names, options.target, "versions", context);
  const sessions = shareSessions(context);
  try {
    const session = await sessions.of(place.target);
    const [versions, aliases] = await readBoth(session, place);
    const removed = options.prune ? await prune(session, place, versions, aliases, options.keep, ask) : [];
    const left = versions.filter(({ version }) => !removed.includes(version));
    return { versions: left.map((version) => describeVersion(version, aliases)), removed };
  } finally {
    sessions.dispose();
  }
}

async function readBoth(
  { lambda }: AwsSession,
  place: DeployedFunction,
): Promise<readonly [readonly PublishedVersion[], readonly Alias[]]> {
  try {
    return await Promise.all([
      readVersions(lambda, place.functionName),
      readAliases(lambda, place.functionName),
    ]);
  } catch (fault) {
    throw explainMissing(place, fault);
  }
}

async function prune(
  { lambda }: AwsSession,
  { functionName }: DeployedFunction,
  versions: readonly PublishedVersion[],
  aliases: readonly Alias[],
  keep: number,
  ask: (question: string) => Promise<void>,
): Promise<readonly string[]> {
  const prunable = selectPrunable(versions, aliases, keep).map(({ version }) => version);
  if (prunable.length === 0) return [];
  await ask(
    `Remove ${prunable.length} of ${versions.length} versions of ${functionName}: ${prunable.join(", ")}?`,
  );
  const removed: string[] = [];
  for (const version of prunable) {
    if (await removeVersion(lambda, functionName, version)) removed.push(version);
  }
  return removed;
}

const mostAttempts = 3;

/** @returns false where an alias took it since they were read: then it is needed */
async function removeVersion(lambda: LambdaCalls, functionName: string, version: string): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await lambda.call("DeleteFunction", { FunctionName: functionName, Qualifier: version });
      return true;
    } catch (fault) {
      if (!(fault instanceof AwsError)) throw fault;
      if (fault.statusCode === 409 && /\balias/i.test(fault.message)) return false;
      // A version's number is never given again, and of one that is gone AWS says that it is gone: so this may be repeated.
      if (fault.name !== "ConnectionLost" || attempt === mostAttempts) throw fault;
    }
  }
}

function describeVersion(version: PublishedVersion, aliases: readonly Alias[]): ListedVersion {
  const { configuration: _, ...facts } = version;
  return { ...facts, aliases: aliases.flatMap((alias) => shareOf(alias, version.version)) };
}

/** Weights are told of other versions; the alias's own gets the rest. */
function shareOf(
  { name, version, weights }: Alias,
  asked: string,
): { readonly name: string; readonly weight: number }[] {
  const others = Object.values(weights).reduce((sum, each) => sum + each, 0);
  const weight = asked === version ? Number((1 - others).toFixed(6)) : weights[asked];
  return weight === undefined ? [] : [{ name, weight }];
}
