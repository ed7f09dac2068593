/** The AWS CLI, in its first version by PyPI and in its second where `aws` on PATH is one. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Result, runProgram, temporaryFolder } from "../support/brig.ts";
import { runtime } from "../support/python.ts";
import { installPackages } from "../support/python-environment.ts";
import { type LocalService, pythonAnswering, role, startLocalService } from "./local-service.ts";

let service: LocalService;
let folder: string;

beforeAll(async () => {
  service = await startLocalService();
  folder = temporaryFolder();
  for (const answer of ["one", "two"]) writeFileSync(join(folder, `${answer}.zip`), pythonAnswering(answer));
});
afterAll(() => service.dispose());

/** A client whose every command ends with 0, unless `attempt` is asked. */
interface Aws {
  readonly attempt: (...args: readonly string[]) => Promise<Result>;
  readonly text: (...args: readonly string[]) => Promise<string>;
  readonly json: (...args: readonly string[]) => Promise<Record<string, unknown>>;
  /** Invokes with this event: what the CLI prints, and what the function answered. */
  readonly invoke: (name: string, event: object, ...args: readonly string[]) => Promise<Invoked>;
}

interface Invoked {
  readonly printed: Record<string, unknown>;
  readonly payload: Record<string, unknown>;
}

/** @param invokeFlags how this version takes a payload as it is */
function clientOf(file: string, invokeFlags: readonly string[]): Aws {
  // Debian's second version does not read AWS_ENDPOINT_URL.
  const attempt: Aws["attempt"] = (...args) =>
    runProgram(file, ["--endpoint-url", service.endpoint, "--output", "json", ...args], folder, service.env);
  const text: Aws["text"] = async (...args) => {
    const { status, stdout, stderr } = await attempt(...args);
    expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: "" });
    return stdout;
  };
  const json: Aws["json"] = async (...args) => JSON.parse(await text(...args)) as Record<string, unknown>;
  return {
    attempt,
    text,
    json,
    invoke: async (name, event, ...args) => {
      const payload = ["--payload", JSON.stringify(event), ...invokeFlags];
      const printed = await json(
        "lambda",
        "invoke",
        "--function-name",
        name,
        ...payload,
        ...args,
        "out.json",
      );
      return {
        printed,
        payload: JSON.parse(readFileSync(join(folder, "out.json"), "utf8")) as Record<string, unknown>,
      };
    },
  };
}

const arn = "arn:aws:lambda:eu-west-1:000000000000:function";

/** From creation to deletion, each step with what people do between them. */
async function liveALife(aws: Aws, name: string): Promise<void> {
  const lambda = (operation: string, ...args: readonly string[]): Promise<Record<string, unknown>> =>
    aws.json("lambda", operation, "--function-name", name, ...args);
  const code = (answer: string): readonly string[] => ["--zip-file", `fileb://${answer}.zip`];
  const shape = ["--runtime", runtime, "--handler", "app.handler", "--role", role];
  expect(await lambda("create-function", ...shape, ...code("one"))).toMatchObject({
    FunctionArn: `${arn}:${name}`,
    State: "Active",
  });
  await aws.text("lambda", "wait", "function-active-v2", "--function-name", name);
  await aws.text("lambda", "wait", "function-active", "--function-name", name);
  const event = { key: "wörd" };
  const first = await aws.invoke(name, event, "--log-type", "Tail");
  expect(first.payload).toEqual({ event, answer: "one", arn: `${arn}:${name}` });
  expect(first.printed).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
  expect(Buffer.from(first.printed["LogResult"] as string, "base64").toString()).toMatch(
    /^START RequestId: [^]*\nanswers one\nEND RequestId: [^]*\tMemory Size: 128 MB/,
  );
  const failed = await aws.invoke(name, { fail: true });
  expect(failed.printed).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
  expect(failed.payload).toMatchObject({ errorType: "ValueError", errorMessage: "asked to" });

  expect(await lambda("publish-version")).toMatchObject({ Version: "1" });
  await lambda("create-alias", "--name", "live", "--function-version", "1");
  await lambda("update-function-code", ...code("two"));
  await aws.text("lambda", "wait", "function-updated-v2", "--function-name", name);
  expect(await lambda("publish-version")).toMatchObject({ Version: "2" });
  expect((await aws.invoke(`${name}:live`, {})).payload).toMatchObject({ answer: "one" });
  await lambda("update-alias", "--name", "live", "--function-version", "2");
  const moved = await aws.invoke(name, {}, "--qualifier", "live");
  expect(moved.printed).toMatchObject({ ExecutedVersion: "2" });
  expect(moved.payload).toMatchObject({ answer: "two", arn: `${arn}:${name}:live` });

  const { FunctionUrl } = await lambda(
    "create-function-url-config",
    "--qualifier",
    "live",
    "--auth-type",
    "NONE",
  );
  const { stdout, stderr } = await runProgram(
    "curl",
    ["-sS", "-d", "{}", `${String(FunctionUrl)}path?q=1`],
    folder,
  );
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({
    answer: "two",
    event: { version: "2.0", rawPath: "/path", queryStringParameters: { q: "1" }, body: "e30=" },
  });

  const group = ["--log-group-name", `/aws/lambda/${name}`];
  const lines = await aws.json("logs", "filter-log-events", ...group, "--filter-pattern", '"answers two"');
  expect(lines["events"]).toMatchObject([{ message: "answers two\n" }, { message: "answers two\n" }]);
  const taken = await aws.attempt(
    "lambda",
    "create-alias",
    "--function-name",
    name,
    "--name",
    "live",
    "--function-version",
    "1",
  );
  expect(taken.status).not.toBe(0);
  expect(taken.stderr.trim()).toMatch(
    new RegExp(
      `An error occurred \\(ResourceConflictException\\).*: Alias already exists: ${arn}:${name}:live$`,
    ),
  );
  await aws.text("lambda", "delete-function", "--function-name", name);
}

describe("version 1", () => {
  let aws: Aws | undefined;
  beforeAll(async () => {
    const bin = await installPackages("awscli", ["awscli==1.46.3"]);
    if (bin !== undefined) aws = clientOf(join(bin, "aws"), []);
  });

  test("creates, waits, invokes, publishes, moves an alias, opens a URL, and reads logs", async ({
    skip,
  }) => {
    if (aws === undefined) return skip("the AWS CLI cannot be installed here");
    await liveALife(aws, "first-version");
  }, 300_000);

  test("brings code by S3 and lists in pages", async ({ skip }) => {
    if (aws === undefined) return skip("the AWS CLI cannot be installed here");
    await aws.text("s3", "mb", "s3://code");
    await aws.text("s3", "cp", "--quiet", "one.zip", "s3://code/of/it.zip");
    const shape = ["--runtime", runtime, "--handler", "app.handler", "--role", role];
    for (const name of ["by-s3", "by-s3-too"])
      await aws.text(
        "lambda",
        "create-function",
        "--function-name",
        name,
        "--code",
        "S3Bucket=code,S3Key=of/it.zip",
        ...shape,
      );
    expect((await aws.invoke("by-s3", {})).payload).toMatchObject({ answer: "one" });
    const names = ["--query", "Functions[].FunctionName", "--page-size", "1"];
    expect(JSON.parse(await aws.text("lambda", "list-functions", ...names))).toEqual(["by-s3", "by-s3-too"]);
    expect(await aws.json("sts", "get-caller-identity")).toMatchObject({ Account: "000000000000" });
  });
});

describe("version 2", () => {
  let aws: Aws | undefined;
  beforeAll(async () => {
    const said = await runProgram("aws", ["--version"], folder).catch(() => undefined);
    if (said?.stdout.startsWith("aws-cli/2"))
      aws = clientOf("aws", ["--cli-binary-format", "raw-in-base64-out"]);
  });

  test("creates, waits, invokes, publishes, moves an alias, opens a URL, and reads logs", async ({
    skip,
  }) => {
    if (aws === undefined) return skip("aws on PATH is not the AWS CLI 2");
    await liveALife(aws, "second-version");
  }, 300_000);

  test("tails logs", async ({ skip }) => {
    if (aws === undefined) return skip("aws on PATH is not the AWS CLI 2, which alone has logs tail");
    const shape = ["--runtime", runtime, "--handler", "app.handler", "--role", role];
    await aws.text(
      "lambda",
      "create-function",
      "--function-name",
      "tailed",
      "--zip-file",
      "fileb://one.zip",
      ...shape,
    );
    await aws.invoke("tailed", {});
    const tail = await aws.text("logs", "tail", "/aws/lambda/tailed", "--format", "short", "--since", "5m");
    expect(tail).toMatch(/START RequestId[^]*answers one\n[^]*END RequestId[^]*REPORT RequestId/);
  });
});
