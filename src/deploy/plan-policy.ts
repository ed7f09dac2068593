import { isMembers, type Members } from "./members.ts";

/** A function in a target, as far as permissions go. */
export interface PolicyFunction {
  /** Lambda's name of it. */
  readonly functionName: string;
  /** `undefined`: whichever AWS's own configuration has. */
  readonly region: string | undefined;
  readonly account: string | undefined;
  /** `function` as it holds in the target, values from outside not put in. */
  readonly members: Members;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** An IAM policy (IAM's reference of JSON policy elements). */
export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

/** What brig calls of every function. GetCallerIdentity of STS needs no permission. */
const always = [
  "CreateAlias",
  "CreateFunction",
  "GetAlias",
  "GetFunction",
  "InvokeFunction",
  "ListAliases",
  "ListVersionsByFunction",
  "PublishVersion",
  "UpdateAlias",
  "UpdateFunctionCode",
  "UpdateFunctionConfiguration",
];

/** What brig calls for settings beside the configuration, only where a brig.yaml mentions them. */
const byMember: Readonly<Record<string, readonly string[]>> = {
  // GetFunction leaves tags out for those who may not list them.
  Tags: ["ListTags", "TagResource", "UntagResource"],
  FunctionUrlConfig: [
    "AddPermission",
    "CreateFunctionUrlConfig",
    "GetFunctionUrlConfig",
    "GetPolicy",
    "RemovePermission",
    "UpdateFunctionUrlConfig",
  ],
  Permissions: ["AddPermission", "GetPolicy", "RemovePermission"],
  ReservedConcurrentExecutions: ["PutFunctionConcurrency"],
  ProvisionedConcurrentExecutions: [
    "DeleteProvisionedConcurrencyConfig",
    "GetProvisionedConcurrencyConfig",
    "PutProvisionedConcurrencyConfig",
  ],
  EventInvokeConfig: ["GetFunctionEventInvokeConfig", "PutFunctionEventInvokeConfig"],
  CodeSigningConfigArn: [
    "DeleteFunctionCodeSigningConfig",
    "GetFunctionCodeSigningConfig",
    "PutFunctionCodeSigningConfig",
  ],
};

/**
 * The least that credentials must be allowed for brig to deploy these functions, look at them and roll them back, by AWS's
 * "Actions, resources, and condition keys" of each service. What depends on a setting is only in it where a brig.yaml has
 * the setting. DeleteFunction, which `brig versions --prune` needs, is never in it: it removes functions, too.
 */
export function planPolicy(functions: readonly PolicyFunction[]): Policy {
  const statements = [
    ...planLambda(functions),
    ...planRoles(functions),
    ...planBuckets(functions),
    ...planLayers(functions),
    planLogs(functions),
    // For the errors of a canary's version; CloudWatch knows no resources of metrics.
    allow("Metrics", ["cloudwatch:GetMetricData"], ["*"]),
    ...planNetworks(functions),
    ...planKeys(functions),
  ];
  return { Version: "2012-10-17", Statement: statements };
}

function planLambda(functions: readonly PolicyFunction[]): PolicyStatement[] {
  const groups = new Map<string, PolicyFunction[]>();
  for (const each of functions) {
    const mentioned = Object.keys(byMember).filter((member) => each.members[member] !== undefined);
    const actions = [...always, ...mentioned.flatMap((member) => byMember[member]!)];
    const key = unique(actions).join(" ");
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups].map(([actions, members], index) =>
    allow(
      index === 0 ? "Functions" : `Functions${index + 1}`,
      actions.split(" ").map((action) => `lambda:${action}`),
      members.flatMap((each) => {
        const arn = `${arnOf(each, "lambda")}:function:${wild(each.functionName)}`;
        const signing = textOf(each.members["CodeSigningConfigArn"]);
        return [arn, `${arn}:*`, ...(signing === undefined ? [] : [signing])];
      }),
    ),
  );
}

/** Whoever gives Lambda a role passes it on; nobody should be able to pass it to anything else. */
function planRoles(functions: readonly PolicyFunction[]): PolicyStatement[] {
  const roles = functions.flatMap((each) => textOf(each.members["Role"]) ?? []);
  if (roles.length === 0) return [];
  return [
    {
      ...allow("Roles", ["iam:PassRole"], roles),
      Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
    },
  ];
}

/** Lambda reads the object with the permissions of whoever calls it, and so does a copy of the previous one. */
function planBuckets(functions: readonly PolicyFunction[]): PolicyStatement[] {
  const objects = functions.flatMap((each) => {
    const code = each.members["Code"];
    if (!isMembers(code) || typeof code["S3Bucket"] !== "string") return [];
    const prefix =
      typeof code["S3Key"] === "string" ? `${wild(code["S3Key"]).replace(/^\/+|\/+$/g, "")}/` : "";
    return [`arn:${partitionOf(each)}:s3:::${wild(code["S3Bucket"])}/${prefix === "/" ? "" : prefix}*`];
  });
  if (objects.length === 0) return [];
  return [allow("Zips", ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], objects)];
}

function planLayers(functions: readonly PolicyFunction[]): PolicyStatement[] {
  const layers = functions.flatMap(({ members }) =>
    Array.isArray(members["Layers"]) ? members["Layers"] : [],
  );
  const arns = layers.flatMap((layer: unknown) => textOf(layer) ?? []);
  return arns.length === 0 ? [] : [allow("Layers", ["lambda:GetLayerVersion"], arns)];
}

/** For `brig logs`. */
function planLogs(functions: readonly PolicyFunction[]): PolicyStatement {
  const groups = functions.map((each) => {
    const logging = each.members["LoggingConfig"];
    const named = isMembers(logging) ? textOf(logging["LogGroup"]) : undefined;
    return `${arnOf(each, "logs")}:log-group:${named ?? `/aws/lambda/${wild(each.functionName)}`}:*`;
  });
  return allow("Logs", ["logs:FilterLogEvents"], groups);
}

/** Lambda looks at subnets and mount targets with the permissions of whoever calls it; EC2 knows no resources of these. */
function planNetworks(functions: readonly PolicyFunction[]): PolicyStatement[] {
  const mentions = (member: string): boolean =>
    functions.some(({ members }) => members[member] !== undefined);
  const networks = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"];
  return [
    ...(mentions("VpcConfig") ? [allow("Networks", networks, ["*"])] : []),
    ...(mentions("FileSystemConfigs")
      ? [allow("FileSystems", ["elasticfilesystem:DescribeMountTargets"], ["*"])]
      : []),
  ];
}

/** For environment variables under a key of one's own. */
function planKeys(functions: readonly PolicyFunction[]): PolicyStatement[] {
  const keys = functions.flatMap(({ members }) => textOf(members["KMSKeyArn"]) ?? []);
  return keys.length === 0 ? [] : [allow("Keys", ["kms:CreateGrant", "kms:Decrypt", "kms:Encrypt"], keys)];
}

function allow(name: string, actions: readonly string[], resources: readonly string[]): PolicyStatement {
  return { Sid: name, Effect: "Allow", Action: unique(actions), Resource: unique(resources) };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted();
}

function arnOf(each: PolicyFunction, service: string): string {
  return `arn:${partitionOf(each)}:${service}:${each.region ?? "*"}:${each.account ?? "*"}`;
}

function partitionOf({ region = "" }: PolicyFunction): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** A value from outside may be anything. */
function wild(text: string): string {
  return text.replace(/\$\{env:[^}]*\}/g, "*").replaceAll("$${", () => "${");
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? wild(value) : undefined;
}
