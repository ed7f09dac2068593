import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { InvokeCommand, InvokeWithResponseStreamCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { BrigError } from "../../errors.ts";
import type { FunctionUrl } from "../directory.ts";
import { createLogStore } from "../logs/log-store.ts";
import { createLogRoutes } from "../logs/routes.ts";
import { makeFixture, type Fixture } from "../runtime/test-executor.ts";
import { createUrlHandler } from "../url/url-handler.ts";
import { createInvokeRoutes } from "./routes.ts";
import { makeDirectory, startTestFront, type TestFront } from "./test-front.ts";

const streaming = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.plain) { stream.write("one"); stream.end("two"); return; }
  const head = { statusCode: 201, headers: { "content-type": "text/plain" }, cookies: ["a=1"] };
  const body = awslambda.HttpResponseStream.from(stream, head);
  body.write(event.requestContext.http.path);
  body.end();
});`;

const failing = `
import os
def handler(event, context):
    path = os.path.join(os.environ["COUNT_FOLDER"], "count")
    with open(path, "a") as file: file.write("x")
    raise ValueError("bad " + event["word"])
`;

const keeping = `
import json
def handler(event, context):
    print("RECORD " + json.dumps(event))
`;

const serving = `
def handler(event, context):
    return {"statusCode": 200, "headers": {"x-method": event["requestContext"]["http"]["method"]}, "body": event["body"]}
`;

let fixture: Fixture;
let front: TestFront;
let dispose = async (): Promise<void> => {};
const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const connection = () => ({ endpoint: front.endpoint, region: "eu-west-1", credentials, maxAttempts: 1 });

beforeAll(async () => {
  const now = (): Date => new Date();
  const store = createLogStore({ now });
  fixture = await makeFixture({
    logSink: store.add,
    nodeFor: (major) => {
      if (major === "26")
        throw new BrigError("tool-missing", "there is no Node 26 here", "npm install node@26");
      return Promise.resolve({ file: process.execPath });
    },
  });
  const arn = (name: string): string => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;
  const describe = (name: string) => ({ functionName: name, arn: arn(name) });
  const versions = {
    streaming: fixture.make(
      { "app.js": streaming },
      { ...describe("streaming"), runtime: `nodejs${process.versions.node.split(".")[0]}.x` },
    ),
    failing: fixture.make(
      { "app.py": failing },
      { ...describe("failing"), environment: { COUNT_FOLDER: fixture.folder } },
    ),
    keeping: fixture.make(
      { "app.py": keeping },
      { ...describe("keeping"), logging: { format: "Text", group: "/aws/lambda/keeping" } },
    ),
    serving: fixture.make({ "app.py": serving }, describe("serving")),
    future: fixture.make({ "app.js": streaming }, { ...describe("future"), runtime: "nodejs26.x" }),
  };
  const urls: FunctionUrl[] = (["streaming", "serving"] as const).map((name) => ({
    urlId: name,
    functionArn: arn(name),
    functionName: name,
    qualifier: undefined,
    region: "eu-west-1",
    authType: "NONE",
    invokeMode: name === "streaming" ? "RESPONSE_STREAM" : "BUFFERED",
    cors: undefined,
  }));
  const directory = makeDirectory({ versions, urls, settings: { onFailure: arn("keeping") } });
  const { executor } = fixture;
  const routes = createInvokeRoutes({ directory, executor, now, retryWaits: [5, 10] });
  const functionUrl = createUrlHandler({ directory, executor, account: "000000000000", now });
  front = await startTestFront(routes, createLogRoutes(store), { functionUrl });
  dispose = routes.dispose!;
});

afterAll(async () => {
  await dispose();
  await front.close();
  await fixture.dispose();
});

function ask(
  urlId: string,
  path: string,
  body = "",
): Promise<{ status: number; headers: object; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { host: `${urlId}.lambda-url.eu-west-1.localhost`, "content-type": "text/plain" };
    const sent = request({ port: front.port, path, method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (piece: Buffer) => (text += piece.toString()));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: text }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

test("a Node function streams to the SDK", async () => {
  const client = new LambdaClient(connection());
  const answer = await client.send(
    new InvokeWithResponseStreamCommand({
      FunctionName: "streaming",
      Payload: Buffer.from('{"plain": true}'),
    }),
  );
  let text = "";
  let ended = false;
  for await (const event of answer.EventStream!) {
    text += Buffer.from(event.PayloadChunk?.Payload ?? []).toString();
    ended ||= event.InvokeComplete !== undefined && event.InvokeComplete.ErrorCode === undefined;
  }
  expect(text).toBe("onetwo");
  expect(ended).toBe(true);
});

test("a Node function streams through its URL", async () => {
  const reply = await ask("streaming", "/some/where");
  expect(reply).toMatchObject({
    status: 201,
    headers: { "content-type": "text/plain", "set-cookie": ["a=1"] },
    body: "/some/where",
  });
});

test("a Python function answers through its URL", async () => {
  expect(await ask("serving", "/", "hello ä")).toMatchObject({
    status: 200,
    headers: { "x-method": "POST" },
    body: "hello ä",
  });
});

test("a failing event runs three times, then its destination has the record", async () => {
  const client = new LambdaClient(connection());
  const payload = '{"word": "word"}';
  await client.send(
    new InvokeCommand({ FunctionName: "failing", InvocationType: "Event", Payload: payload }),
  );
  const logs = new CloudWatchLogsClient(connection());
  const input = { logGroupName: "/aws/lambda/keeping", filterPattern: "RECORD" };
  const message = await vi.waitFor(
    async () => (await logs.send(new FilterLogEventsCommand(input))).events![0]!.message!,
    { timeout: 20_000, interval: 50 },
  );
  expect(JSON.parse(message.slice("RECORD ".length))).toMatchObject({
    requestContext: { condition: "RetriesExhausted", approximateInvokeCount: 3 },
    requestPayload: { word: "word" },
    responseContext: { functionError: "Unhandled" },
    responsePayload: { errorType: "ValueError", errorMessage: "bad word" },
  });
});

test("a runtime that this machine does not have is said with its hint", async () => {
  const client = new LambdaClient(connection());
  await expect(client.send(new InvokeCommand({ FunctionName: "future" }))).rejects.toMatchObject({
    name: "InvalidRuntimeException",
    message: "there is no Node 26 here (npm install node@26)",
  });
});
