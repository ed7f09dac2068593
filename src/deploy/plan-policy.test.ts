import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planPolicy, type PolicyFunction } from "./plan-policy.ts";

const place = { region: "us-east-1", account: "123456789012" };
const plain: PolicyFunction = { functionName: "hello", ...place, members: {} };
const full: PolicyFunction = {
  functionName: "orders-${env:STAGE}",
  ...place,
  members: {
    Role: "arn:aws:iam::123456789012:role/orders",
    Code: { S3Bucket: "zips", S3Key: "/brig/" },
    Layers: ["arn:aws:lambda:us-east-1:1:layer:x:3"],
    VpcConfig: { SubnetIds: ["s"] },
    FileSystemConfigs: [{}],
    KMSKeyArn: "arn:aws:kms:us-east-1:123456789012:key/k",
    LoggingConfig: { LogGroup: "orders" },
    Tags: {},
    FunctionUrlConfig: {},
    Permissions: [],
    ReservedConcurrentExecutions: 1,
    ProvisionedConcurrentExecutions: 1,
    EventInvokeConfig: {},
    CodeSigningConfigArn: "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-1",
  },
};

test("a plain function needs little, and nothing of others", () => {
  const { Statement } = planPolicy([plain]);
  expect(Statement.map(({ Sid }) => Sid)).toEqual(["Functions", "Logs", "Metrics"]);
  expect(Statement[0]!.Resource).toEqual([
    "arn:aws:lambda:us-east-1:123456789012:function:hello",
    "arn:aws:lambda:us-east-1:123456789012:function:hello:*",
  ]);
  expect(Statement[1]!.Resource).toEqual([
    "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/hello:*",
  ]);
  expect(Statement[0]!.Action).not.toContain("lambda:AddPermission");
});

test("what a setting needs stands beside it, values from outside are any", () => {
  const byId = new Map(planPolicy([plain, full]).Statement.map((statement) => [statement.Sid, statement]));
  expect(byId.get("Functions2")?.Resource).toContain(
    "arn:aws:lambda:us-east-1:123456789012:function:orders-*",
  );
  expect(byId.get("Roles")).toMatchObject({
    Action: ["iam:PassRole"],
    Resource: ["arn:aws:iam::123456789012:role/orders"],
    Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
  });
  expect(byId.get("Zips")?.Resource).toEqual(["arn:aws:s3:::zips/brig/*"]);
  expect(byId.get("Layers")?.Resource).toEqual(["arn:aws:lambda:us-east-1:1:layer:x:3"]);
  expect(byId.get("Keys")?.Resource).toEqual(["arn:aws:kms:us-east-1:123456789012:key/k"]);
  expect(byId.get("Logs")?.Resource).toContain("arn:aws:logs:us-east-1:123456789012:log-group:orders:*");
  expect([...byId.keys()]).toEqual(expect.arrayContaining(["Networks", "FileSystems"]));
});

test("other partitions, and places that nobody named", () => {
  const china = { ...plain, region: "cn-north-1", account: undefined };
  expect(planPolicy([china]).Statement[0]!.Resource[0]).toBe("arn:aws-cn:lambda:cn-north-1:*:function:hello");
});

/** Calls whose permission has another name, or that need none, or that are left out on purpose. */
const differing: Readonly<Record<string, readonly string[]>> = {
  "lambda:GetFunction": ["lambda:GetFunction", "lambda:ListTags"],
  "lambda:Invoke": ["lambda:InvokeFunction"],
  "lambda:DeleteFunction": [],
  "lambda:GetLayerVersionByArn": ["lambda:GetLayerVersion"],
  "s3:HeadObject": ["s3:GetObject"],
  "s3:CreateMultipartUpload": ["s3:PutObject"],
  "s3:UploadPart": ["s3:PutObject"],
  "s3:UploadPartCopy": ["s3:GetObject", "s3:PutObject"],
  "s3:CompleteMultipartUpload": ["s3:PutObject"],
};

test("every call that brig makes is allowed", () => {
  const allowed = new Set(planPolicy([full]).Statement.flatMap(({ Action }) => Action));
  const calls = new Set(["deploy", "operations"].flatMap(callsIn));
  expect(calls.size).toBeGreaterThan(25);
  const missing = [...calls].filter(
    (call) => !(differing[call] ?? [call]).every((action) => allowed.has(action)),
  );
  expect(missing).toEqual([]);
});

/** Names of AWS's operations in the source: as brig's own calls have them, and as the SDK's commands. */
function callsIn(room: string): string[] {
  const folder = join(import.meta.dirname, "..", room);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(?<!\.test|test-aws|plan-policy)\.ts$/.test(name),
  );
  return files.flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const own =
      /"(Invoke|(?:Get|List|Put|Create|Update|Delete|Publish|Add|Remove|Tag|Untag)[A-Z][A-Za-z]*)"/g;
    const ofLambda = name.includes("upload/") || /s3/i.test(name) ? [] : [...text.matchAll(own)];
    const commands = [...text.matchAll(/new ([A-Z]\w+)Command\(/g)];
    return [
      ...ofLambda.filter(([, call]) => operations.test(call!)).map(([, call]) => `lambda:${call}`),
      ...commands.flatMap(([, call]) => serviceOf(call!, name)),
    ];
  });
}

/** Not GetObject and the like. */
const operations = /Function|Alias|Version|Policy|Permission|Resource|Concurrency|^Invoke$/;

function serviceOf(call: string, file: string): string[] {
  if (call === "GetCallerIdentity") return [];
  if (call === "FilterLogEvents") return [`logs:${call}`];
  if (call === "GetMetricData") return [`cloudwatch:${call}`];
  return file.includes("upload/") ? [`s3:${call}`] : [`${file}:${call}`];
}
