import { request, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import { afterEach, expect, test } from "vitest";
import { TooManyRequests } from "../contract.ts";
import type { FunctionUrl } from "../directory.ts";
import {
  makeDirectory,
  makeExecutor,
  makeVersion,
  startTestFront,
  type FakeHandler,
  type TestFront,
} from "../invoke/test-front.ts";
import { createUrlHandler } from "./url-handler.ts";

const opened: TestFront[] = [];
afterEach(async () => {
  for (const front of opened.splice(0)) await front.close();
});

const host = "abc.lambda-url.us-east-1.localhost";

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly pieces: readonly string[];
}

type Ask = (path?: string, options?: RequestOptions, body?: string | Buffer) => Promise<Reply>;

async function open(handler: FakeHandler, changes: Partial<FunctionUrl> = {}): Promise<Ask> {
  const url: FunctionUrl = {
    urlId: "abc",
    functionArn: "arn:aws:lambda:us-east-1:000000000000:function:f",
    functionName: "f",
    qualifier: undefined,
    region: "us-east-1",
    authType: "NONE",
    invokeMode: "BUFFERED",
    cors: undefined,
    ...changes,
  };
  const functionUrl = createUrlHandler({
    directory: makeDirectory({ versions: { f: makeVersion("f") }, urls: [url] }),
    executor: makeExecutor({ f: handler }),
    account: "000000000000",
    now: () => new Date("2026-03-09T09:03:58.123Z"),
  });
  const front = await startTestFront({ functionUrl });
  opened.push(front);
  return (path = "/", options = {}, body = "") =>
    new Promise((resolve, reject) => {
      const headers = { host: `${host}:${front.port}`, ...(options.headers as Record<string, string>) };
      const sent = request({ port: front.port, host: "127.0.0.1", path, ...options, headers }, (response) => {
        const pieces: string[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece.toString()));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: pieces.join(""),
            pieces,
          }),
        );
      });
      sent.on("error", reject);
      sent.end(body);
    });
}

const echo: FakeHandler = (input) => ({ payload: input.payload });
const answering =
  (value: unknown): FakeHandler =>
  () => ({ payload: Buffer.from(JSON.stringify(value)) });

test("the event is payload format 2.0", async () => {
  const ask = await open(echo);
  const reply = await ask(
    "/a%20b/%C3%A4?x=1&x=2&y=%26+z&empty",
    {
      method: "POST",
      headers: {
        "Content-Type": "application/json; charset=utf-8",
        Cookie: "one=1; two=2",
        "User-Agent": "test/1",
        "X-Multi": ["a", "b"] as unknown as string,
      },
    },
    '{"ä": 1}',
  );
  expect(reply.status).toBe(200);
  const event = JSON.parse(reply.body);
  const port = event.headers.host.split(":")[1];
  expect(event).toEqual({
    version: "2.0",
    routeKey: "$default",
    rawPath: "/a%20b/%C3%A4",
    rawQueryString: "x=1&x=2&y=%26+z&empty",
    cookies: ["one=1", "two=2"],
    headers: {
      host: `${host}:${port}`,
      "content-type": "application/json; charset=utf-8",
      "content-length": "9",
      "user-agent": "test/1",
      "x-multi": "a,b",
      "x-amzn-tls-cipher-suite": expect.any(String),
      "x-amzn-tls-version": expect.any(String),
      "x-amzn-trace-id": expect.stringMatching(/^Root=1-/),
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-port": port,
      "x-forwarded-proto": "http",
    },
    queryStringParameters: { x: "1,2", y: "& z", empty: "" },
    requestContext: {
      accountId: "anonymous",
      apiId: "abc",
      domainName: host,
      domainPrefix: "abc",
      http: {
        method: "POST",
        path: "/a%20b/%C3%A4",
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "test/1",
      },
      requestId: reply.headers["x-amzn-requestid"],
      routeKey: "$default",
      stage: "$default",
      time: "09/Mar/2026:09:03:58 +0000",
      timeEpoch: 1773047038123,
    },
    body: '{"ä": 1}',
    isBase64Encoded: false,
  });
});

test("what is empty is left out of the event", async () => {
  const event = JSON.parse((await (await open(echo))("/")).body);
  expect(event).not.toHaveProperty("queryStringParameters");
  expect(event).not.toHaveProperty("cookies");
  expect(event).not.toHaveProperty("body");
  expect(event).toMatchObject({ rawQueryString: "", isBase64Encoded: false });
});

test.each([
  ["text/plain", "hello", false],
  ["application/xml", "<a/>", false],
  ["application/vnd.api+json", "{}", false],
  ["application/javascript", "1", false],
  ["application/x-www-form-urlencoded", "a=1", true],
  ["multipart/form-data; boundary=x", "--x--", true],
  ["application/octet-stream", "\u0000", true],
])("a body of %s: base64 is %s", async (type, body, isBase64Encoded) => {
  const ask = await open(echo);
  const event = JSON.parse((await ask("/", { method: "PUT", headers: { "content-type": type } }, body)).body);
  expect(event.isBase64Encoded).toBe(isBase64Encoded);
  expect(Buffer.from(event.body, isBase64Encoded ? "base64" : "utf8").toString()).toBe(body);
});

test("text that is no UTF-8 comes in base64", async () => {
  const bytes = Buffer.from([0xff, 0x41]);
  const ask = await open(echo);
  const options = { method: "POST", headers: { "content-type": "text/plain" } };
  expect(JSON.parse((await ask("/", options, bytes)).body)).toMatchObject({
    body: bytes.toString("base64"),
    isBase64Encoded: true,
  });
});

test.each([
  ["hello", "hello"],
  [["hello", 3, true], '["hello",3,true]'],
  [{ hello: "world" }, '{"hello":"world"}'],
  [3, "3"],
  [null, "null"],
])("without a status code %j is the body", async (value, body) => {
  const handler: FakeHandler = () => ({ payload: Buffer.from(JSON.stringify(value, undefined, 1)) });
  const reply = await (await open(handler))();
  expect(reply).toMatchObject({ status: 200, body });
  expect(reply.headers["content-type"]).toBe("application/json");
});

test("an object with a status code describes the answer", async () => {
  const ask = await open(
    answering({
      statusCode: 201,
      headers: { "Content-Type": "text/html", "X-Number": 5, "Content-Length": "1", Connection: "close" },
      cookies: ["a=1; Secure", "b=2"],
      body: Buffer.from("<p>ä</p>").toString("base64"),
      isBase64Encoded: true,
    }),
  );
  const reply = await ask();
  expect(reply).toMatchObject({ status: 201, body: "<p>ä</p>" });
  expect(reply.headers).toMatchObject({
    "content-type": "text/html",
    "x-number": "5",
    "content-length": "9",
    "set-cookie": ["a=1; Secure", "b=2"],
  });
});

test("a 204 and a HEAD have no body", async () => {
  expect(await (await open(answering({ statusCode: 204, body: "x" })))()).toMatchObject({
    status: 204,
    body: "",
  });
  const head = await (await open(answering("hello")))("/", { method: "HEAD" });
  expect(head).toMatchObject({ status: 200, body: "" });
  expect(head.headers["content-length"]).toBe("5");
});

test.each([
  ["an error", () => ({ functionError: "Unhandled", payload: Buffer.from("{}") }) as const],
  ["no status", answering({ statusCode: "many" })],
  ["a status out of range", answering({ statusCode: 1000 })],
  ["a header with a newline", answering({ statusCode: 200, headers: { a: "b\r\nc: d" } })],
  ["a header name with a colon", answering({ statusCode: 200, headers: { "a:b": "c" } })],
  ["a cookie with a newline", answering({ statusCode: 200, cookies: ["a\nb"] })],
])("502 for %s", async (_, handler: FakeHandler) => {
  const reply = await (await open(handler))();
  expect(reply).toMatchObject({ status: 502, body: "Internal Server Error" });
});

test("an unknown URL and an unsigned request are forbidden", async () => {
  const ask = await open(echo, { authType: "AWS_IAM" });
  const unknown = await ask("/", { headers: { host: "other.lambda-url.us-east-1.localhost" } });
  expect(unknown).toMatchObject({ status: 403, body: '{"Message":null}' });
  expect(unknown.headers["x-amzn-errortype"]).toBe("AccessDeniedException");
  expect(await ask()).toMatchObject({ status: 403, body: expect.stringContaining('{"Message":"Forbidden') });
  const authorization =
    "AWS4-HMAC-SHA256 Credential=AKEY/20260309/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00ff";
  const signed = await ask("/", { headers: { authorization } });
  expect(JSON.parse(signed.body).requestContext).toMatchObject({
    accountId: "000000000000",
    authorizer: { iam: { accessKey: "AKEY" } },
  });
  expect(await ask("/?X-Amz-Signature=00&X-Amz-Credential=AKEY%2Fx")).toMatchObject({ status: 200 });
});

test("too much at once is a 429, too big a 413", async () => {
  const busy = await open(() => {
    throw new TooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded");
  });
  expect(await busy()).toMatchObject({ status: 429, body: expect.stringContaining("Rate Exceeded.") });
  const ask = await open(echo);
  const big = await ask(
    "/",
    { method: "POST", headers: { "content-type": "text/plain" } },
    "x".repeat(6_291_400),
  );
  expect(big.status).toBe(413);
});

const cors = {
  AllowOrigins: ["http://localhost:3000", "http://*.localhost"],
  AllowMethods: ["GET", "POST"],
  AllowHeaders: ["x-one"],
  ExposeHeaders: ["x-two"],
  AllowCredentials: true,
  MaxAge: 60,
};

test("CORS: preflights never reach the function, answers get the URL's headers", async () => {
  const own = { "Access-Control-Allow-Origin": "*", "x-own": "1" };
  const ask = await open(answering({ statusCode: 200, headers: own, body: "ran" }), { cors });
  const origin = "http://localhost:3000";
  const preflight = await ask("/", {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST" },
  });
  expect(preflight).toMatchObject({ status: 200, body: "" });
  expect(preflight.headers).toMatchObject({
    "access-control-allow-origin": origin,
    "access-control-allow-methods": "GET,POST",
    "access-control-allow-headers": "x-one",
    "access-control-allow-credentials": "true",
    "access-control-max-age": "60",
    vary: "Origin",
  });
  const reply = await ask("/", { headers: { origin: "http://app.localhost" } });
  expect(reply.body).toBe("ran");
  expect(reply.headers).toMatchObject({
    "access-control-allow-origin": "http://app.localhost",
    "access-control-expose-headers": "x-two",
    "x-own": "1",
  });
  const foreign = await ask("/", {
    method: "OPTIONS",
    headers: { origin: "http://other", "access-control-request-method": "POST" },
  });
  expect(foreign.headers).not.toHaveProperty("access-control-allow-origin");
});

test("without a CORS configuration OPTIONS is the function's", async () => {
  const ask = await open(echo);
  const headers = { origin: "http://localhost", "access-control-request-method": "POST" };
  const reply = await ask("/", { method: "OPTIONS", headers });
  expect(JSON.parse(reply.body).requestContext.http.method).toBe("OPTIONS");
});

const integration = "application/vnd.awslambda.http-integration-response";

test("streaming: the head is found wherever the pieces are cut, the body comes as it is written", async () => {
  const head = Buffer.concat([
    Buffer.from('{"statusCode": 202, "headers": {"Content-Type": "text/event-stream"}, "cookies": ["a=1"]}'),
    Buffer.alloc(8),
  ]);
  const ask = await open(
    async ({ onChunk }) => {
      for (let at = 0; at < head.length; at += 5) onChunk!(head.subarray(at, at + 5), integration);
      for (const piece of ["one", "two"]) {
        onChunk!(Buffer.from(piece), integration);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return {};
    },
    { invokeMode: "RESPONSE_STREAM" },
  );
  const reply = await ask();
  expect(reply.status).toBe(202);
  expect(reply.pieces).toEqual(["one", "two"]);
  expect(reply.headers).toMatchObject({ "content-type": "text/event-stream", "set-cookie": ["a=1"] });
});

test("streaming: raw pieces, a function that does not stream, and a failure before the first byte", async () => {
  const mode = { invokeMode: "RESPONSE_STREAM" } as const;
  const raw = await open(
    ({ onChunk }) => (onChunk!(Buffer.from("raw"), "application/octet-stream"), {}),
    mode,
  );
  expect(await raw()).toMatchObject({ status: 200, body: "raw" });
  const plain = await open(answering({ statusCode: 400 }), mode);
  expect(await plain()).toMatchObject({ status: 200, body: '{"statusCode":400}' });
  const failing = await open(() => ({ functionError: "Unhandled" }), mode);
  expect(await failing()).toMatchObject({ status: 502, body: "Internal Server Error" });
  const nonsense = await open(({ onChunk }) => (onChunk!(Buffer.from("{}}"), integration), {}), mode);
  expect(await nonsense()).toMatchObject({ status: 502 });
});

test("streaming: a failure in the middle cuts the connection", async () => {
  const ask = await open(
    async ({ onChunk }) => {
      onChunk!(Buffer.from("half"), "text/plain");
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { functionError: "Unhandled", streamError: { type: "Error", body: "{}" } };
    },
    { invokeMode: "RESPONSE_STREAM" },
  );
  await expect(ask()).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("a buffered URL reads the head of a streaming function too", async () => {
  const payload = Buffer.concat([Buffer.from('{"statusCode": 418}'), Buffer.alloc(8), Buffer.from("tea")]);
  const reply = await (await open(() => ({ payload, contentType: integration })))();
  expect(reply).toMatchObject({ status: 418, body: "tea" });
});
