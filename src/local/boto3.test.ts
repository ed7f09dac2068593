import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Constraint, constraints } from "./api/constraints.ts";
import { operations } from "./api/operations.ts";
import { type Shape, loadServiceModel } from "./api/service-model.ts";
import { findBoto3, runBoto3 } from "./test-boto3.ts";
import { startTestService, testRole, type TestService } from "./test-service.ts";

let service: TestService;
let python: string | undefined;

beforeAll(async () => {
  [service, python] = await Promise.all([startTestService(), findBoto3()]);
}, 120_000);

afterAll(async () => {
  await service.dispose();
  expect(service.faults).toEqual([]);
});

test("boto3 creates, waits, publishes, moves an alias and reads its errors", async ({ skip }) => {
  if (python === undefined) return skip("boto3 cannot be installed here");
  const output = await runBoto3(
    python,
    service.endpoint,
    `
lam = client("lambda")
made = lam.create_function(FunctionName="boto", Runtime="python3.12", Handler="app.handler", Role="${testRole}",
    Code={"ZipFile": zip_of({"app.py": "one"})}, Environment={"Variables": {"KEY": "value"}}, Publish=True)
lam.get_waiter("function_active_v2").wait(FunctionName="boto")
lam.get_waiter("function_active").wait(FunctionName="boto")
lam.get_waiter("published_version_active").wait(FunctionName="boto", Qualifier="1")
lam.create_alias(FunctionName="boto", Name="live", FunctionVersion="1")
lam.update_function_code(FunctionName="boto", ZipFile=zip_of({"app.py": "two"}))
lam.get_waiter("function_updated_v2").wait(FunctionName="boto")
two = lam.publish_version(FunctionName="boto")
lam.update_alias(FunctionName="boto", Name="live", FunctionVersion=two["Version"])
answer = lam.invoke(FunctionName="boto:live", Payload=b"{}")
for index in range(60):
    lam.create_function(FunctionName="page-%02d" % index, Runtime="python3.12", Handler="a.b", Role="${testRole}",
        Code={"ZipFile": zip_of({"app.py": "one"})})
pages = list(lam.get_paginator("list_functions").paginate())
layer = lam.publish_layer_version(LayerName="boto", Content={"ZipFile": zip_of({"python/x.py": ""})}, CompatibleRuntimes=["python3.12"])
url = lam.create_function_url_config(FunctionName="boto", Qualifier="live", AuthType="AWS_IAM")
lam.tag_resource(Resource=made["FunctionArn"], Tags={"a b": "c/d"})
s3 = client("s3")
s3.create_bucket(Bucket="boto-bucket")
s3.upload_fileobj(io.BytesIO(b"x" * 9_000_000), "boto-bucket", "large/key")
head = s3.head_object(Bucket="boto-bucket", Key="large/key")
stream = io.BytesIO()
s3.download_fileobj("boto-bucket", "large/key", stream)
print(json.dumps({
    "made": [made["Version"], made["FunctionArn"], made["ResponseMetadata"]["HTTPStatusCode"]],
    "executed": [answer["ExecutedVersion"], json.loads(answer["Payload"].read())["environment"]],
    "pages": [len(pages), sum(len(page["Functions"]) for page in pages)],
    "layer": layer["LayerVersionArn"],
    "url": url["FunctionArn"],
    "tags": lam.list_tags(Resource="arn:aws:lambda:us-east-1:000000000000:function:boto")["Tags"],
    "identity": client("sts").get_caller_identity()["Account"],
    "object": [head["ContentLength"], stream.getvalue() == b"x" * 9_000_000],
    "config": lam.get_function_event_invoke_config if False else failure(lam.get_function_event_invoke_config, FunctionName="boto"),
    "absent": failure(lam.get_function, FunctionName="absent"),
    "exists": failure(lam.create_alias, FunctionName="boto", Name="live", FunctionVersion="1"),
    "stale": failure(lam.update_function_code, FunctionName="boto", ZipFile=zip_of({"a": ""}), RevisionId="stale"),
    "invalid": failure(lam.update_function_configuration, FunctionName="boto", Handler="with blank"),
    "unsupported": failure(lam.create_event_source_mapping, FunctionName="boto"),
    "deleted": lam.delete_function(FunctionName="boto")["ResponseMetadata"]["HTTPStatusCode"],
}))
`,
  );
  const arn = "arn:aws:lambda:us-east-1:000000000000:function";
  expect(JSON.parse(output)).toEqual({
    made: ["1", `${arn}:boto`, 201],
    executed: ["2", { KEY: "value" }],
    pages: [2, 61],
    layer: "arn:aws:lambda:us-east-1:000000000000:layer:boto:1",
    url: `${arn}:boto:live`,
    tags: { "a b": "c/d" },
    identity: "000000000000",
    object: [9_000_000, true],
    config: [
      404,
      "ResourceNotFoundException",
      `The function ${arn}:boto:$LATEST doesn't have an EventInvokeConfig`,
    ],
    absent: [404, "ResourceNotFoundException", `Function not found: ${arn}:absent`],
    exists: [409, "ResourceConflictException", `Alias already exists: ${arn}:boto:live`],
    stale: [
      412,
      "PreconditionFailedException",
      "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    ],
    invalid: [
      400,
      "ValidationException",
      "1 validation error detected: Value 'with blank' at 'handler' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\\s]+",
    ],
    unsupported: [
      501,
      "NotImplementedException",
      "local Lambda does not support the operation CreateEventSourceMapping",
    ],
    deleted: 204,
  });
});

interface BotocoreShape {
  readonly type: string;
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  readonly enum?: readonly string[];
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
}

test("the constraints are those of the service model that the AWS CLI ships", async ({ skip }) => {
  if (python === undefined) return skip("boto3 cannot be installed here");
  const program =
    "import json, botocore.loaders; print(json.dumps(botocore.loaders.Loader().load_service_model('lambda', 'service-2')))";
  const text = execFileSync(python, ["-c", program], { maxBuffer: 1 << 26 }).toString();
  const shapes = (JSON.parse(text) as { shapes: Record<string, BotocoreShape> }).shapes;
  const model = await loadServiceModel();
  const wrong: string[] = [];
  const seen = new Set<string>();
  const compare = (where: string, own: Constraint | undefined, theirs: BotocoreShape): void => {
    const say = (what: string, mine: unknown, other: unknown): void => {
      if (mine !== other) wrong.push(`${where}: ${what} is ${String(mine)}, not ${String(other)}`);
    };
    const { min } = theirs;
    const plain = (pattern: string | undefined): string | undefined =>
      pattern === ".*" ? undefined : pattern;
    say("pattern", plain(own?.pattern), plain(theirs.pattern));
    say("max", own?.max, theirs.max);
    say("min", own?.min ?? 0, min ?? 0);
    if (
      theirs.enum !== undefined &&
      where !== "CreateFunctionRequest.Runtime" &&
      where !== "UpdateFunctionConfigurationRequest.Runtime"
    ) {
      say("enumeration", own?.enumeration !== undefined, true);
    }
    if (theirs.member !== undefined && shapes[theirs.member.shape]!.type === "string") {
      compare(`${where}[]`, own?.element, shapes[theirs.member.shape]!);
    }
    if (theirs.key !== undefined) compare(`${where}{}`, own?.key, shapes[theirs.key.shape]!);
  };
  const walk = (shape: Shape): void => {
    if (shape.kind !== "structure" || seen.has(shape.name)) return;
    seen.add(shape.name);
    for (const member of shape.members) {
      const theirs = shapes[shapes[shape.name]?.members?.[member.name]?.shape ?? ""];
      if (theirs === undefined) continue;
      const place = `${shape.name}.${member.name}`;
      if (!accepted.has(place) && !accepted.has(shape.name)) {
        compare(place, constraints[place] ?? constraints[member.name], theirs);
      }
      walk(member.shape());
    }
  };
  for (const operation of model.operations) if (operation.name in operations) walk(operation.input());
  expect(wrong).toEqual([]);
});

/** Members that have no effect here and are taken as they come. */
const accepted: ReadonlySet<string> = new Set([
  "CapacityProviderConfig",
  "LambdaManagedInstancesCapacityProviderConfig",
  "DurableConfig",
  "TenancyConfig",
  "FileSystemConfig",
  "ImageConfig",
  // Lower here: see constraints.ts.
  "CreateFunctionRequest.MemorySize",
  "CreateFunctionRequest.Timeout",
  "EphemeralStorage.Size",
  "UpdateFunctionConfigurationRequest.MemorySize",
  "UpdateFunctionConfigurationRequest.Timeout",
]);
