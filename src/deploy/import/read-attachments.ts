import { BrigError } from "../../errors.ts";
import { isNotFound } from "../aws/aws-error.ts";
import type { LambdaCalls } from "../aws/lambda-calls.ts";
import { diffMember } from "../diff-members.ts";
import { isMembers, type Members } from "../members.ts";

/** Settings that have calls of their own, as brig.yaml says them. */
export interface Attachments {
  readonly members: Members;
  /** Actions that these credentials may not take, as `lambda:GetFunctionUrlConfig`: what they would tell is not there. */
  readonly refused: readonly string[];
}

/**
 * Reads what stands beside a function's configuration. Permissions are left to whoever gave them: each belongs to the trigger
 * that it is for, and a brig.yaml that mentions some would remove all others.
 *
 * @param alias whose own settings come before those of the function without a qualifier
 */
export async function readAttachments(
  functionName: string,
  alias: string | undefined,
  lambda: LambdaCalls,
): Promise<Attachments> {
  const refused: string[] = [];
  const read = async (operation: string, input: Members): Promise<Members | undefined> => {
    try {
      return await lambda.call<Members>(operation, { FunctionName: functionName, ...input });
    } catch (fault) {
      if (isNotFound(fault)) return undefined;
      if (!(fault instanceof BrigError) || fault.code !== "access-denied") throw fault;
      refused.push(`lambda:${operation}`);
      return undefined;
    }
  };
  const placed = async (operation: string, name: string, parts: readonly string[]): Promise<Members> => {
    const ofAlias = alias === undefined ? undefined : await read(operation, { Qualifier: alias });
    const answer = ofAlias ?? (await read(operation, {}));
    if (answer === undefined) return {};
    const own = pick(answer, parts).filter(
      ([part, value]) => diffMember(name, { [part]: value }, {}, functionName).length > 0,
    );
    // Without a name brig takes the alias.
    const place = ofAlias === undefined ? { Qualifier: "$LATEST" } : {};
    return { [name]: { ...place, ...Object.fromEntries(own) } };
  };
  const [url, events, provisioned, signing] = await Promise.all([
    placed("GetFunctionUrlConfig", "FunctionUrlConfig", ["AuthType", "Cors", "InvokeMode"]),
    placed("GetFunctionEventInvokeConfig", "EventInvokeConfig", [
      "MaximumRetryAttempts",
      "MaximumEventAgeInSeconds",
      "DestinationConfig",
    ]),
    alias === undefined ? undefined : read("GetProvisionedConcurrencyConfig", { Qualifier: alias }),
    read("GetFunctionCodeSigningConfig", {}),
  ]);
  const requested = provisioned?.["RequestedProvisionedConcurrentExecutions"];
  const signingArn = signing?.["CodeSigningConfigArn"];
  return {
    members: {
      ...url,
      ...events,
      ...(typeof requested === "number" && { ProvisionedConcurrentExecutions: requested }),
      ...(typeof signingArn === "string" && signingArn !== "" && { CodeSigningConfigArn: signingArn }),
    },
    refused,
  };
}

/** What GetFunction itself answers beside the configuration. */
export function selectBeside(answer: Members): Members {
  const { Tags: tags, Concurrency: concurrency } = answer;
  const own = Object.entries(isMembers(tags) ? tags : {}).filter(([key]) => !key.startsWith("aws:"));
  const reserved = isMembers(concurrency) ? concurrency["ReservedConcurrentExecutions"] : undefined;
  return {
    ...(own.length > 0 && { Tags: Object.fromEntries(own) }),
    ...(typeof reserved === "number" && { ReservedConcurrentExecutions: reserved }),
  };
}

function pick(members: Members, names: readonly string[]): [string, unknown][] {
  return names.flatMap((name): [string, unknown][] =>
    members[name] === undefined ? [] : [[name, members[name]]],
  );
}
