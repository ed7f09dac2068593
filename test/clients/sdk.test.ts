/** The AWS SDK for JavaScript. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  type InvokeCommandOutput,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  paginateListFunctions,
  paginateListVersionsByFunction,
  PublishVersionCommand,
  type Runtime,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../support/brig.ts";
import { type LocalService, makeZip, role, startLocalService } from "./local-service.ts";

let service: LocalService;
let lambda: LambdaClient;
let settings: {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
};
beforeAll(async () => {
  service = await startLocalService();
  settings = {
    endpoint: service.endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  lambda = new LambdaClient(settings);
});
afterAll(async () => {
  lambda.destroy();
  await service.dispose();
});

const arn = "arn:aws:lambda:eu-west-1:000000000000:function";
/** The Node that runs the tests runs the functions. */
const node = {
  Runtime: `nodejs${process.versions.node.split(".")[0]}.x` as Runtime,
  Handler: "app.handler",
  Role: role,
};

function answering(answer: number): Buffer {
  return makeZip({
    "app.mjs": `export const handler = async (event, context) => {
      console.log("answers ${answer}");
      if (event.fail) throw new RangeError("asked to");
      return { event, answer: ${answer}, arn: context.invokedFunctionArn };
    };`,
  });
}

function payloadOf({ Payload }: InvokeCommandOutput): unknown {
  return JSON.parse(Payload!.transformToString());
}

test("creates, waits, invokes, publishes, moves an alias with weights, and deletes", async () => {
  const name = { FunctionName: "living" };
  const wait = { client: lambda, maxWaitTime: 30 };
  await lambda.send(new CreateFunctionCommand({ ...name, ...node, Code: { ZipFile: answering(1) } }));
  await waitUntilFunctionActiveV2(wait, name);
  const first = await lambda.send(
    new InvokeCommand({ ...name, Payload: JSON.stringify({ key: "ü" }), LogType: "Tail" }),
  );
  expect(payloadOf(first)).toEqual({ event: { key: "ü" }, answer: 1, arn: `${arn}:living` });
  expect(Buffer.from(first.LogResult!, "base64").toString()).toMatch(/\tINFO\tanswers 1\nEND [^]*REPORT /);
  const failed = await lambda.send(new InvokeCommand({ ...name, Payload: '{"fail": true}' }));
  expect(failed.FunctionError).toBe("Unhandled");
  expect(payloadOf(failed)).toMatchObject({ errorType: "RangeError", errorMessage: "asked to" });
  expect((await lambda.send(new InvokeCommand({ ...name, InvocationType: "DryRun" }))).StatusCode).toBe(204);
  expect((await lambda.send(new InvokeCommand({ ...name, InvocationType: "Event" }))).StatusCode).toBe(202);

  expect((await lambda.send(new PublishVersionCommand(name))).Version).toBe("1");
  await lambda.send(new CreateAliasCommand({ ...name, Name: "live", FunctionVersion: "1" }));
  await lambda.send(new UpdateFunctionCodeCommand({ ...name, ZipFile: answering(2) }));
  await waitUntilFunctionUpdatedV2(wait, name);
  expect((await lambda.send(new PublishVersionCommand(name))).Version).toBe("2");
  await waitUntilPublishedVersionActive(wait, { ...name, Qualifier: "2" });
  const live = { ...name, Qualifier: "live" };
  expect(payloadOf(await lambda.send(new InvokeCommand(live)))).toMatchObject({ answer: 1 });
  const weights = { AdditionalVersionWeights: { "2": 1 } };
  await lambda.send(new UpdateAliasCommand({ ...name, Name: "live", RoutingConfig: weights }));
  const moved = await lambda.send(new InvokeCommand(live));
  expect(moved.ExecutedVersion).toBe("2");
  expect(payloadOf(moved)).toMatchObject({ answer: 2, arn: `${arn}:living:live` });

  const versions: (string | undefined)[] = [];
  for await (const page of paginateListVersionsByFunction({ client: lambda, pageSize: 1 }, name))
    versions.push(...page.Versions!.map(({ Version }) => Version));
  expect(versions).toEqual(["$LATEST", "1", "2"]);
  const lines: (string | undefined)[] = [];
  const logs = new CloudWatchLogsClient(settings);
  const search = { logGroupName: "/aws/lambda/living", filterPattern: '"answers"' };
  for await (const page of paginateFilterLogEvents({ client: logs, pageSize: 1 }, search))
    lines.push(...page.events!.map(({ message }) => message?.split("\t").at(-1)));
  logs.destroy();
  expect(new Set(lines)).toEqual(new Set(["answers 1\n", "answers 2\n"]));

  await lambda.send(new DeleteFunctionCommand(name));
  await expect(lambda.send(new InvokeCommand(name))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: `Function not found: ${arn}:living:$LATEST`,
    $metadata: { httpStatusCode: 404 },
  });
});

test("takes code from S3, lists in pages, and says who asks", async () => {
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "code" }));
  await s3.send(new PutObjectCommand({ Bucket: "code", Key: "an/ü.zip", Body: answering(3) }));
  s3.destroy();
  for (const FunctionName of ["page-a", "page-b", "page-c"]) {
    const Code = { S3Bucket: "code", S3Key: "an/ü.zip" };
    await lambda.send(new CreateFunctionCommand({ FunctionName, ...node, Code }));
  }
  const answer = await lambda.send(new InvokeCommand({ FunctionName: `${arn}:page-b` }));
  expect(payloadOf(answer)).toMatchObject({ answer: 3 });
  const pages: (string | undefined)[][] = [];
  for await (const page of paginateListFunctions({ client: lambda, pageSize: 2 }, {}))
    pages.push(page.Functions!.map(({ FunctionName }) => FunctionName));
  expect(pages).toEqual([["page-a", "page-b"], ["page-c"]]);
  const sts = new STSClient(settings);
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: "000000000000" });
  sts.destroy();
});

/** Each part waits until the one before it has been seen, which the client says by a file. */
const streaming = makeZip({
  "app.mjs": `import { existsSync } from "node:fs";
    const seen = async (file) => { while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5)); };
    export const handler = awslambda.streamifyResponse(async (event, stream) => {
      if (event.body) {
        event = JSON.parse(event.body);
        stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "x-made": "here" } });
      }
      stream.write("begun");
      await seen(event.file);
      if (event.fail) throw new TypeError("broken");
      stream.end(" and done");
    });`,
});

test("streams a response while the function makes it, by the API and by a URL", async () => {
  const name = { FunctionName: "streaming" };
  await lambda.send(
    new CreateFunctionCommand({ ...name, ...node, Code: { ZipFile: streaming }, Timeout: 20 }),
  );
  const folder = temporaryFolder();
  const stream = async (event: object, file: string): Promise<readonly unknown[]> => {
    const { EventStream } = await lambda.send(
      new InvokeWithResponseStreamCommand({ ...name, Payload: JSON.stringify({ file, ...event }) }),
    );
    const events: unknown[] = [];
    for await (const { PayloadChunk, InvokeComplete } of EventStream!) {
      if (PayloadChunk !== undefined) events.push(Buffer.from(PayloadChunk.Payload!).toString());
      if (InvokeComplete !== undefined) events.push(InvokeComplete);
      writeFileSync(file, "");
    }
    return events;
  };
  expect(await stream({}, join(folder, "whole"))).toEqual(["begun", " and done", {}]);
  expect(await stream({ fail: true }, join(folder, "broken"))).toMatchObject([
    "begun",
    { ErrorCode: "TypeError", ErrorDetails: expect.stringContaining('"errorMessage":"broken"') },
  ]);

  const open = { AuthType: "NONE", InvokeMode: "RESPONSE_STREAM" } as const;
  const { FunctionUrl } = await lambda.send(new CreateFunctionUrlConfigCommand({ ...name, ...open }));
  const allowed = { StatementId: "url", Action: "lambda:InvokeFunctionUrl", Principal: "*" };
  await lambda.send(new AddPermissionCommand({ ...name, ...allowed, FunctionUrlAuthType: "NONE" }));
  const file = join(folder, "by-url");
  const { host, port } = new URL(FunctionUrl!);
  const sent = request({
    host: "127.0.0.1",
    port,
    method: "POST",
    headers: { host, "content-type": "application/json" },
  });
  sent.end(JSON.stringify({ file }));
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const parts: string[] = [];
  for await (const part of response.setEncoding("utf8")) {
    parts.push(part as string);
    writeFileSync(file, "");
  }
  expect(response.statusCode).toBe(201);
  expect(response.headers["x-made"]).toBe("here");
  expect(parts).toEqual(["begun", " and done"]);
});
