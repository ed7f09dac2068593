import { BrigError } from "../errors.ts";
import { interpolate } from "../workspace/interpolate.ts";
import type { Settings, TargetSettings } from "../workspace/settings.ts";
import { mergeMembers } from "../workspace/settle-settings.ts";
import type { Desired, DesiredZip } from "./desired.ts";
import { isMembers, type Members, selectConfiguration, selectCreationOnly } from "./members.ts";

/** `function` as it holds in a target: the target's own members over the function's. Values from outside are not yet in it. */
export function membersOf(settings: Settings, target: TargetSettings): Members {
  return mergeMembers(settings.function, target.function);
}

/** What the zip was built for, as its manifest says. */
export interface BuiltFor {
  /** AWS's name of the runtime; `null`: nothing names one. */
  readonly runtime: string | null;
  readonly architecture: string;
}

/** What a function should be in a target, as far as that does not depend on its zip. */
export type Wish = Omit<
  Desired,
  "zip" | "creation" | "architecture" | "architectureMentioned" | "smokeTests"
> & {
  /** `function` as it holds in the target. */
  readonly members: Members;
};

/**
 * What brig.yaml says of a function in a target.
 *
 * @param functionName Lambda's name of it
 * @throws BrigError `config-invalid` for a value from outside that is not set
 */
export function settleWish(
  functionName: string,
  settings: Settings,
  target: TargetSettings,
  env: Readonly<Record<string, string | undefined>>,
): Wish {
  const members = interpolate(membersOf(settings, target), "function", env);
  const { S3Bucket: bucket, S3Key: prefix, ...codeOptions } = asMembers(members["Code"]) ?? {};
  return {
    functionName,
    alias: target.alias,
    members,
    configuration: selectConfiguration(members),
    tags: members["Tags"] as Desired["tags"],
    url: asMembers(members["FunctionUrlConfig"]),
    permissions: members["Permissions"] as Desired["permissions"],
    reservedConcurrency: members["ReservedConcurrentExecutions"] as number | undefined,
    provisionedConcurrency: members["ProvisionedConcurrentExecutions"] as number | undefined,
    eventInvoke: asMembers(members["EventInvokeConfig"]),
    codeSigning: members["CodeSigningConfigArn"] as string | undefined,
    bucket:
      typeof bucket === "string" ? { bucket, prefix: typeof prefix === "string" ? prefix : "" } : undefined,
    codeOptions,
  };
}

/**
 * What a function should be, its zip included.
 *
 * @throws BrigError `config-invalid` for a target for which another zip would be needed
 */
export function settleTarget(
  { members, ...wish }: Wish,
  settings: Settings,
  zip: DesiredZip,
  built: BuiltFor,
  smokeTests: number,
): Desired {
  refuseOtherBuild(wish.functionName, members, built);
  return {
    ...wish,
    zip,
    creation: {
      ...selectCreationOnly(members),
      ...(built.runtime !== null && { Runtime: built.runtime }),
      ...(settings.handler !== "" && { Handler: settings.handler }),
    },
    architecture: built.architecture,
    architectureMentioned: members["Architectures"] !== undefined,
    smokeTests,
  };
}

/** One zip serves all targets, so a target cannot change what zips are built for. */
function refuseOtherBuild(functionName: string, members: Members, built: BuiltFor): void {
  const architectures = members["Architectures"] as readonly string[] | undefined;
  const runtime = members["Runtime"] as string | undefined;
  const pairs: (readonly [name: string, wished: string | undefined, has: string | null])[] = [
    ["Runtime", runtime, built.runtime],
    ["Architectures", architectures?.[0], built.architecture],
  ];
  for (const [name, wished, has] of pairs) {
    if (wished === undefined || has === null || wished === has) continue;
    throw new BrigError(
      "config-invalid",
      `the target says ${name} ${wished}, but ${functionName} is built for ${has}`,
      `say it for all targets: function: {${name}: ${name === "Runtime" ? wished : `[${wished}]`}}`,
    );
  }
}

function asMembers(value: unknown): Members | undefined {
  return isMembers(value) ? value : undefined;
}
