import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { RunnableVersion } from "../contract.ts";
import { makeFixture, parsePayload, type Fixture } from "./test-executor.ts";

/** The host's own Node runs the tests: they take the runtime of its major. */
const major = Number(process.versions.node.split(".")[0]);
let fixture: Fixture;
beforeAll(async () => {
  fixture = await makeFixture();
});
afterEach(() => void fixture.events.splice(0));
afterAll(() => fixture.dispose());

function make(source: string, more: Partial<RunnableVersion> = {}, name = "app.js"): RunnableVersion {
  return fixture.make({ [name]: source }, { runtime: `nodejs${major}.x`, ...more });
}

function messages(): readonly string[] {
  return fixture.events
    .map(({ message }) => message)
    .filter((message) => !/^(?:START|END|REPORT) /.test(message));
}

test("handlers are found in CommonJS and in modules, in folders and in nested exports", async () => {
  const common =
    "exports.handler = async (event) => [event, __filename];\nexports.inner = { deep: async () => 'deep' };";
  expect(parsePayload(await fixture.invoke(make(common), { a: "ü" }))).toEqual([
    { a: "ü" },
    "/var/task/app.js",
  ]);
  expect(parsePayload(await fixture.invoke(make(common, { handler: "app.inner.deep" })))).toBe("deep");
  const module = "import path from 'node:path';\nexport const handler = async () => import.meta.url;";
  expect(parsePayload(await fixture.invoke(make(module, {}, "app.mjs")))).toBe("file:///var/task/app.mjs");
  const typed = fixture.make(
    {
      "src/app.js": "export const handler = async () => typeof require;",
      "package.json": '{"type": "module"}',
    },
    { runtime: `nodejs${major}.x`, handler: "src/app.handler" },
  );
  expect(parsePayload(await fixture.invoke(typed))).toBe("undefined");
});

test("the context and the environment are Lambda's", async () => {
  const version = make(
    "exports.handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID, home: process.env.HOME, path: process.env.NODE_PATH });",
  );
  const outcome = await fixture.invoke(
    version,
    {},
    { traceId: "Root=1", clientContext: '{"custom":{"a":1}}' },
  );
  expect(parsePayload(outcome)).toMatchObject({
    functionName: "tested",
    functionVersion: "$LATEST",
    memoryLimitInMB: "256",
    invokedFunctionArn: `${version.arn}:live`,
    awsRequestId: "5f1c4a8e-0000-4000-8000-000000000001",
    clientContext: { custom: { a: 1 } },
    trace: "Root=1",
    left: expect.closeTo(5000, -3),
    path: `/opt/nodejs/node${major}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task`,
  });
  expect(parsePayload(outcome)).not.toHaveProperty("home");
});

test("faults have Lambda's payloads", async () => {
  const cases: readonly (readonly [source: string, expected: object])[] = [
    [
      "exports.handler = async () => { throw new RangeError('too far') };",
      {
        errorType: "RangeError",
        errorMessage: "too far",
        trace: expect.arrayContaining([
          "RangeError: too far",
          expect.stringContaining("(/var/task/app.js:1:"),
        ]),
      },
    ],
    [
      "exports.handler = async () => { throw 'text' };",
      { errorType: "string", errorMessage: "text", trace: [] },
    ],
    ["exports.handler = async () => 5n;", { errorMessage: "Unable to stringify response body" }],
    [
      "exports.handler = async () => { Promise.reject(new Error('lost')); await new Promise((resolve) => setTimeout(resolve, 500)) };",
      { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "Error: lost" },
    ],
    [
      "exports.handler = async () => { setTimeout(() => { throw new TypeError('later') }, 5); await new Promise((resolve) => setTimeout(resolve, 500)) };",
      { errorType: "TypeError", errorMessage: "later" },
    ],
    [
      "exports.other = 1;",
      { errorType: "Runtime.HandlerNotFound", errorMessage: "app.handler is undefined or not exported" },
    ],
    [
      "exports.handler = 5;",
      { errorType: "Runtime.HandlerNotFound", errorMessage: "app.handler is not a function" },
    ],
    [
      "require('not-there');",
      {
        errorType: "Runtime.ImportModuleError",
        errorMessage: expect.stringMatching(
          /^Error: Cannot find module 'not-there'\nRequire stack:\n- \/var\/task\/app\.js/,
        ),
      },
    ],
    [
      "exports.handler = {",
      { errorType: "Runtime.UserCodeSyntaxError", errorMessage: expect.stringMatching(/^SyntaxError: /) },
    ],
    ["throw new EvalError('at import');", { errorType: "EvalError", errorMessage: "at import" }],
    [
      "exports.handler = async () => process.exit(3);",
      { errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("exit status 3") },
    ],
  ];
  for (const [source, expected] of cases) {
    const version = make(source);
    const outcome = await fixture.invoke(version);
    expect(outcome.functionError).toBe("Unhandled");
    expect(parsePayload(outcome)).toMatchObject(expected);
    // The next invocation is not hurt by the end of this one's process.
    expect(parsePayload(await fixture.invoke(version))).toMatchObject(expected);
    await fixture.executor.retire(version.key);
  }
  const gone = await fixture.invoke(make("", { handler: "nowhere.handler" }));
  expect(parsePayload(gone)).toMatchObject({
    errorType: "Runtime.ImportModuleError",
    errorMessage: expect.stringMatching(/^Error: Cannot find module 'nowhere'/),
  });
  const dots = await fixture.invoke(make("", { handler: "../app.handler" }));
  expect(parsePayload(dots)).toMatchObject({ errorType: "Runtime.MalformedHandlerName" });
});

test("the console writes Lambda's lines, one event a message", async () => {
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
  const id = "5f1c4a8e-0000-4000-8000-000000000001";
  await fixture.invoke(
    make(
      "console.log('at import'); exports.handler = async () => { console.log('one\\ntwo %s', 3, { a: 1 }); console.error('bad'); console.debug('d'); process.stdout.write('plain\\n'); };",
    ),
  );
  const log = messages();
  expect(log[0]).toMatch(new RegExp(`^${time}\tundefined\tINFO\tat import\n$`));
  expect(log[1]).toMatch(new RegExp(`^${time}\t${id}\tINFO\tone\ntwo 3 { a: 1 }\n$`));
  expect(log[2]).toMatch(new RegExp(`^${time}\t${id}\tERROR\tbad\n$`));
  expect(log[3]).toMatch(new RegExp(`\tDEBUG\td\n$`));
  expect(log[4]).toBe("plain\n");
  fixture.events.splice(0);
  await fixture.invoke(make("exports.handler = async () => { throw new Error('boom') };"));
  expect(messages()[0]).toMatch(
    new RegExp(
      String.raw`^${time}\t${id}\tERROR\tInvoke Error \t\{"errorType":"Error","errorMessage":"boom","stack":\["Error: boom","    at .*/var/task/app\.js:1:\d+\)?".*\]\}\n$`,
    ),
  );
});

test("the console writes JSON at its level", async () => {
  const version = make(
    "exports.handler = async () => { console.debug('unseen'); console.info({ a: 1 }); console.warn('with %s', 'text', new TypeError('inner')); console.error(new RangeError('far')); };",
    {
      logging: { format: "JSON", applicationLevel: "INFO", systemLevel: "WARN", group: "g" },
    },
  );
  await fixture.invoke(version);
  expect(messages().map((message) => JSON.parse(message) as unknown)).toMatchObject([
    { level: "INFO", requestId: "5f1c4a8e-0000-4000-8000-000000000001", message: { a: 1 } },
    {
      level: "WARN",
      message: expect.stringMatching(/^with text TypeError: inner/),
      errorType: "TypeError",
      errorMessage: "inner",
      stackTrace: expect.any(Array),
    },
    {
      level: "ERROR",
      message: { errorType: "RangeError", errorMessage: "far", stackTrace: expect.any(Array) },
    },
  ]);
});

test.skipIf(major >= 24)("callbacks, with and without waiting for what is left to do", async () => {
  const later = "setTimeout(() => { console.log('late') }, 60);";
  const waiting = await fixture.invoke(
    make(`exports.handler = (event, context, callback) => { ${later} callback(null, 'done') };`),
  );
  expect(parsePayload(waiting)).toBe("done");
  expect(waiting.logTail.toString()).toContain("late");
  const hasty = await fixture.invoke(
    make(
      `exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; ${later} callback(null, 'done') };`,
    ),
  );
  expect(parsePayload(hasty)).toBe("done");
  expect(hasty.logTail.toString()).not.toContain("late");
  const silent = await fixture.invoke(make(`exports.handler = () => { ${later} return 'ignored' };`));
  expect(silent.payload.toString()).toBe("null");
  expect(
    parsePayload(await fixture.invoke(make("exports.handler = (event, context) => context.succeed(7);"))),
  ).toBe(7);
  expect(
    parsePayload(await fixture.invoke(make("exports.handler = (event, context) => context.fail();"))),
  ).toMatchObject({ errorType: "string", errorMessage: "handled" });
  const failing = await fixture.invoke(
    make(
      "exports.handler = (event, context, callback) => { callback(new SyntaxError('called back')); callback(null, 'second') };",
    ),
  );
  expect(parsePayload(failing)).toMatchObject({ errorType: "SyntaxError", errorMessage: "called back" });
});

test.skipIf(major < 24)("handlers that take a callback are refused from Node 24 on", async () => {
  const outcome = await fixture.invoke(
    make("exports.handler = (event, context, callback) => callback(null, 1);"),
  );
  expect(parsePayload(outcome)).toMatchObject({ errorType: "Runtime.CallbackHandlerDeprecated" });
  expect(parsePayload(await fixture.invoke(make("exports.handler = () => 5;")))).toBe(5);
});

test("streams reach the caller piece by piece, and as a whole who does not want pieces", async () => {
  const version = make(`const pause = () => new Promise((resolve) => setTimeout(resolve, 40));
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: "b" } });
  stream.write("one"); await pause(); stream.write({ two: 2 }); await pause(); stream.end("three");
  await new Promise((resolve) => stream.on("finish", resolve));
});`);
  const chunks: [number, string][] = [];
  const started = performance.now();
  const outcome = await fixture.invoke(
    version,
    {},
    {
      streaming: true,
      onChunk: (chunk, contentType) => {
        expect(contentType).toBe("application/vnd.awslambda.http-integration-response");
        chunks.push([performance.now() - started, chunk.toString()]);
      },
    },
  );
  const whole = '{"statusCode":201,"headers":{"a":"b"}}\0\0\0\0\0\0\0\0one{"two":2}three';
  expect(chunks.map(([, text]) => text).join("")).toBe(whole);
  expect(chunks.at(-1)![0] - chunks[0]![0]).toBeGreaterThan(60);
  expect(outcome.contentType).toBe("application/vnd.awslambda.http-integration-response");
  expect((await fixture.invoke(version)).payload.toString()).toBe(whole);
});

test("a stream may be longer than a response, for who takes it as one", async () => {
  const version = make(
    "exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.end(Buffer.alloc(9000000, 'x')) });",
    { memorySize: 512 },
  );
  let size = 0;
  const streamed = await fixture.invoke(
    version,
    {},
    { streaming: true, onChunk: (chunk) => void (size += chunk.length) },
  );
  expect(size).toBe(9_000_000);
  expect(streamed.functionError).toBeNull();
  expect((await fixture.invoke(version)).errorType).toBe("Function.ResponseSizeTooLarge");
});

test("a stream that breaks tells its fault", async () => {
  const version = make(
    "exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('begun'); throw new TypeError('broken') });",
  );
  const outcome = await fixture.invoke(version, {}, { streaming: true, onChunk: () => {} });
  expect(outcome.payload.toString()).toBe("begun");
  expect(outcome.streamError).toMatchObject({ type: "TypeError" });
  expect(JSON.parse(outcome.streamError!.body)).toMatchObject({ errorMessage: "broken" });
  const buffered = await fixture.invoke(version);
  expect(buffered.functionError).toBe("Unhandled");
  expect(parsePayload(buffered)).toMatchObject({ errorType: "TypeError" });
  const unfinished = make(
    "exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('begun') });",
    { timeout: 1 },
  );
  const late = await fixture.invoke(unfinished, {}, { streaming: true, onChunk: () => {} });
  expect(late.errorType).toBe("Sandbox.Timedout");
  const plain = make("exports.handler = async () => 'not a stream';");
  const text = await fixture.invoke(plain, {}, { streaming: true, onChunk: () => {} });
  expect(parsePayload(text)).toBe("not a stream");
});
