import { BrigError } from "../errors.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import type { RemoteAlias } from "./desired.ts";
import { type AliasMove, moveAlias } from "./move-alias.ts";

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
  let now = seen;
  try {
    for (const share of canary.shares) {
      now = await moveAlias(at({ [version]: share / 100 }), now, lambda, unstoppable);
      ports.onShare(share);
      const since = ports.now();
      await ports.wait(canary.interval);
      const worse = await ports.judge(version, since);
      if (worse !== undefined) throw new BrigError("smoke-failed", worse);
    }
    await moveAlias({ ...place, version, description, weights: {} }, now, lambda, unstoppable);
  } catch (fault) {
    if (Object.keys(now.weights).length > 0) await moveAlias(at({}), now, lambda, unstoppable);
    if (fault instanceof BrigError && fault.code === "conflict") throw fault;
    const isWorse = fault instanceof BrigError;
    throw new CanaryReturned(
      isWorse ? fault.code : "interrupted",
      `${isWorse ? fault.message : "interrupted"}: all calls of ${place.alias} go to version ${seen.version} again`,
      isWorse ? (fault.hint ?? `see its logs: aws logs tail /aws/lambda/${place.functionName}`) : null,
      { cause: fault },
    );
  }
}
