import type { CreateFunctionRequest, UpdateFunctionConfigurationRequest } from "@aws-sdk/client-lambda";
import { invalidParameter } from "../aws-fault.ts";
import type { StoredConfiguration } from "../state/function-record.ts";
import { checkEnvironment } from "./environment-limits.ts";

/** The settings in a request to create or change a function. */
export type ConfigurationInput = Omit<UpdateFunctionConfigurationRequest, "FunctionName" | "RevisionId"> &
  Pick<CreateFunctionRequest, "Architectures" | "TenancyConfig">;

/** Members that local Lambda takes, hands back and does nothing with. */
const acceptedMembers = [
  "VpcConfig",
  "DeadLetterConfig",
  "KMSKeyArn",
  "FileSystemConfigs",
  "TenancyConfig",
  "CapacityProviderConfig",
  "DurableConfig",
] as const;

/**
 * A configuration with the changes of a request; what the request leaves out stays, or has Lambda's default
 * (API reference, CreateFunction).
 *
 * @param before `undefined` for a new function
 * @throws AwsFault InvalidParameterValueException
 */
export function settleConfiguration(
  name: string,
  input: ConfigurationInput,
  before: StoredConfiguration | undefined,
): StoredConfiguration {
  const runtime = input.Runtime ?? before?.Runtime;
  const handler = input.Handler ?? before?.Handler;
  if (runtime === undefined || handler === undefined) {
    throw invalidParameter(
      "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
    );
  }
  const variables = input.Environment === undefined ? undefined : (input.Environment.Variables ?? {});
  if (variables !== undefined) checkEnvironment(variables);
  const environment = variables === undefined ? before?.Environment : { Variables: variables };
  const layers = input.Layers === undefined ? before?.Layers : settleLayers(input.Layers);
  return {
    Role: input.Role ?? before?.Role ?? "",
    Runtime: runtime,
    Handler: handler,
    Description: input.Description ?? before?.Description ?? "",
    Timeout: input.Timeout ?? before?.Timeout ?? 3,
    MemorySize: input.MemorySize ?? before?.MemorySize ?? 128,
    Architectures: settleArchitectures(input.Architectures) ?? before?.Architectures ?? ["x86_64"],
    EphemeralStorage: { Size: input.EphemeralStorage?.Size ?? before?.EphemeralStorage.Size ?? 512 },
    TracingConfig: { Mode: input.TracingConfig?.Mode ?? before?.TracingConfig.Mode ?? "PassThrough" },
    SnapStart: { ApplyOn: input.SnapStart?.ApplyOn ?? before?.SnapStart.ApplyOn ?? "None" },
    LoggingConfig: settleLogging(name, input.LoggingConfig, before?.LoggingConfig),
    ...(environment !== undefined && { Environment: environment }),
    ...(layers !== undefined && layers.length > 0 && { Layers: layers }),
    accepted: settleAccepted(input, before?.accepted ?? {}),
  };
}

function settleArchitectures(given: readonly string[] | undefined): ["x86_64" | "arm64"] | undefined {
  if (given === undefined) return undefined;
  return [given[0] === "arm64" ? "arm64" : "x86_64"];
}

/** At most five, each layer once (AWS Lambda quotas; API reference, Layers). */
function settleLayers(arns: readonly string[]): readonly string[] {
  if (arns.length > 5) throw invalidParameter("Cannot reference more than 5 layers.");
  const seen = new Map<string, string>();
  for (const arn of arns) {
    const layer = arn.slice(0, arn.lastIndexOf(":"));
    const other = seen.get(layer);
    if (other !== undefined) {
      throw invalidParameter(
        "Two different versions of the same layer are not allowed to be referenced in the same function. " +
          `${other} and ${arn} are versions of the same layer.`,
      );
    }
    seen.set(layer, arn);
  }
  return arns;
}

function settleLogging(
  name: string,
  given: ConfigurationInput["LoggingConfig"],
  before: StoredConfiguration["LoggingConfig"] | undefined,
): StoredConfiguration["LoggingConfig"] {
  const group = given?.LogGroup ?? before?.LogGroup ?? `/aws/lambda/${name}`;
  const format = given?.LogFormat ?? before?.LogFormat ?? "Text";
  if (format === "Text") {
    if (given?.ApplicationLogLevel !== undefined || given?.SystemLogLevel !== undefined) {
      throw invalidParameter(
        "Log level is not supported when LogFormat is set to Text. " +
          "Remove log level from your request or change the LogFormat to JSON and try again.",
      );
    }
    return { LogFormat: "Text", LogGroup: group };
  }
  return {
    LogFormat: "JSON",
    ApplicationLogLevel: given?.ApplicationLogLevel ?? before?.ApplicationLogLevel ?? "INFO",
    SystemLogLevel: given?.SystemLogLevel ?? before?.SystemLogLevel ?? "INFO",
    LogGroup: group,
  };
}

function settleAccepted(
  input: ConfigurationInput,
  before: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const accepted: Record<string, unknown> = { ...before };
  for (const member of acceptedMembers) {
    const value = input[member];
    if (value !== undefined) accepted[member] = value;
  }
  // An empty value takes a setting away.
  if (accepted["KMSKeyArn"] === "") delete accepted["KMSKeyArn"];
  if (input.DeadLetterConfig !== undefined && !input.DeadLetterConfig.TargetArn) {
    delete accepted["DeadLetterConfig"];
  }
  if (input.FileSystemConfigs?.length === 0) delete accepted["FileSystemConfigs"];
  if (input.VpcConfig !== undefined) accepted["VpcConfig"] = describeVpc(input.VpcConfig);
  return accepted;
}

function describeVpc(vpc: NonNullable<ConfigurationInput["VpcConfig"]>): object {
  const subnets = vpc.SubnetIds ?? [];
  return {
    SubnetIds: subnets,
    SecurityGroupIds: vpc.SecurityGroupIds ?? [],
    VpcId: subnets.length === 0 ? "" : "vpc-00000000000000000",
    Ipv6AllowedForDualStack: vpc.Ipv6AllowedForDualStack ?? false,
  };
}
