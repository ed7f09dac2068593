import { renderStatement } from "../local/api/policy-statement.ts";
import type { Desired, Remote, RemoteVersion } from "./desired.ts";
import type { Members } from "./members.ts";
import type { Step } from "./step.ts";
import { makeVersion, testRecord } from "./test-desired.ts";

/** AWS as the API reference describes it, as a pure function: what a plan leaves behind. */
export function applyToModel(steps: readonly Step[], desired: Desired, remote: Remote): Remote {
  return steps.reduce((state, step) => applyStep(step, desired, state), remote);
}

function applyStep({ call, input }: Step, desired: Desired, remote: Remote): Remote {
  const { latest } = remote;
  switch (call) {
    case "CreateFunction": {
      const { FunctionName: _, Tags: tags, ...members } = input;
      const created = configure(makeVersion("$LATEST"), members);
      return {
        ...remote,
        latest: withMembers(created, { CodeSha256: desired.zip.codeSha256 }),
        tags: (tags as Remote["tags"] | undefined) ?? {},
      };
    }
    case "UpdateFunctionCode":
      return { ...remote, latest: withMembers(latest!, { CodeSha256: desired.zip.codeSha256 }) };
    case "UpdateFunctionConfiguration":
      return { ...remote, latest: configure(latest!, input) };
    case "CreateAlias":
    case "UpdateAlias":
      return { ...remote, live: withMembers(latest!, { Description: testRecord, Version: "8" }) };
    case "TagResource":
      return { ...remote, tags: { ...remote.tags, ...(input["Tags"] as Remote["tags"]) } };
    case "UntagResource": {
      const leaving = input["TagKeys"] as readonly string[];
      const left = Object.entries(remote.tags).filter(([key]) => !leaving.includes(key));
      return { ...remote, tags: Object.fromEntries(left) };
    }
    case "PutFunctionConcurrency":
      return { ...remote, reservedConcurrency: input["ReservedConcurrentExecutions"] as number };
    case "PutFunctionEventInvokeConfig":
      return { ...remote, eventInvoke: { DestinationConfig: { OnSuccess: {}, OnFailure: {} }, ...input } };
    case "CreateFunctionUrlConfig":
    case "UpdateFunctionUrlConfig":
      return { ...remote, url: { InvokeMode: "BUFFERED", ...remote.url, ...input } };
    case "AddPermission": {
      const statement = renderStatement(input, "arn") as unknown as Members;
      const policy = remote.policies.get("live") ?? { revisionId: "r", statements: [] };
      const statements = [...policy.statements, statement];
      return { ...remote, policies: new Map([["live", { ...policy, statements }]]) };
    }
    default:
      return remote;
  }
}

function withMembers(version: RemoteVersion, more: Members): RemoteVersion {
  return makeVersion((more["Version"] as string | undefined) ?? version.version, {
    ...version.configuration,
    ...more,
  });
}

/** Members that are left out stay, empty ones go, and some are answered in another shape than they were sent. */
function configure(version: RemoteVersion, input: Members): RemoteVersion {
  const { FunctionName: _, ...members } = input;
  const before = version.configuration;
  const answered = Object.entries(members).map(([name, value]): [string, unknown] => {
    if (name === "Layers") {
      const layers = (value as readonly string[]).map((arn) => ({ Arn: arn, CodeSize: 1 }));
      return [name, layers.length === 0 ? undefined : layers];
    }
    if (name === "SnapStart") return [name, { ...(value as Members), OptimizationStatus: "Off" }];
    if (name === "VpcConfig") {
      const vpc = { SecurityGroupIds: [], ...(before[name] as object | undefined), ...(value as object) };
      const subnets = (value as { readonly SubnetIds: readonly string[] }).SubnetIds.toReversed();
      return [name, { ...vpc, VpcId: "vpc-1", SubnetIds: subnets }];
    }
    if (name === "LoggingConfig") {
      const logging = { ...(before[name] as Members), ...(value as Members) };
      const levels = { ApplicationLogLevel: "INFO", SystemLogLevel: "INFO" };
      const { LogFormat, LogGroup } = logging;
      return [name, LogFormat === "JSON" ? { ...levels, ...logging } : { LogFormat, LogGroup }];
    }
    if (name === "DeadLetterConfig" && (value as Members)["TargetArn"] === "") return [name, undefined];
    return [name, value === "" ? undefined : value];
  });
  return withMembers(version, Object.fromEntries(answered));
}
