import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionUrlConfigCommand,
  GetLayerVersionByArnCommand,
  GetPolicyCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListLayersCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionEventInvokeConfigCommand,
  paginateListFunctions,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
  CreateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeZip, startTestService, testCredentials, testRole, type TestService } from "./test-service.ts";

let service: TestService;
let client: LambdaClient;
let made = 0;

beforeAll(async () => {
  service = await startTestService();
  client = new LambdaClient({
    endpoint: service.endpoint,
    region: "us-east-1",
    credentials: testCredentials,
    maxAttempts: 1,
  });
});

afterAll(async () => {
  client.destroy();
  await service.dispose();
  expect(service.faults).toEqual([]);
});

const zip = makeZip({ "app.py": "def handler(event, context): return 1\n" });
const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

async function create(more: object = {}): Promise<string> {
  const FunctionName = `function-${++made}`;
  await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: "python3.12",
      Handler: "app.handler",
      Role: testRole,
      Code: { ZipFile: zip },
      ...more,
    }),
  );
  return FunctionName;
}

/** What the client sees of a failing call. */
async function failureOf(call: Promise<unknown>): Promise<{ name: string; message: string; status: number }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, message, status: $metadata?.httpStatusCode ?? 0 };
  }
  throw new Error("the call did not fail");
}

describe("functions", () => {
  test("a function is created, read, waited for, invoked, updated and deleted", async () => {
    const FunctionName = await create({ Description: "first", Tags: { team: "a" } });
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 5 }, { FunctionName });
    const found = await client.send(new GetFunctionCommand({ FunctionName }));
    expect(found.Configuration).toMatchObject({
      FunctionArn: arnOf(FunctionName),
      CodeSha256: createHash("sha256").update(zip).digest("base64"),
      CodeSize: zip.length,
      State: "Active",
      LastUpdateStatus: "Successful",
      Timeout: 3,
      MemorySize: 128,
      Version: "$LATEST",
      EphemeralStorage: { Size: 512 },
      LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${FunctionName}` },
      SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
      TracingConfig: { Mode: "PassThrough" },
      PackageType: "Zip",
    });
    expect(found.Configuration).not.toHaveProperty("Environment");
    expect(found.Tags).toEqual({ team: "a" });
    const code = await fetch(found.Code!.Location!);
    expect(Buffer.from(await code.arrayBuffer()).equals(zip)).toBe(true);

    const updated = await client
      .send(
        new UpdateFunctionConfigurationCommand({
          FunctionName,
          MemorySize: 256,
          Environment: { Variables: { A: "b".repeat(3), TWO: "2" } },
        }),
      )
      .catch((error: Error) => error.message);
    // The model's pattern refuses names of one letter.
    expect(updated).toContain("Map keys must satisfy constraint");
    await client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName,
        MemorySize: 256,
        Environment: { Variables: { AB: "c" } },
      }),
    );
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 5 }, { FunctionName });
    const answer = await client.send(new InvokeCommand({ FunctionName }));
    expect(JSON.parse(Buffer.from(answer.Payload!).toString())).toEqual({
      version: "$LATEST",
      environment: { AB: "c" },
      memory: 256,
    });
    expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
      Description: "first",
      Environment: { Variables: { AB: "c" } },
    });
    const deleted = await client.send(new DeleteFunctionCommand({ FunctionName }));
    expect(deleted.$metadata.httpStatusCode).toBe(204);
    expect(await failureOf(client.send(new GetFunctionCommand({ FunctionName })))).toEqual({
      name: "ResourceNotFoundException",
      message: `Function not found: ${arnOf(FunctionName)}`,
      status: 404,
    });
  });

  test("what the model or Lambda refuses is refused in AWS's words", async () => {
    const FunctionName = await create();
    const base = { Runtime: "python3.12", Handler: "a.b", Role: testRole, Code: { ZipFile: zip } } as const;
    const cases: [object, string, string][] = [
      [{ ...base, FunctionName }, "ResourceConflictException", `Function already exist: ${FunctionName}`],
      [
        { ...base, FunctionName: "invalid:function:name" },
        "ValidationException",
        "1 validation error detected: Value 'invalid:function:name' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?",
      ],
      [
        { ...base, FunctionName: "a".repeat(65) },
        "InvalidParameterValueException",
        `1 validation error detected: Value '${"a".repeat(65)}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
      ],
      [
        { ...base, FunctionName: "fresh", Architectures: ["sparc"] },
        "ValidationException",
        "1 validation error detected: Value '[sparc]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
      ],
      [
        { ...base, FunctionName: "fresh", MemorySize: 1, Timeout: 0 },
        "ValidationException",
        "2 validation errors detected: Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1; Value '1' at 'memorySize' failed",
      ],
      [
        { ...base, FunctionName: "fresh", Timeout: 901 },
        "ValidationException",
        "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
      ],
      [
        { ...base, FunctionName: "fresh", Runtime: "cobol85" },
        "InvalidParameterValueException",
        "Value cobol85 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [",
      ],
      [
        { ...base, FunctionName: "fresh", Code: { ZipFile: Buffer.from("no zip") } },
        "InvalidParameterValueException",
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
      ],
      [
        { ...base, FunctionName: "fresh", Code: { S3Bucket: "absent-bucket", S3Key: "key" } },
        "InvalidParameterValueException",
        "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist",
      ],
      [
        { ...base, FunctionName: "fresh", Code: {} },
        "InvalidParameterValueException",
        "Please provide a source for function code.",
      ],
      [
        { ...base, FunctionName: "fresh", Environment: { Variables: { AWS_REGION: "x" } } },
        "InvalidParameterValueException",
        "Reserved keys used in this request: AWS_REGION",
      ],
      [
        { FunctionName: "fresh", Role: testRole, Code: { ZipFile: zip } },
        "InvalidParameterValueException",
        "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
      ],
      [
        { ...base, FunctionName: "arn:aws:lambda:eu-west-1:000000000000:function:x" },
        "ResourceNotFoundException",
        "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
      ],
    ];
    for (const [input, name, message] of cases) {
      const failure = await failureOf(client.send(new CreateFunctionCommand(input as never)));
      expect(failure).toMatchObject({ name, message: expect.stringContaining(message) });
    }
    const secret = "s3cret".repeat(1000);
    const large = client.send(
      new CreateFunctionCommand({
        ...base,
        FunctionName: "fresh",
        Environment: { Variables: { KEY: secret } },
      }),
    );
    expect((await failureOf(large)).message).toMatch(
      /exceeded the 4KB limit\. String measured: {"KEY":"…"}$/,
    );
  });

  test("functions are reached by name, partial ARN and full ARN, with a qualifier in either place", async () => {
    const FunctionName = await create({ Publish: true });
    await client.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
    const references: [string, string | undefined, string][] = [
      [FunctionName, undefined, arnOf(FunctionName)],
      [`${FunctionName}:live`, undefined, `${arnOf(FunctionName)}:live`],
      [`000000000000:function:${FunctionName}`, undefined, arnOf(FunctionName)],
      [arnOf(FunctionName), "$LATEST", `${arnOf(FunctionName)}:$LATEST`],
      [`${arnOf(FunctionName)}:1`, "1", `${arnOf(FunctionName)}:1`],
      [`function:${FunctionName}:live`, undefined, `${arnOf(FunctionName)}:live`],
    ];
    for (const [name, Qualifier, arn] of references) {
      const found = await client.send(
        new GetFunctionConfigurationCommand({ FunctionName: name, ...(Qualifier && { Qualifier }) }),
      );
      expect(found.FunctionArn).toBe(arn);
    }
    expect(
      await failureOf(
        client.send(new GetFunctionCommand({ FunctionName: `${FunctionName}:live`, Qualifier: "1" })),
      ),
    ).toMatchObject({
      name: "InvalidParameterValueException",
      message: "The derived qualifier from the function name does not match the specified qualifier.",
    });
    expect(
      (await failureOf(client.send(new GetFunctionCommand({ FunctionName, Qualifier: "absent" })))).message,
    ).toBe(`Function not found: ${arnOf(FunctionName)}:absent`);
  });

  test("lists have pages of 50", async () => {
    for (let index = 0; index < 51; index++) await create();
    const names: string[] = [];
    let pages = 0;
    for await (const page of paginateListFunctions({ client, pageSize: 30 }, {})) {
      pages += 1;
      names.push(...(page.Functions ?? []).map((each) => each.FunctionName!));
    }
    expect(pages).toBeGreaterThan(1);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(51);
    const first = await client.send(new ListFunctionsCommand({ MaxItems: 10_000 }));
    expect(first.Functions).toHaveLength(50);
    expect(first.NextMarker).toBeDefined();
    expect(first.Functions![0]).not.toHaveProperty("State");
  });
});

describe("versions and aliases", () => {
  test("publishing without a change answers the same version", async () => {
    const FunctionName = await create();
    const one = await client.send(new PublishVersionCommand({ FunctionName, Description: "one" }));
    expect(one).toMatchObject({ Version: "1", FunctionArn: `${arnOf(FunctionName)}:1`, Description: "one" });
    const again = await client.send(new PublishVersionCommand({ FunctionName, Description: "other" }));
    expect(again).toMatchObject({ Version: "1", Description: "one", RevisionId: one.RevisionId });
    const latest = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(
      await failureOf(client.send(new PublishVersionCommand({ FunctionName, RevisionId: "stale" }))),
    ).toMatchObject({
      name: "PreconditionFailedException",
      status: 412,
      message:
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    });
    expect(
      (await failureOf(client.send(new PublishVersionCommand({ FunctionName, CodeSha256: "abc" })))).message,
    ).toBe(
      `CodeSHA256 (abc) is different from current CodeSHA256 in $LATEST (${latest.CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    );
    await client.send(
      new UpdateFunctionCodeCommand({ FunctionName, ZipFile: makeZip({ "app.py": "changed" }) }),
    );
    const two = await client.send(new PublishVersionCommand({ FunctionName, RevisionId: undefined }));
    expect(two.Version).toBe("2");
    const listed = await client.send(new ListVersionsByFunctionCommand({ FunctionName }));
    expect(listed.Versions?.map(({ Version }) => Version)).toEqual(["$LATEST", "1", "2"]);
    // Numbers are not given twice.
    await client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "2" }));
    const three = await client.send(new PublishVersionCommand({ FunctionName }));
    expect(three.Version).toBe("3");
  });

  test("an update ends the environments of the code before, a dry run and publishing do not", async () => {
    const FunctionName = await create();
    const before = service.retired.length;
    await client.send(new PublishVersionCommand({ FunctionName }));
    const dry = await client.send(
      new UpdateFunctionCodeCommand({ FunctionName, ZipFile: makeZip({ "app.py": "dry" }), DryRun: true }),
    );
    const present = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(dry.CodeSha256).not.toBe(present.CodeSha256);
    expect(service.retired.length).toBe(before);
    await client.send(
      new UpdateFunctionCodeCommand({ FunctionName, ZipFile: makeZip({ "app.py": "wet" }), Publish: true }),
    );
    expect(service.retired.slice(before)).toEqual([
      expect.stringContaining(`${arnOf(FunctionName)}:$LATEST@`),
    ]);
  });

  test("aliases route by weight, and hold their versions", async () => {
    const FunctionName = await create({ Publish: true });
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 512 }));
    await client.send(new PublishVersionCommand({ FunctionName }));
    const alias = await client.send(
      new CreateAliasCommand({
        FunctionName,
        Name: "live",
        FunctionVersion: "1",
        RoutingConfig: { AdditionalVersionWeights: { "2": 0.5 } },
      }),
    );
    expect(alias).toMatchObject({
      AliasArn: `${arnOf(FunctionName)}:live`,
      Description: "",
      RoutingConfig: { AdditionalVersionWeights: { "2": 0.5 } },
    });
    const executed = new Set<string | undefined>();
    for (let index = 0; index < 60; index++) {
      const answer = await client.send(new InvokeCommand({ FunctionName, Qualifier: "live" }));
      executed.add(answer.ExecutedVersion);
    }
    expect(executed).toEqual(new Set(["1", "2"]));
    expect(
      await failureOf(client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "2" }))),
    ).toMatchObject({
      name: "ResourceConflictException",
      message: "Unable to delete version because the following aliases reference it: [live]",
    });
    const cleared = await client.send(
      new UpdateAliasCommand({
        FunctionName,
        Name: "live",
        FunctionVersion: "2",
        RoutingConfig: { AdditionalVersionWeights: {} },
      }),
    );
    expect(cleared).not.toHaveProperty("RoutingConfig");
    expect(cleared.RevisionId).not.toBe(alias.RevisionId);
    expect(
      await failureOf(
        client.send(new UpdateAliasCommand({ FunctionName, Name: "live", RevisionId: alias.RevisionId })),
      ),
    ).toMatchObject({ name: "PreconditionFailedException", status: 412 });
    expect(
      await failureOf(
        client.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" })),
      ),
    ).toMatchObject({
      name: "ResourceConflictException",
      message: `Alias already exists: ${arnOf(FunctionName)}:live`,
    });
    expect(
      (await failureOf(client.send(new GetAliasCommand({ FunctionName, Name: "absent" })))).message,
    ).toBe(`Cannot find alias arn: ${arnOf(FunctionName)}:absent`);
    expect(
      (await failureOf(client.send(new UpdateAliasCommand({ FunctionName, Name: "absent" })))).message,
    ).toBe(`Alias not found: ${arnOf(FunctionName)}:absent`);
    const weight = client.send(
      new UpdateAliasCommand({
        FunctionName,
        Name: "live",
        RoutingConfig: { AdditionalVersionWeights: { "1": 1.5 } },
      }),
    );
    expect((await failureOf(weight)).message).toContain(
      "Value '{1=1.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
    );
    await client.send(new DeleteAliasCommand({ FunctionName, Name: "live" }));
    await client.send(new DeleteAliasCommand({ FunctionName, Name: "live" }));
    expect(
      (await failureOf(client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "live" })))).message,
    ).toBe("Deletion of aliases is not currently supported.");
  });
});

describe("what belongs to a function", () => {
  test("permissions, tags, concurrency and event invoke configurations", async () => {
    const FunctionName = await create({ Publish: true });
    const added = await client.send(
      new AddPermissionCommand({
        FunctionName,
        StatementId: "s3",
        Action: "lambda:InvokeFunction",
        Principal: "s3.amazonaws.com",
        SourceArn: "arn:aws:s3:::bucket",
      }),
    );
    expect(JSON.parse(added.Statement!)).toEqual({
      Sid: "s3",
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "lambda:InvokeFunction",
      Resource: arnOf(FunctionName),
      Condition: { ArnLike: { "AWS:SourceArn": "arn:aws:s3:::bucket" } },
    });
    const policy = await client.send(new GetPolicyCommand({ FunctionName }));
    expect(JSON.parse(policy.Policy!)).toMatchObject({ Id: "default", Statement: [{ Sid: "s3" }] });
    expect(
      (
        await failureOf(
          client.send(new RemovePermissionCommand({ FunctionName, StatementId: "s3", RevisionId: "stale" })),
        )
      ).message,
    ).toContain("Call the GetPolicy API to retrieve the latest Revision Id");
    await client.send(new RemovePermissionCommand({ FunctionName, StatementId: "s3" }));
    expect((await failureOf(client.send(new GetPolicyCommand({ FunctionName })))).message).toBe(
      "The resource you requested does not exist.",
    );

    const Resource = arnOf(FunctionName);
    await client.send(new TagResourceCommand({ Resource, Tags: { a: "1", b: "2" } }));
    await client.send(new UntagResourceCommand({ Resource, TagKeys: ["a"] }));
    expect((await client.send(new ListTagsCommand({ Resource }))).Tags).toEqual({ b: "2" });
    expect((await failureOf(client.send(new ListTagsCommand({ Resource: `${Resource}:1` })))).message).toBe(
      "Tags on function aliases and versions are not supported. Please specify a function ARN.",
    );

    await client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 5 }));
    expect((await client.send(new GetFunctionCommand({ FunctionName }))).Concurrency).toEqual({
      ReservedConcurrentExecutions: 5,
    });
    expect(service.directory.resolveTarget(FunctionName, "1", "us-east-1").version.reservedConcurrency).toBe(
      5,
    );
    expect(
      (
        await failureOf(
          client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 901 })),
        )
      ).message,
    ).toContain("below its minimum value of [100]");
    const account = await client.send(new GetAccountSettingsCommand({}));
    expect(account.AccountLimit?.UnreservedConcurrentExecutions).toBe(995);

    expect(
      (
        await failureOf(
          client.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: "1" })),
        )
      ).name,
    ).toBe("ProvisionedConcurrencyConfigNotFoundException");
    const provisioned = await client.send(
      new PutProvisionedConcurrencyConfigCommand({
        FunctionName,
        Qualifier: "1",
        ProvisionedConcurrentExecutions: 2,
      }),
    );
    expect(provisioned.Status).toBe("READY");
    const all = await client.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName }));
    expect(all.ProvisionedConcurrencyConfigs).toHaveLength(1);

    expect(
      (await failureOf(client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName })))).message,
    ).toBe(`The function ${arnOf(FunctionName)}:$LATEST doesn't have an EventInvokeConfig`);
    await client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        MaximumRetryAttempts: 1,
        MaximumEventAgeInSeconds: 60,
      }),
    );
    const merged = await client.send(
      new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }),
    );
    expect(merged).toMatchObject({
      FunctionArn: `${arnOf(FunctionName)}:$LATEST`,
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnSuccess: {}, OnFailure: {} },
    });
    expect(merged.LastModified).toBeInstanceOf(Date);
    const target = service.directory.resolveTarget(FunctionName, undefined, "us-east-1");
    expect(service.directory.eventInvokeConfig(target)).toMatchObject({
      maximumRetryAttempts: 0,
      maximumEventAge: 60,
    });
  });

  test("function URLs", async () => {
    const FunctionName = await create();
    const url = await client.send(
      new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE", Cors: { AllowOrigins: ["*"] } }),
    );
    expect(url.FunctionUrl).toMatch(
      new RegExp(`^http://[a-z0-9]{32}\\.lambda-url\\.us-east-1\\.localhost:${service.port}/$`),
    );
    expect(url).not.toHaveProperty("InvokeMode");
    const read = await client.send(new GetFunctionUrlConfigCommand({ FunctionName }));
    expect(read).toMatchObject({ InvokeMode: "BUFFERED", FunctionUrl: url.FunctionUrl });
    const [, urlId] = /\/\/([a-z0-9]+)\./.exec(url.FunctionUrl!)!;
    expect(service.directory.findFunctionUrl(urlId!)).toMatchObject({
      functionName: FunctionName,
      authType: "NONE",
      cors: { AllowOrigins: ["*"] },
    });
    expect(
      (await failureOf(client.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE" }))))
        .message,
    ).toContain("FunctionUrlConfig exists for this Lambda function");
    await client.send(new DeleteFunctionCommand({ FunctionName }));
    expect(service.directory.findFunctionUrl(urlId!)).toBeUndefined();
  });

  test("layers are merged in order, a later one's files first", async () => {
    const publish = async (LayerName: string, files: Record<string, string>): Promise<string> => {
      const layer = await client.send(
        new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: makeZip(files) } }),
      );
      return layer.LayerVersionArn!;
    };
    const one = await publish("one", { "python/shared.py": "one", "bin/tool": "tool", "place/file": "x" });
    const two = await publish("two", { "python/shared.py": "two", place: "a file now" });
    const FunctionName = await create({ Layers: [one, two] });
    const { layerFolder } = service.directory.resolveTarget(FunctionName, undefined, "us-east-1").version;
    expect(readFileSync(`${layerFolder}/python/shared.py`, "utf8")).toBe("two");
    expect(readFileSync(`${layerFolder}/bin/tool`, "utf8")).toBe("tool");
    expect(readFileSync(`${layerFolder}/place`, "utf8")).toBe("a file now");
    const found = await client.send(new GetLayerVersionByArnCommand({ Arn: one }));
    expect(found).toMatchObject({ Version: 1, LayerVersionArn: one });
    expect((await client.send(new ListLayersCommand({}))).Layers?.map((each) => each.LayerName)).toEqual([
      "one",
      "two",
    ]);
    const absent = `${one.slice(0, -1)}9`;
    expect((await failureOf(create({ Layers: [absent] }))).message).toBe(
      `Layer version ${absent} does not exist.`,
    );
  });
});

describe("the HTTP front", () => {
  const ask = (headers: Record<string, string>, path = "/2015-03-31/functions"): Promise<number> =>
    new Promise((resolve, reject) => {
      httpRequest({ host: "127.0.0.1", port: service.port, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });

  test("foreign hosts and origins are refused before anything happens", async () => {
    const { port } = service;
    for (const host of ["127.0.0.1", `localhost:${port}`, `[::1]:${port}`, "LOCALHOST:1"]) {
      expect([host, await ask({ host })]).toEqual([host, 200]);
    }
    for (const host of [
      "evil.example",
      "localhost.evil.example",
      "127.0.0.1.evil.example:80",
      "127.0.0.2",
      "evil.localhost",
    ]) {
      expect([host, await ask({ host })]).toEqual([host, 403]);
    }
    const host = `localhost:${port}`;
    for (const origin of ["null", "https://evil.example", "http://localhost.evil.example", "file://"]) {
      expect([origin, await ask({ host, origin })]).toEqual([origin, 403]);
    }
    expect(await ask({ host, origin: "http://localhost:3000" })).toBe(200);
  });

  test("unsupported operations and unknown paths are AWS's errors", async () => {
    expect(
      await failureOf(
        client.send(
          new CreateEventSourceMappingCommand({
            FunctionName: "x",
            EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:q",
          }),
        ),
      ),
    ).toEqual({
      name: "NotImplementedException",
      message: "local Lambda does not support the operation CreateEventSourceMapping",
      status: 501,
    });
    const unknown = await fetch(`${service.endpoint}/2015-03-31/nothing/here`);
    expect([unknown.status, unknown.headers.get("x-amzn-errortype"), await unknown.json()]).toEqual([
      404,
      "UnknownOperationException",
      { Type: "User", message: "local Lambda knows no operation GET /2015-03-31/nothing/here" },
    ]);
    expect(await ask({ host: "localhost" }, "/2015-03-31/functions/%FF%FE/configuration")).toBe(400);
  });

  test("bodies that are no JSON, or of the wrong type, are refused", async () => {
    const send = async (body: string): Promise<[number, string | null]> => {
      const response = await fetch(`${service.endpoint}/2015-03-31/functions`, { method: "POST", body });
      await response.text();
      return [response.status, response.headers.get("x-amzn-errortype")];
    };
    expect(await send("{")).toEqual([400, "InvalidRequestContentException"]);
    expect(await send("[]")).toEqual([400, "SerializationException"]);
    expect(await send('{"FunctionName": {}}')).toEqual([400, "SerializationException"]);
    expect(await send('{"FunctionName": "x", "Timeout": "3"}')).toEqual([400, "SerializationException"]);
    expect(await send('{"__proto__": {"FunctionName": "x"}}')).toEqual([400, "ValidationException"]);
  });
});

describe("functions of the user's own folder", () => {
  test("are put without a client, and only a change replaces them", async () => {
    const put = (code: string, configuration: object = {}): ReturnType<TestService["putFunction"]> =>
      service.putFunction({
        name: "own",
        configuration: { Runtime: "python3.12", Handler: "app.handler", ...configuration },
        code: { zip: makeZip({ "app.py": code, "lib/same.py": "same" }) },
        withUrl: true,
      });
    const first = await put("one");
    expect(first).toMatchObject({ arn: arnOf("own"), changed: true, missingLayers: [] });
    expect(service.renderUrl(first.urlId!)).toContain(`.lambda-url.us-east-1.localhost:${service.port}/`);
    const before = service.directory.resolveTarget("own", undefined, "us-east-1").version;
    expect((await put("one")).changed).toBe(false);
    expect(service.directory.resolveTarget("own", undefined, "us-east-1").version.key).toBe(before.key);
    const layer = "arn:aws:lambda:us-east-1:123456789012:layer:elsewhere:1";
    const second = await put("two", { Layers: [layer] });
    expect(second).toMatchObject({ changed: true, urlId: first.urlId, missingLayers: [layer] });
    const after = service.directory.resolveTarget("own", undefined, "us-east-1").version;
    expect(after.codeFolder).not.toBe(before.codeFolder);
    expect(readFileSync(`${after.codeFolder}/app.py`, "utf8")).toBe("two");
    // What did not change is the same file.
    expect(statSync(`${after.codeFolder}/lib/same.py`).ino).toBe(
      statSync(`${before.codeFolder}/lib/same.py`).ino,
    );
    // The zip of code that nobody has any more is gone; what may still run has its files.
    expect(existsSync(before.codeFolder)).toBe(true);
    await expect.poll(() => existsSync(`${before.codeFolder}.zip`)).toBe(false);
    expect(existsSync(`${after.codeFolder}.zip`)).toBe(true);
    expect((await put("one")).changed).toBe(true);
    service.removeFunction("own");
    expect(() => service.directory.resolveTarget("own", undefined, "us-east-1")).toThrow(
      "Function not found",
    );
  });
});

test("nothing is left behind", async () => {
  const other = await startTestService();
  const { codeFolder } = await other
    .putFunction({
      name: "one",
      configuration: { Runtime: "python3.12", Handler: "app.handler" },
      code: { zip },
      withUrl: false,
    })
    .then(() => other.directory.resolveTarget("one", null, "us-east-1").version);
  expect(existsSync(codeFolder)).toBe(true);
  await other.dispose();
  expect(existsSync(codeFolder)).toBe(false);
  await expect(fetch(other.endpoint)).rejects.toThrow("fetch failed");
});
