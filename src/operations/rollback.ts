import type { AwsSession } from "../deploy/aws/session.ts";
import { shareSessions } from "../deploy/aws/sessions.ts";
import type { Change } from "../deploy/diff-members.ts";
import { diffVersions } from "../deploy/diff-versions.ts";
import { moveAlias } from "../deploy/move-alias.ts";
import { earlierAfterMove, parseEarlierVersions, renderEarlierVersions } from "../deploy/record.ts";
import { settleRollback } from "../deploy/settle-rollback.ts";
import { type Alias, type PublishedVersion, requireAlias, readVersions } from "../deploy/versions.ts";
import type { Context } from "../context.ts";
import { type DeployedFunction, explainMissing, findDeployedFunction } from "./deployed-function.ts";

export interface RollbackOptions {
  readonly names: readonly string[];
  readonly target: string | undefined;
  /** A version, or the beginning of a commit; without: the version that the alias had before. */
  readonly to: string | undefined;
}

/** What `brig rollback --json` prints. */
export interface RollbackResult {
  readonly functionName: string;
  readonly alias: string;
  /** Versions. */
  readonly from: string;
  readonly to: string;
  /** Of the version it went to; `null` where brig did not publish it. */
  readonly commit: string | null;
  /** What of the configuration changes with it; values of environment variables are hidden. */
  readonly changes: readonly Change[];
}

/** A rollback that is settled and not yet made. */
export interface PlannedRollback extends RollbackResult {
  readonly place: DeployedFunction;
  readonly account: string;
  readonly region: string;
  readonly fromCommit: string | null;
  /** Shares of a canary that are cleared, by version. */
  readonly weights: Readonly<Record<string, number>>;
  /** The alias is there already. */
  readonly isThere: boolean;
}

/**
 * Moves the alias back. Nothing is built, uploaded or configured: the version is still there as it was.
 *
 * @param agree is shown what changes, and throws where that is not wanted
 * @throws BrigError `not-deployed`, `conflict` where somebody else moved the alias meanwhile
 */
export async function rollBack(
  options: RollbackOptions,
  agree: (planned: PlannedRollback) => Promise<void>,
  context: Context,
): Promise<RollbackResult> {
  const place = await findDeployedFunction(options.names, options.target, "rollback", context);
  const sessions = shareSessions(context);
  try {
    const session = await sessions.of(place.target);
    const [alias, versions] = await readBoth(session, place);
    const goal = settleRollback(place.functionName, alias, versions, options.to);
    const planned = planRollback(place, session, alias, versions, goal);
    await agree(planned);
    if (!planned.isThere) {
      const earlier = earlierAfterMove(parseEarlierVersions(alias.description), alias.version, goal.version);
      const move = {
        functionName: place.functionName,
        alias: alias.name,
        version: goal.version,
        weights: {},
        description: renderEarlierVersions(alias.description, earlier),
      };
      await moveAlias(move, alias, session.lambda, context.signal);
    }
    const { functionName, from, to, commit, changes } = planned;
    return { functionName, alias: alias.name, from, to, commit, changes };
  } finally {
    sessions.dispose();
  }
}

async function readBoth(
  { lambda }: AwsSession,
  place: DeployedFunction,
): Promise<readonly [Alias, readonly PublishedVersion[]]> {
  try {
    return await Promise.all([
      requireAlias(lambda, place.functionName, place.alias),
      readVersions(lambda, place.functionName),
    ]);
  } catch (fault) {
    throw explainMissing(place, fault);
  }
}

function planRollback(
  place: DeployedFunction,
  { account, region }: AwsSession,
  alias: Alias,
  versions: readonly PublishedVersion[],
  goal: PublishedVersion,
): PlannedRollback {
  const now = versions.find(({ version }) => version === alias.version);
  return {
    place,
    account,
    region,
    functionName: place.functionName,
    alias: alias.name,
    from: alias.version,
    to: goal.version,
    fromCommit: now?.commit ?? null,
    commit: goal.commit,
    changes: now === undefined ? [] : diffVersions(now.configuration, goal.configuration),
    weights: alias.weights,
    isThere: alias.version === goal.version && Object.keys(alias.weights).length === 0,
  };
}
