import { expect, onTestFinished, test } from "vitest";
import { makeZip, startTestService, testRole } from "../../local/test-service.ts";
import { AwsError, isNotFound } from "./aws-error.ts";
import { createLimiter } from "./call-limiter.ts";
import { type AwsSession, openSession } from "./session.ts";
import { awsContext, scriptAws, type ScriptedAnswer, type SeenRequest } from "./test-aws.ts";

const here = { name: "staged", settings: { region: undefined, account: undefined } };

async function open(
  ...answers: readonly ScriptedAnswer[]
): Promise<{ readonly session: AwsSession; readonly seen: readonly SeenRequest[] }> {
  const aws = await scriptAws(...answers);
  onTestFinished(aws.dispose);
  const session = await openSession(here, createLimiter(), awsContext(aws.endpoint));
  onTestFinished(session.dispose);
  return { session, seen: aws.seen };
}

function refusal(status: number, type: string, message = type): ScriptedAnswer {
  return { status, body: { message, Type: "User" }, headers: { "x-amzn-errortype": type } };
}

const throttled: ScriptedAnswer = {
  status: 429,
  body: { message: "Rate exceeded" },
  headers: { "x-amzn-errortype": "TooManyRequestsException", "retry-after": "0" },
};
const done: ScriptedAnswer = { status: 200, body: { FunctionName: "hello" } };

test("finds region and account, and refuses another account with both named", async () => {
  const aws = await scriptAws(done);
  onTestFinished(aws.dispose);
  const context = awsContext(aws.endpoint);
  const session = await openSession(here, createLimiter(), context);
  expect([session.region, session.account]).toEqual(["us-east-1", "000000000000"]);
  session.dispose();
  const other = { name: "prod", settings: { region: "eu-west-1", account: "123456789012" } };
  await expect(openSession(other, createLimiter(), context)).rejects.toThrow(
    "the target prod is account 123456789012, and these credentials are of account 000000000000",
  );
  expect(aws.seen).toEqual([]);
});

test("members that the SDK does not know go out and come back, at every depth", async () => {
  const body = { FunctionName: "hello", Tomorrow: { A: [1] }, VpcConfig: { SubnetIds: ["s"], New: true } };
  const { session, seen } = await open({ status: 200, body });
  const input = {
    FunctionName: "hello",
    Timeout: 3,
    Tomorrow: { A: [1] },
    VpcConfig: { SubnetIds: ["s"], New: true },
  };
  const answer = await session.lambda.call("UpdateFunctionConfiguration", input);
  expect(answer).toEqual(body);
  expect(seen[0]).toMatchObject({ method: "PUT", path: "/2015-03-31/functions/hello/configuration" });
  expect(JSON.parse(seen[0]!.body)).toEqual({
    Timeout: 3,
    Tomorrow: { A: [1] },
    VpcConfig: { SubnetIds: ["s"], New: true },
  });
});

test("waits where AWS throttles, and goes on", async () => {
  const { session, seen } = await open(throttled, throttled, done);
  await session.lambda.call("UpdateAlias", { FunctionName: "hello", Name: "live", RevisionId: "r" });
  expect(seen).toHaveLength(3);
});

test("repeats after a dropped connection only what may be repeated", async () => {
  const reading = await open("drop", "drop", done);
  await reading.session.lambda.call("GetFunction", { FunctionName: "hello" });
  expect(reading.seen).toHaveLength(3);

  const writing = await open("drop", done);
  const write = writing.session.lambda.call("UpdateAlias", {
    FunctionName: "hello",
    Name: "live",
    RevisionId: "r",
  });
  await expect(write).rejects.toMatchObject({ name: "ConnectionLost", statusCode: 0, code: "aws-failed" });
  expect(writing.seen).toHaveLength(1);

  const invoking = await open(throttled, done);
  await expect(invoking.session.lambda.call("Invoke", { FunctionName: "hello" })).rejects.toMatchObject({
    code: "throttled",
  });
  expect(invoking.seen).toHaveLength(1);
});

test("names the action that is not allowed, and tells expired from missing credentials", async () => {
  const call = async (answer: ScriptedAnswer): Promise<unknown> =>
    (await open(answer)).session.lambda
      .call("UpdateFunctionCode", { FunctionName: "hello" })
      .catch((error: unknown) => error);
  expect(
    await call(
      refusal(403, "AccessDeniedException", "User: x is not authorized to perform: iam:PassRole on y"),
    ),
  ).toMatchObject({
    code: "access-denied",
    message: expect.stringContaining("AWS does not allow iam:PassRole") as string,
  });
  expect(await call(refusal(403, "AccessDeniedException", "no"))).toMatchObject({
    message: "AWS does not allow lambda:UpdateFunctionCode: no",
  });
  expect(await call(refusal(403, "ExpiredTokenException"))).toMatchObject({ code: "credentials-expired" });
  expect(await call(refusal(403, "UnrecognizedClientException"))).toMatchObject({
    code: "credentials-missing",
  });
  const early = "Signature expired: 20261128T080000Z is now earlier than 20261128T081500Z";
  expect(await call(refusal(403, "InvalidSignatureException", early))).toMatchObject({
    code: "credentials-missing",
    hint: expect.stringContaining("clock") as string,
  });
  expect(await call(refusal(412, "PreconditionFailedException"))).toMatchObject({
    name: "PreconditionFailedException",
    statusCode: 412,
    code: "conflict",
  });
});

test("an error of AWS never shows the value of a variable", async () => {
  const { session } = await open(
    refusal(
      400,
      "InvalidParameterValueException",
      'Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {"TOKEN":"s3cr3t-value"}',
    ),
  );
  const input = { FunctionName: "hello", Environment: { Variables: { TOKEN: "s3cr3t-value" } } };
  const fault = await session.lambda
    .call("UpdateFunctionConfiguration", input)
    .catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(AwsError);
  expect(String(fault)).toContain("4KB limit");
  expect(String(fault)).not.toContain("s3cr3t");
});

test("speaks with local Lambda", async () => {
  const service = await startTestService();
  onTestFinished(() => service.dispose());
  const { lambda, dispose } = await openSession(here, createLimiter(), awsContext(service.endpoint));
  onTestFinished(dispose);
  const missing = await lambda
    .call("GetFunction", { FunctionName: "hello" })
    .catch((error: unknown) => error);
  expect(isNotFound(missing)).toBe(true);
  const code = { ZipFile: makeZip({ "index.py": "" }) };
  const made = await lambda.call("CreateFunction", {
    FunctionName: "hello",
    Role: testRole,
    Code: code,
    Runtime: "python3.13",
    Handler: "index.handler",
  });
  expect(made["FunctionName"]).toBe("hello");
  const { Payload } = await lambda.call<{ Payload: Uint8Array }>("Invoke", {
    FunctionName: "hello",
    Payload: Buffer.from("{}"),
  });
  expect(JSON.parse(Buffer.from(Payload).toString())).toMatchObject({ version: "$LATEST" });
});
