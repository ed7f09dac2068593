import {
  type InvocationType,
  InvokeAsyncCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { afterEach, expect, test } from "vitest";
import { TooManyRequests, type InvokeInput } from "../contract.ts";
import { createInvokeRoutes, type InvokeOptions } from "./routes.ts";
import {
  makeDirectory,
  makeExecutor,
  makeVersion,
  startTestFront,
  type FakeHandler,
  type TestFront,
} from "./test-front.ts";

const opened: TestFront[] = [];
afterEach(async () => {
  for (const front of opened.splice(0)) await front.close();
});

async function connect(handler: FakeHandler, options: Partial<InvokeOptions> = {}) {
  const routes = createInvokeRoutes({
    directory: makeDirectory({ versions: { f: makeVersion("f") } }),
    executor: makeExecutor({ f: handler }),
    now: () => new Date(),
    ...options,
  });
  const front = await startTestFront(routes);
  opened.push(front);
  const client = new LambdaClient({
    endpoint: front.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  return { front, client };
}

const text = (payload: Uint8Array | undefined): string => Buffer.from(payload ?? []).toString();

test("RequestResponse passes the payload's bytes both ways, with log tail and version", async () => {
  const inputs: InvokeInput[] = [];
  const { client } = await connect((input) => {
    inputs.push(input);
    return { payload: Buffer.from('{"a": 1}') };
  });
  const answer = await client.send(
    new InvokeCommand({
      FunctionName: "f",
      Qualifier: "live",
      Payload: '{ "b" : [1] }',
      LogType: "Tail",
      ClientContext: Buffer.from('{"custom": {"x": "y"}}').toString("base64"),
    }),
  );
  expect(text(answer.Payload)).toBe('{"a": 1}');
  expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
  expect(answer.FunctionError).toBeUndefined();
  expect(Buffer.from(answer.LogResult!, "base64").toString()).toBe("START\n");
  expect(inputs[0]).toMatchObject({
    invokedArn: "arn:aws:lambda:us-east-1:000000000000:function:f:live",
    clientContext: '{"custom": {"x": "y"}}',
    streaming: false,
  });
  expect(inputs[0]!.payload.toString()).toBe('{ "b" : [1] }');
  expect(inputs[0]!.traceId).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
  expect(inputs[0]!.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test("a function that fails is a 200 with FunctionError", async () => {
  const { client } = await connect(() => ({
    payload: Buffer.from('{"errorType": "ValueError"}'),
    functionError: "Unhandled",
  }));
  const answer = await client.send(new InvokeCommand({ FunctionName: "f" }));
  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
  expect(answer.LogResult).toBeUndefined();
});

test("without a payload the event is an empty object", async () => {
  const { client } = await connect((input) => ({ payload: input.payload }));
  expect(text((await client.send(new InvokeCommand({ FunctionName: "f" }))).Payload)).toBe("{}");
});

test("DryRun runs nothing", async () => {
  const { client } = await connect(() => {
    throw new Error("ran");
  });
  const answer = await client.send(new InvokeCommand({ FunctionName: "f", InvocationType: "DryRun" }));
  expect(answer.StatusCode).toBe(204);
});

test.each(["{", "hello", "{'a': 1}", "NaN", "\ufeff{}", Buffer.from([0x22, 0xa7, 0x22])])(
  "refuses %j, which is not JSON",
  async (payload) => {
    const { client } = await connect(() => ({}));
    const sent = client.send(new InvokeCommand({ FunctionName: "f", Payload: payload }));
    await expect(sent).rejects.toMatchObject({
      name: "InvalidRequestContentException",
      message: expect.stringContaining("Could not parse request body into json: "),
      $metadata: { httpStatusCode: 400 },
    });
  },
);

test("refuses an unknown function, an unknown type and a client context that is not JSON", async () => {
  const { client } = await connect(() => ({}));
  await expect(client.send(new InvokeCommand({ FunctionName: "g" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
  const wrongType = { FunctionName: "f", InvocationType: "Sometimes" as InvocationType };
  await expect(client.send(new InvokeCommand(wrongType))).rejects.toMatchObject({
    name: "ValidationException",
    message:
      "1 validation error detected: Value 'Sometimes' at 'invocationType' failed to satisfy constraint: " +
      "Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
  });
  await expect(
    client.send(new InvokeCommand({ FunctionName: "f", ClientContext: "????" })),
  ).rejects.toMatchObject({ name: "InvalidRequestContentException" });
});

test("limits: 6 MB for an answer, 1 MB for an event", async () => {
  const { client } = await connect(() => ({}));
  const quoted = (bytes: number): string => `"${"x".repeat(bytes - 2)}"`;
  const send = (bytes: number, type: InvocationType) =>
    client.send(new InvokeCommand({ FunctionName: "f", InvocationType: type, Payload: quoted(bytes) }));
  expect((await send(6_291_456, "RequestResponse")).StatusCode).toBe(200);
  await expect(send(6_291_457, "RequestResponse")).rejects.toMatchObject({
    name: "RequestTooLargeException",
    message: "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    $metadata: { httpStatusCode: 413 },
  });
  expect((await send(1_048_576, "Event")).StatusCode).toBe(202);
  await expect(send(1_048_577, "Event")).rejects.toMatchObject({
    name: "RequestTooLargeException",
    message: "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
  });
});

test("over the reserved concurrency: 429 with a reason", async () => {
  const { client } = await connect(() => {
    throw new TooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded");
  });
  await expect(client.send(new InvokeCommand({ FunctionName: "f" }))).rejects.toMatchObject({
    name: "TooManyRequestsException",
    message: "Rate Exceeded.",
    Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
  });
});

test("Event and InvokeAsync answer at once and run later", async () => {
  const payloads: string[] = [];
  let release = (): void => {};
  const both = new Promise<void>((resolve) => (release = resolve));
  const { client } = await connect((input) => {
    payloads.push(input.payload.toString());
    if (payloads.length === 2) release();
    return {};
  });
  const answer = await client.send(
    new InvokeCommand({ FunctionName: "f", InvocationType: "Event", Payload: "1" }),
  );
  expect(answer).toMatchObject({ StatusCode: 202 });
  expect(text(answer.Payload)).toBe("");
  const old = await client.send(new InvokeAsyncCommand({ FunctionName: "f", InvokeArgs: "2" }));
  expect(old.Status).toBe(202);
  await both;
  expect(payloads.toSorted()).toEqual(["1", "2"]);
});

async function readStream(client: LambdaClient, logType: "Tail" | "None" = "None") {
  const command = new InvokeWithResponseStreamCommand({ FunctionName: "f", LogType: logType });
  const answer = await client.send(command);
  const chunks: string[] = [];
  let end: object | undefined;
  for await (const event of answer.EventStream!) {
    if (event.PayloadChunk) chunks.push(text(event.PayloadChunk.Payload));
    if (event.InvokeComplete) end = event.InvokeComplete;
  }
  return { answer, chunks, end };
}

test("a response stream comes piece by piece, as the function writes", async () => {
  const { client } = await connect(async (input) => {
    for (const piece of ["one", "two ä", "three"]) {
      input.onChunk!(Buffer.from(piece), "text/plain");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { payload: Buffer.from("one two ä three") };
  });
  const { answer, chunks, end } = await readStream(client, "Tail");
  expect(chunks).toEqual(["one", "two ä", "three"]);
  expect(end).toEqual({ LogResult: Buffer.from("START\n").toString("base64") });
  expect(answer.ExecutedVersion).toBe("$LATEST");
});

test("a function that does not stream gives one piece; one that fails says so at the end", async () => {
  const plain = await connect(() => ({ payload: Buffer.from('{"a": 1}') }));
  expect(await readStream(plain.client)).toMatchObject({ chunks: ['{"a": 1}'], end: {} });
  const failing = await connect((input) => {
    input.onChunk!(Buffer.from("half"), "text/plain");
    return { functionError: "Unhandled", streamError: { type: "Error", body: '{"errorType": "Error"}' } };
  });
  expect(await readStream(failing.client)).toMatchObject({
    chunks: ["half"],
    end: { ErrorCode: "Error", ErrorDetails: '{"errorType": "Error"}' },
  });
});
