import { createHash } from "node:crypto";
import type { Edition, FunctionState, World } from "../world.ts";

/** Whether lists answer it: they leave out how a function settles. */
export type Detail = "whole" | "listed";

const defaults = {
  Description: "",
  Timeout: 3,
  MemorySize: 128,
  PackageType: "Zip",
  Architectures: ["x86_64"],
  TracingConfig: { Mode: "PassThrough" },
  EphemeralStorage: { Size: 512 },
  SnapStart: { ApplyOn: "None" },
  LoggingConfig: {},
};

/** A configuration as AWS answers it, which is not the shape in which it was asked for. */
export function describe(
  world: World,
  owner: FunctionState,
  edition: Edition,
  qualifier: string | undefined,
  detail: Detail = "whole",
): Record<string, unknown> {
  const config: Record<string, unknown> = { ...defaults, ...edition.config };
  const shown = Object.entries(config)
    .map(([name, value]) => [name, describeMember(name, value, { world, owner, edition })] as const)
    .filter(([, value]) => value !== undefined);
  const { code } = edition;
  return {
    FunctionName: owner.name,
    FunctionArn: qualifier === undefined ? owner.arn : `${owner.arn}:${qualifier}`,
    ...Object.fromEntries(shown),
    ...("ImageConfig" in config && { ImageConfigResponse: { ImageConfig: config["ImageConfig"] } }),
    CodeSize: code.zip.length,
    CodeSha256: code.sha256,
    LastModified: edition.lastModified.toISOString().replace("Z", "+0000"),
    Version: edition.version,
    RevisionId: edition.revisionId,
    ...(detail === "whole" && {
      State: edition.state,
      ...(edition.stateReason && {
        StateReason: edition.stateReason.reason,
        StateReasonCode: edition.stateReason.code,
      }),
      LastUpdateStatus: edition.update,
      ...(edition.updateReason && {
        LastUpdateStatusReason: edition.updateReason.reason,
        LastUpdateStatusReasonCode: edition.updateReason.code,
      }),
      RuntimeVersionConfig: {
        RuntimeVersionArn: `arn:aws:lambda:${owner.region}::runtime:${"0".repeat(64)}`,
      },
      ConfigSha256: createHash("sha256").update(JSON.stringify(shown)).digest("base64"),
    }),
  };
}

interface Place {
  readonly world: World;
  readonly owner: FunctionState;
  readonly edition: Edition;
}

/** What was never set, or was cleared, is mostly left out; what was set comes back grown. */
function describeMember(name: string, value: unknown, { world, owner, edition }: Place): unknown {
  const { reorder } = world.behaviour;
  const list = (items: unknown): unknown => (reorder && Array.isArray(items) ? items.toReversed() : items);
  switch (name) {
    case "ImageConfig":
      return undefined;
    case "Layers": {
      const arns = value as readonly string[];
      return arns.length === 0
        ? undefined
        : arns.map((Arn) => ({ Arn, CodeSize: world.layers.get(Arn)?.codeSize ?? 1000 }));
    }
    case "Environment": {
      const { Variables = {} } = value as { Variables?: Record<string, string> };
      const entries = Object.entries(Variables);
      return entries.length === 0
        ? undefined
        : { Variables: Object.fromEntries(reorder ? entries.toReversed() : entries) };
    }
    case "DeadLetterConfig":
      return (value as { TargetArn?: string }).TargetArn ? value : undefined;
    case "KMSKeyArn":
      return value === "" ? undefined : value;
    case "FileSystemConfigs":
      return (value as readonly unknown[]).length === 0 ? undefined : value;
    case "SnapStart": {
      const { ApplyOn = "None" } = value as { ApplyOn?: string };
      const on = ApplyOn === "PublishedVersions" && edition.version !== "$LATEST";
      return { ApplyOn, OptimizationStatus: on ? "On" : "Off" };
    }
    case "VpcConfig": {
      const vpc = value as { SubnetIds?: readonly string[]; SecurityGroupIds?: readonly string[] };
      return {
        Ipv6AllowedForDualStack: false,
        ...vpc,
        SubnetIds: list(vpc.SubnetIds ?? []),
        SecurityGroupIds: list(vpc.SecurityGroupIds ?? []),
        VpcId: (vpc.SubnetIds ?? []).length === 0 ? "" : "vpc-0123456789abcdef0",
      };
    }
    case "LoggingConfig": {
      const logging = value as { LogFormat?: string };
      return {
        LogFormat: "Text",
        LogGroup: `/aws/lambda/${owner.name}`,
        ...(logging.LogFormat === "JSON" && { ApplicationLogLevel: "INFO", SystemLogLevel: "INFO" }),
        ...logging,
      };
    }
    default:
      return value;
  }
}
