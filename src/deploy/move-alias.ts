import { BrigError } from "../errors.ts";
import { AwsError } from "./aws/aws-error.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import type { RemoteAlias } from "./desired.ts";
import type { Members } from "./members.ts";
import { aliasOf, readAlias } from "./read-remote.ts";

const mostAttempts = 5;

/** What an alias shall be. */
export interface AliasMove {
  readonly functionName: string;
  readonly alias: string;
  readonly version: string;
  /** Shares of other versions, from 0 to 1; empty: all calls go to `version`. */
  readonly weights: Readonly<Record<string, number>>;
  readonly description: string;
}

/**
 * Creates or moves an alias, guarded by its own RevisionId. Weights are always said: left out, AWS keeps those that there are.
 *
 * @param seen `undefined`: there is no such alias
 * @returns the alias as it is then, with the RevisionId that guards the next move
 * @throws BrigError `conflict` when somebody else moved it
 */
export async function moveAlias(
  move: AliasMove,
  seen: RemoteAlias | undefined,
  lambda: LambdaCalls,
  signal: AbortSignal,
): Promise<RemoteAlias> {
  const { functionName, alias } = move;
  const input = {
    FunctionName: functionName,
    Name: alias,
    FunctionVersion: move.version,
    Description: move.description,
    ...(seen === undefined
      ? {}
      : { RoutingConfig: { AdditionalVersionWeights: move.weights }, RevisionId: seen.revisionId }),
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await lambda.call<Members>(
        seen === undefined ? "CreateAlias" : "UpdateAlias",
        input,
        signal,
      );
      return aliasOf(answer);
    } catch (fault) {
      if (!(fault instanceof AwsError)) throw fault;
      const isOpen = fault.name === "ConnectionLost" || fault.statusCode === 409 || fault.statusCode === 412;
      if (!isOpen) throw fault;
      const after = await readAlias(lambda, functionName, alias, signal);
      if (after !== undefined && isAsWished(after, move)) return after;
      if (after?.revisionId !== seen?.revisionId) throw aliasConflict(functionName, alias, fault);
      if (attempt === mostAttempts) throw fault;
    }
  }
}

/** Whether an alias is what a move makes of it. */
export function isAsWished(alias: RemoteAlias, { version, weights, description }: AliasMove): boolean {
  const names = Object.keys(weights);
  return (
    alias.version === version &&
    alias.description === description &&
    Object.keys(alias.weights).length === names.length &&
    names.every((name) => alias.weights[name] === weights[name])
  );
}

export function aliasConflict(functionName: string, alias: string, cause?: unknown): BrigError {
  return new BrigError(
    "conflict",
    `somebody else moved the alias ${alias} of ${functionName} while brig was at work`,
    "run the command again: it starts from where the alias is now",
    { cause },
  );
}
