/** The stand-in itself, through AWS's own SDK: what it plays is what AWS's pages and recorded answers say. */
import { createHash } from "node:crypto";
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  TagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AwsFault } from "../src/local/aws-fault.ts";
import { makeZip } from "../src/local/test-service.ts";
import { type StandIn, standInAccount, startStandIn } from "./stand-in/stand-in.ts";

let aws: StandIn;
let lambda: LambdaClient;
let settings: object;

beforeEach(async () => {
  aws = await startStandIn({ buckets: ["code"] });
  settings = {
    endpoint: aws.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  };
  lambda = new LambdaClient(settings);
});

afterEach(async () => {
  lambda.destroy();
  await aws.dispose();
  expect(aws.faults).toEqual([]);
});

const role = `arn:aws:iam::${standInAccount}:role/functions`;
const zip = makeZip({ "lambda_function.py": "def lambda_handler(event, context): return 1\n" });
const otherZip = makeZip({ "lambda_function.py": "def lambda_handler(event, context): return 2\n" });
const basics = {
  FunctionName: "hello",
  Runtime: "python3.13",
  Handler: "lambda_function.lambda_handler",
  Role: role,
  Code: { ZipFile: zip },
} as const;
const named = { FunctionName: "hello" };
const wait = { client: undefined, minDelay: 0.01, maxDelay: 0.02, maxWaitTime: 5 };

async function create(more: object = {}): Promise<void> {
  await lambda.send(new CreateFunctionCommand({ ...basics, ...more }));
  await waitUntilFunctionActiveV2({ ...wait, client: lambda }, named);
}

async function updated(): Promise<void> {
  await waitUntilFunctionUpdatedV2({ ...wait, client: lambda }, named);
}

async function revision(): Promise<string> {
  const { Configuration } = await lambda.send(new GetFunctionCommand(named));
  return Configuration!.RevisionId!;
}

interface Failure {
  readonly name: string;
  readonly status: number;
  readonly message: string;
}

function failure(call: Promise<unknown>): Promise<Failure> {
  return call.then(
    () => {
      throw new Error("no failure");
    },
    ({ name, message, $metadata }: Error & { $metadata: { httpStatusCode: number } }) => ({
      name,
      status: $metadata.httpStatusCode,
      message,
    }),
  );
}

test("a function is Pending, then Active, and its RevisionId changes as it settles", async () => {
  const made = await lambda.send(new CreateFunctionCommand(basics));
  expect(made).toMatchObject({ State: "Pending", Version: "$LATEST", CodeSize: zip.length });
  expect(made.CodeSha256).toBe(createHash("sha256").update(zip).digest("base64"));
  expect(await failure(lambda.send(new PublishVersionCommand(named)))).toEqual({
    name: "ResourceConflictException",
    status: 409,
    message:
      "The operation cannot be performed at this time. The function is currently in the following state: Pending",
  });
  expect(await failure(lambda.send(new InvokeCommand(named)))).toMatchObject({
    name: "ResourceConflictException",
    status: 409,
  });
  await waitUntilFunctionActiveV2({ ...wait, client: lambda }, named);
  expect(await revision()).not.toBe(made.RevisionId);
});

test("every write is refused while an update is in progress, and a stale RevisionId after it", async () => {
  await create();
  const change = await lambda.send(new UpdateFunctionConfigurationCommand({ ...named, Timeout: 30 }));
  expect(change).toMatchObject({ LastUpdateStatus: "InProgress", Timeout: 30 });
  for (const call of [
    new UpdateFunctionCodeCommand({ ...named, ZipFile: zip }),
    new UpdateFunctionConfigurationCommand({ ...named, Timeout: 31 }),
    new PublishVersionCommand(named),
    new PutFunctionConcurrencyCommand({ ...named, ReservedConcurrentExecutions: 1 }),
    new TagResourceCommand({ Resource: aws.function("hello").arn, Tags: { team: "a" } }),
  ]) {
    // oxlint-disable-next-line typescript/no-explicit-any -- each command has a type of its own
    expect(await failure(lambda.send(call as any))).toMatchObject({
      name: "ResourceConflictException",
      status: 409,
    });
  }
  await updated();
  const stale = { ...named, RevisionId: change.RevisionId, ZipFile: zip };
  expect(await failure(lambda.send(new UpdateFunctionCodeCommand(stale)))).toMatchObject({
    name: "PreconditionFailedException",
    status: 412,
  });
  const fresh = { ...stale, RevisionId: await revision() };
  await lambda.send(new UpdateFunctionCodeCommand(fresh));
});

test("PublishVersion answers the last version while nothing changed, and moves the RevisionId when it did", async () => {
  await create();
  const before = await revision();
  const { CodeSha256 } = await lambda.send(
    new PublishVersionCommand({ ...named, RevisionId: before, Description: "first" }),
  );
  expect(await revision()).not.toBe(before);
  expect(await lambda.send(new PublishVersionCommand({ ...named, Description: "second" }))).toMatchObject({
    Version: "1",
    Description: "first",
  });
  expect(
    await failure(lambda.send(new PublishVersionCommand({ ...named, CodeSha256: "AAAA" }))),
  ).toMatchObject({ name: "InvalidParameterValueException", status: 400 });
  await lambda.send(new UpdateFunctionConfigurationCommand({ ...named, Description: "changed" }));
  await updated();
  expect(await lambda.send(new PublishVersionCommand({ ...named, CodeSha256 }))).toMatchObject({
    Version: "2",
  });
  const { Versions } = await lambda.send(new ListVersionsByFunctionCommand(named));
  expect(Versions!.map(({ Version }) => Version)).toEqual(["$LATEST", "1", "2"]);
  // Lists do not say how a function settles.
  expect(Versions![0]).not.toHaveProperty("State");
});

async function publishTwo(): Promise<void> {
  await create();
  await lambda.send(new PublishVersionCommand(named));
  await lambda.send(new UpdateFunctionCodeCommand({ ...named, ZipFile: otherZip }));
  await updated();
  await lambda.send(new PublishVersionCommand(named));
}

test("weights stay when they are not sent, {} clears them, and versions in use cannot be deleted", async () => {
  await publishTwo();
  const alias = { ...named, Name: "live" };
  await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: "1" }));
  const routing = { RoutingConfig: { AdditionalVersionWeights: { "2": 0.1 } } };
  const weighted = await lambda.send(new UpdateAliasCommand({ ...alias, ...routing }));
  expect(weighted.RoutingConfig).toEqual(routing.RoutingConfig);
  expect(
    await failure(lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: "2" }))),
  ).toMatchObject({ name: "InvalidParameterValueException", status: 400 });
  expect(await failure(lambda.send(new DeleteFunctionCommand({ ...named, Qualifier: "2" })))).toEqual({
    name: "ResourceConflictException",
    status: 409,
    message: "Unable to delete version because the following aliases reference it: [live]",
  });
  const cleared = { ...alias, FunctionVersion: "2", RoutingConfig: { AdditionalVersionWeights: {} } };
  expect(await lambda.send(new UpdateAliasCommand(cleared))).not.toHaveProperty("RoutingConfig");
  await lambda.send(new DeleteFunctionCommand({ ...named, Qualifier: "1" }));
  await lambda.send(new DeleteFunctionCommand({ ...named, Qualifier: "1" }));
  const stale = { ...alias, FunctionVersion: "2", RevisionId: weighted.RevisionId };
  expect(await failure(lambda.send(new UpdateAliasCommand(stale)))).toMatchObject({
    name: "PreconditionFailedException",
  });
  const toLatest = { ...alias, FunctionVersion: "$LATEST", ...routing };
  expect(await failure(lambda.send(new UpdateAliasCommand(toLatest)))).toMatchObject({
    name: "InvalidParameterValueException",
  });
});

test("weights decide which version answers", async () => {
  await publishTwo();
  const RoutingConfig = { AdditionalVersionWeights: { "2": 0.3 } };
  await lambda.send(new CreateAliasCommand({ ...named, Name: "live", FunctionVersion: "1", RoutingConfig }));
  const answers: (string | undefined)[] = [];
  for (let count = 0; count < 60; count++) {
    const { ExecutedVersion } = await lambda.send(new InvokeCommand({ ...named, Qualifier: "live" }));
    answers.push(ExecutedVersion);
  }
  const share = answers.filter((version) => version === "2").length;
  expect(share).toBeGreaterThan(6);
  expect(share).toBeLessThan(32);
});

test("configuration comes back in AWS's shapes, with members that no model knows", async () => {
  const layer = "arn:aws:lambda:us-east-1:123456789012:layer:tools:3";
  await create({
    Layers: [layer],
    SnapStart: { ApplyOn: "PublishedVersions" },
    VpcConfig: { SubnetIds: ["subnet-1", "subnet-2"], SecurityGroupIds: ["sg-1"] },
    LoggingConfig: { LogFormat: "JSON" },
    Environment: { Variables: { TOKEN: "canary-value" } },
  });
  const { Configuration } = await lambda.send(new GetFunctionCommand(named));
  expect(Configuration).toMatchObject({
    Layers: [{ Arn: layer, CodeSize: 1000 }],
    SnapStart: { ApplyOn: "PublishedVersions", OptimizationStatus: "Off" },
    VpcConfig: { VpcId: "vpc-0123456789abcdef0", Ipv6AllowedForDualStack: false },
    LoggingConfig: { LogFormat: "JSON", LogGroup: "/aws/lambda/hello", SystemLogLevel: "INFO" },
    EphemeralStorage: { Size: 512 },
    TracingConfig: { Mode: "PassThrough" },
  });
  const body = JSON.stringify({ FutureConfig: { Level: 3 }, Architectures: ["arm64"] });
  const response = await fetch(`${aws.endpoint}/2015-03-31/functions/hello/configuration`, {
    method: "PUT",
    headers: { authorization: "AWS4-HMAC-SHA256 Credential=A/20261124/us-east-1/lambda/aws4_request" },
    body,
  });
  expect(await response.json()).toMatchObject({ FutureConfig: { Level: 3 }, Architectures: ["x86_64"] });
  expect(aws.violations).toEqual([
    "UpdateFunctionConfiguration of hello was sent Architectures, which AWS ignores",
  ]);
  expect(JSON.stringify(aws.calls)).not.toContain("canary-value");
});

test("what AWS refuses: roles, reserved and large variables, bad values", async () => {
  aws.behaviour.roleRefusals = 1;
  expect(await failure(lambda.send(new CreateFunctionCommand(basics)))).toEqual({
    name: "InvalidParameterValueException",
    status: 400,
    message: "The role defined for the function cannot be assumed by Lambda.",
  });
  await create();
  const tooLarge = { ...named, Environment: { Variables: { AA: "canary".repeat(700) } } };
  const { name, message } = await failure(lambda.send(new UpdateFunctionConfigurationCommand(tooLarge)));
  expect(name).toBe("InvalidParameterValueException");
  expect(message).toContain("canarycanary");
  for (const Environment of [{ Variables: { A: "1" } }, { Variables: { AWS_REGION: "x" } }]) {
    await expect(
      lambda.send(new UpdateFunctionConfigurationCommand({ ...named, Environment })),
    ).rejects.toThrow(/variables/i);
  }
  await expect(lambda.send(new UpdateFunctionConfigurationCommand({ ...named, Timeout: 0 }))).rejects.toThrow(
    /validation error/,
  );
  await expect(
    lambda.send(new UpdateFunctionCodeCommand({ ...named, ZipFile: Buffer.from("no zip") })),
  ).rejects.toThrow(/Could not unzip/);
});

test("failures of settling come with AWS's reason", async () => {
  await create();
  aws.behaviour.failures.update = { code: "SubnetOutOfIPAddresses", reason: "no addresses left" };
  await lambda.send(new UpdateFunctionConfigurationCommand({ ...named, Timeout: 9 }));
  await updated().catch(() => {});
  expect(await lambda.send(new GetFunctionConfigurationCommand(named))).toMatchObject({
    LastUpdateStatus: "Failed",
    LastUpdateStatusReasonCode: "SubnetOutOfIPAddresses",
    LastUpdateStatusReason: "no addresses left",
  });
});

test("connections drop before or after the effect, and other actors act between calls", async () => {
  await create();
  aws.behaviour.before = ({ operation }) => (operation === "PublishVersion" ? "drop" : undefined);
  await expect(lambda.send(new PublishVersionCommand(named))).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(aws.function("hello").versions.size).toBe(0);
  aws.behaviour.before = undefined;
  aws.behaviour.after = ({ operation }) => (operation === "PublishVersion" ? "drop" : undefined);
  await expect(lambda.send(new PublishVersionCommand(named))).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(aws.function("hello").versions.size).toBe(1);
  expect(aws.calls.filter(({ fault }) => fault?.startsWith("dropped")).map(({ fault }) => fault)).toEqual([
    "dropped before",
    "dropped after",
  ]);
  aws.behaviour.after = () => new AwsFault(500, "ServiceException", "on purpose");
  expect(await failure(lambda.send(new GetAliasCommand({ ...named, Name: "live" })))).toMatchObject({
    name: "ResourceNotFoundException",
  });
  expect(await failure(lambda.send(new GetFunctionCommand(named)))).toMatchObject({
    name: "ServiceException",
    status: 500,
  });
});

test("15 calls a second, 100 of GetFunction", async () => {
  await create();
  aws.behaviour.throttle = true;
  const many = await Promise.allSettled(
    Array.from({ length: 30 }, () => lambda.send(new GetFunctionConfigurationCommand(named))),
  );
  const refused = many.filter(({ status }) => status === "rejected");
  expect(refused.length).toBeGreaterThan(5);
  expect((refused[0] as PromiseRejectedResult).reason).toMatchObject({
    name: "TooManyRequestsException",
    Reason: "CallerRateLimitExceeded",
    retryAfterSeconds: "1",
  });
  await Promise.all(Array.from({ length: 60 }, () => lambda.send(new GetFunctionCommand(named))));
});

test("access denied and expired tokens", async () => {
  aws.behaviour.denied.add("lambda:GetFunction");
  expect(await failure(lambda.send(new GetFunctionCommand(named)))).toEqual({
    name: "AccessDeniedException",
    status: 403,
    message: expect.stringContaining("lambda:GetFunction on resource"),
  });
  aws.behaviour.expired = true;
  expect(await failure(lambda.send(new GetFunctionCommand(named)))).toMatchObject({
    name: "ExpiredTokenException",
    status: 403,
  });
  const sts = new STSClient(settings);
  expect(await failure(sts.send(new GetCallerIdentityCommand({})))).toMatchObject({
    name: "ExpiredToken",
    status: 403,
  });
  aws.behaviour.expired = false;
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: standInAccount });
});

test("an alias at a version that no smoke test has passed is remembered", async () => {
  await publishTwo();
  aws.behaviour.smokes = () => 1;
  await lambda.send(new InvokeCommand({ ...named, Qualifier: "1", Payload: Buffer.from("{}") }));
  await lambda.send(new CreateAliasCommand({ ...named, Name: "live", FunctionVersion: "1" }));
  expect(aws.violations).toEqual([]);
  aws.behaviour.invoke = () => ({ payload: "{}", functionError: "Unhandled" });
  await lambda.send(new InvokeCommand({ ...named, Qualifier: "2", Payload: Buffer.from("{}") }));
  await lambda.send(new UpdateAliasCommand({ ...named, Name: "live", FunctionVersion: "2" }));
  expect(aws.violations).toEqual(["hello:live → 2: the version failed its smoke test"]);
});

test("Code.Location serves the zip", async () => {
  await create();
  const { Code } = await lambda.send(new GetFunctionCommand(named));
  const response = await fetch(Code!.Location!);
  expect(Buffer.from(await response.arrayBuffer()).equals(zip)).toBe(true);
});

test("policy and provisioned concurrency", async () => {
  await publishTwo();
  await lambda.send(new CreateAliasCommand({ ...named, Name: "live", FunctionVersion: "1" }));
  const permission = { StatementId: "s3", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
  await lambda.send(new AddPermissionCommand({ ...named, ...permission, Qualifier: "live" }));
  const { Policy } = await lambda.send(new GetPolicyCommand({ ...named, Qualifier: "live" }));
  expect(JSON.parse(Policy!)).toMatchObject({
    Statement: [
      { Sid: "s3", Principal: { Service: "s3.amazonaws.com" }, Resource: expect.stringMatching(/:live$/) },
    ],
  });
  const place = { ...named, Qualifier: "live" };
  await lambda.send(
    new PutProvisionedConcurrencyConfigCommand({ ...place, ProvisionedConcurrentExecutions: 2 }),
  );
  const read = async (): Promise<string> =>
    (await lambda.send(new GetProvisionedConcurrencyConfigCommand(place))).Status!;
  expect([await read(), await read(), await read()]).toEqual(["IN_PROGRESS", "READY", "READY"]);
});

test("code from S3, uploaded in parts that are partly copied on the server", async () => {
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const place = { Bucket: "code", Key: "next.zip" };
  await s3.send(
    new PutObjectCommand({ Bucket: "code", Key: "old.zip", Body: Buffer.alloc(6 * 1024 ** 2, 7) }),
  );
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ ...place, ChecksumAlgorithm: "SHA256" }),
  );
  const part = { ...place, UploadId };
  const copied = await s3.send(
    new UploadPartCopyCommand({
      ...part,
      PartNumber: 1,
      CopySource: "code/old.zip",
      CopySourceRange: "bytes=0-5242879",
    }),
  );
  const sent = await s3.send(
    new UploadPartCommand({ ...part, PartNumber: 2, Body: zip, ChecksumAlgorithm: "SHA256" }),
  );
  await expect(s3.send(new UploadPartCommand({ ...part, PartNumber: 3, Body: zip }))).rejects.toThrow(
    /expected checksum Type: sha256/,
  );
  const Parts = [copied.CopyPartResult!, sent].map(({ ETag, ChecksumSHA256 }, index) => ({
    PartNumber: index + 1,
    ETag,
    ChecksumSHA256,
  }));
  await s3.send(new CompleteMultipartUploadCommand({ ...part, MultipartUpload: { Parts } }));
  expect(aws.calls.map(({ operation, bytes }) => [operation, bytes])).toContainEqual(["UploadPartCopy", 0]);
  expect((await aws.readObject("code", "next.zip"))!.subarray(5_242_880).equals(zip)).toBe(true);
  await s3.send(new PutObjectCommand({ ...place, Body: zip }));
  await create({ Code: { S3Bucket: "code", S3Key: "next.zip" } });
  expect(aws.function("hello").latest.code.zip.equals(zip)).toBe(true);
});
