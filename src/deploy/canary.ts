import { isDeepStrictEqual } from "node:util";
import { BrigError } from "../errors.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import type { RemoteAlias } from "./desired.ts";
import { aliasConflict, type AliasMove, isAsWished, moveAlias } from "./move-alias.ts";
import { readAlias } from "./read-remote.ts";

/** Shares of calls that the new version gets, one after the other, and how long each lasts. */
export interface Canary {
  /** Percent, from 1 to 99, rising. */
  readonly shares: readonly number[];
  /** Milliseconds. */
  readonly interval: number;
}

/** A canary that did not end well: the alias is as it was before. */
export class CanaryReturned extends BrigError {
  override readonly name = "CanaryReturned";
}

export interface CanaryPorts {
  /** Waits that long; rejects when the command is interrupted. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Why the new version is worse, of what happened since; `undefined`: it is not. */
  readonly judge: (version: string, since: Date) => Promise<string | undefined>;
  readonly now: () => Date;
  readonly onShare: (share: number) => void;
}

/**
 * Gives a new version a rising share of the calls. The old one stays the alias's own until the end, so that whatever stops brig
 * leaves tested code behind the alias.
 *
 * @param seen the alias, without weights
 * @param description of the alias when all calls go to the new version
 * @throws CanaryReturned `smoke-failed` when the new version is worse, `interrupted`: the weights are cleared then
 * @throws BrigError `conflict` when somebody else moved the alias; where the weights could not be cleared, what stopped the canary
 */
export async function runCanary(
  canary: Canary,
  version: string,
  place: { readonly functionName: string; readonly alias: string },
  seen: RemoteAlias,
  description: string,
  ports: CanaryPorts,
  lambda: LambdaCalls,
): Promise<void> {
  // The way back must not end with the command.
  const unstoppable = new AbortController().signal;
  const at = (weights: Readonly<Record<string, number>>): AliasMove => ({
    ...place,
    version: seen.version,
    description: seen.description,
    weights,
  });
  const whole: AliasMove = { ...place, version, description, weights: {} };
  let now = seen;
  let asked = at({});
  const move = async (to: AliasMove): Promise<void> => {
    asked = to;
    now = await moveAlias(to, now, lambda, unstoppable);
  };
  try {
    for (const share of canary.shares) {
      await move(at({ [version]: share / 100 }));
      ports.onShare(share);
      const since = ports.now();
      await ports.wait(canary.interval);
      const worse = await ports.judge(version, since);
      if (worse !== undefined) throw new BrigError("smoke-failed", worse);
    }
    await move(whole);
  } catch (fault) {
    const there = await clearShares(at({}), [asked, now], fault, lambda, unstoppable);
    // Only the answer to the last move was lost.
    if (asked === whole && isAsWished(there, whole)) return;
    if (there.version !== seen.version) throw aliasConflict(place.functionName, place.alias, fault);
    if (fault instanceof BrigError && fault.code === "conflict") throw fault;
    throw new CanaryReturned(
      codeOf(fault),
      `${messageOf(fault)}: all calls of ${place.alias} go to version ${seen.version} again`,
      fault instanceof BrigError
        ? (fault.hint ?? `see its logs: aws logs tail /aws/lambda/${place.functionName}`)
        : null,
      { cause: fault },
    );
  }
}

/**
 * Takes the shares back. What became of the last move may not be known, so AWS is asked how the alias is; what somebody else made
 * of it stays.
 *
 * @param ours weights that brig gave, or asked for
 * @param fault why they are taken back
 * @returns the alias as it is then
 * @throws BrigError the fault, and that the shares are still there, where they could not be taken back
 */
async function clearShares(
  back: AliasMove,
  ours: readonly Pick<AliasMove, "weights">[],
  fault: unknown,
  lambda: LambdaCalls,
  signal: AbortSignal,
): Promise<RemoteAlias> {
  const { functionName, alias } = back;
  let there: RemoteAlias | undefined;
  try {
    there = await readAlias(lambda, functionName, alias, signal);
    const weights = there?.weights ?? {};
    if (there === undefined || (Object.keys(weights).length > 0 && !isOurs(there))) {
      throw aliasConflict(functionName, alias, fault);
    }
    if (Object.keys(weights).length === 0) return there;
    return await moveAlias({ ...back, description: there.description }, there, lambda, signal);
  } catch (cause) {
    if (cause instanceof BrigError && cause.code === "conflict") throw cause;
    throw new BrigError(
      codeOf(fault),
      `${messageOf(fault)}; and the shares of ${alias} could not be taken back: ${messageOf(cause)}`,
      "brig status shows them; brig rollback, or the next deployment, takes them back",
      { cause },
    );
  }

  function isOurs({ version, weights }: RemoteAlias): boolean {
    return version === back.version && ours.some((each) => isDeepStrictEqual(each.weights, weights));
  }
}

function codeOf(fault: unknown): BrigError["code"] {
  return fault instanceof BrigError ? fault.code : "interrupted";
}

function messageOf(fault: unknown): string {
  return fault instanceof BrigError ? fault.message : "interrupted";
}
