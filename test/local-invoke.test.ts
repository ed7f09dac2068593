/** `brig event`, `brig invoke` and test cases: functions run here as on Lambda, and nothing is left behind. */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { brig, buildOne, buildRows, makeWorkspace, temporaryFolder, writeFiles } from "./support/brig.ts";
import { runtime } from "./support/python.ts";
import { linksOf } from "./support/builds.ts";
import { startBrig, waitUntil } from "./support/processes.ts";

const handler = `import logging, os, time
logging.getLogger().setLevel("INFO")
count = 0

def lambda_handler(event, context):
    global count
    count += 1
    logging.info("it has %d members", len(event))
    if event.get("fail"):
        raise ValueError("it is bad")
    time.sleep(event.get("sleep", 0))
    if event.get("mark"):
        open(event["mark"], "w").write(str(os.getpid()))
        time.sleep(20)
    custom = context.client_context.custom if context.client_context else None
    return {"event": event, "count": count, "custom": custom, "file": __file__, "secret": os.environ.get("HOST_SECRET")}
`;

let folder: string;
beforeAll(() => {
  folder = makeWorkspace({
    "brig.yaml": `function: {Runtime: ${runtime}, Timeout: 2}\n`,
    "functions/hello/src/lambda_function.py": handler,
    "functions/hello/events/one.json": '{"a": 1}',
    "functions/slow/brig.yaml": "function: {Timeout: 30}\n",
    "functions/slow/src/lambda_function.py": handler,
    "functions/lost/brig.yaml": "function: {Handler: app.main}\n",
    "functions/lost/src/lambda_function.py": handler,
    "apis/orders/functions/ship/src/lambda_function.py":
      "def lambda_handler(event, context):\n    return 'shipped'\n",
  });
});

describe("brig event", () => {
  test("lists at least 20 sample events, and prints each as JSON", async () => {
    const { stdout } = await brig("/", ["event", "--json"]);
    const { events } = JSON.parse(stdout) as { events: { name: string }[] };
    expect(events.length).toBeGreaterThanOrEqual(20);
    const names = (await brig("/", ["event", "-q"])).stdout.trim().split("\n");
    expect(names).toEqual(events.map(({ name }) => name));
    expect((await brig("/", ["event"])).stdout).toMatch(/^EVENT +SERVICE/);
  });

  test("--set puts values into it", async () => {
    const { stdout, status } = await brig("/", ["event", "sqs", "--set", "Records[0].body=hello"]);
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { Records: { body: string }[] }).Records[0]!.body).toBe("hello");
  });

  test.each([[["event", "nix"]], [["event", "sqs", "--set", "x"]], [["event", "--set", "a=b"]]])(
    "%j is a usage error",
    async (args) => {
      const { status, stdout } = await brig("/", [...args, "--json"]);
      expect(status).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: "usage-invalid" } });
    },
  );
});

describe("brig invoke", () => {
  test("the payload is on stdout byte for byte, logs and figures are on stderr; current does not move", async () => {
    const { status, stdout, stderr } = await brig(folder, ["invoke", "hello", "--event", "one"], {
      HOST_SECRET: "of the host",
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toBe(
      '{"event": {"a": 1}, "count": 1, "custom": null, "file": "/var/task/lambda_function.py", "secret": null}',
    );
    expect(stderr).toMatch(/^ {2}\[INFO\] it has 1 members$/m);
    expect(stderr).toMatch(/^ {2}hello {2}local {2}\d+ ms \(init \d+ ms\) {2}\d+ MB of 128 MB$/m);
    expect(Object.keys(linksOf(join(folder, "functions/hello/builds")))).toEqual(["staged"]);
  });

  test("without a payload it gets {}, and --quiet says nothing", async () => {
    const { stdout, stderr } = await brig(join(folder, "functions/hello/src"), ["invoke", "-q"]);
    expect(JSON.parse(stdout)).toMatchObject({ event: {} });
    expect(stderr).toBe("");
    expect((await brig(folder, ["invoke", "orders/ship", "-q"])).stdout).toBe('"shipped"');
  });

  test("payloads from the command line and from a file; a client context; --repeat in one environment", async () => {
    writeFileSync(join(folder, "functions/hello/given.json"), '{"b": [2]}');
    const given = await brig(join(folder, "functions/hello"), ["invoke", "--payload", "@given.json"]);
    expect(JSON.parse(given.stdout)).toMatchObject({ event: { b: [2] } });
    rmSync(join(folder, "functions/hello/given.json"));
    const context = '{"custom": {"key": "value"}}';
    const args = ["--payload", '{"x": 1}', "--client-context", context, "--repeat", "3"];
    const { stdout } = await brig(folder, ["invoke", "hello", ...args]);
    const lines = stdout.split("\n").map((line) => JSON.parse(line) as unknown);
    expect(lines).toMatchObject([1, 2, 3].map((count) => ({ count, custom: { key: "value" } })));
  });

  test("--json is one document", async () => {
    const { stdout } = await brig(folder, ["invoke", "hello", "--json"]);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(document)).toEqual([
      "statusCode",
      "functionError",
      "executedVersion",
      "payload",
      "logs",
      "duration",
      "initDuration",
    ]);
    expect(document).toMatchObject({
      statusCode: 200,
      functionError: null,
      executedVersion: "$LATEST",
      payload: { event: {} },
      logs: expect.stringMatching(/^START RequestId[\s\S]*\nREPORT RequestId/),
      duration: expect.any(Number),
      initDuration: expect.any(Number),
    });
  });

  test("--json holds the payload's numbers as the function wrote them", async () => {
    const numbers = '{"id": 9223372036854775809, "rate": 1.0}';
    const { stdout } = await brig(folder, [
      "invoke",
      "hello",
      "--json",
      "--payload",
      numbers,
      "--repeat",
      "2",
    ]);
    expect(stdout.split(`"event": ${numbers}`)).toHaveLength(3);
    expect(JSON.parse(stdout)).toMatchObject({
      invocations: [{ payload: { count: 1 } }, { payload: { count: 2 } }],
    });
  });

  test("a function that fails: exit 1, AWS's payload, the code in JSON", async () => {
    const plain = await brig(folder, ["invoke", "hello", "--payload", '{"fail": 1}']);
    expect(plain.status).toBe(1);
    expect(JSON.parse(plain.stdout)).toMatchObject({ errorType: "ValueError", errorMessage: "it is bad" });
    expect(plain.stderr).toMatch(/^error: function-failed: hello failed: ValueError: it is bad$/m);
    const json = await brig(folder, ["invoke", "hello", "--payload", '{"fail": 1}', "--json"]);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      functionError: "Unhandled",
      error: { code: "function-failed" },
    });
  });

  test("a timeout, a handler that is not there, settings that AWS refuses, a version that is not there", async () => {
    const late = await brig(folder, ["invoke", "hello", "--payload", '{"sleep": 9}']);
    expect(late.status).toBe(1);
    expect(late.stderr).toMatch(/error: function-timed-out: hello: Task timed out after 2\.00 seconds/);
    const lost = await brig(folder, ["invoke", "lost", "--json"]);
    expect(lost.status).toBe(1);
    expect(JSON.parse(lost.stdout)).toMatchObject({
      error: { code: "handler-missing", hint: expect.any(String) },
    });
    const version = await brig(folder, ["invoke", "hello", "--qualifier", "7", "--json"]);
    expect(JSON.parse(version.stdout)).toMatchObject({ error: { code: "function-not-found" } });
    writeFiles(folder, {
      "functions/hello/brig.yaml": "function: {Environment: {Variables: {AWS_REGION: x}}}\n",
    });
    const refused = await brig(folder, ["invoke", "hello", "--json"]);
    rmSync(join(folder, "functions/hello/brig.yaml"));
    expect(refused.status).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "config-invalid" } });
  });

  test.each([
    [["hello", "--payload", "{"], "no JSON"],
    [["hello", "--payload", "@nowhere.json"], "nowhere.json"],
    [["hello", "--payload", "{}", "--event", "one"], "--payload and --event"],
    [["hello", "--event", "on"], "events/on.json"],
    [["hello", "--client-context", "[]"], "--client-context"],
    [["hello", "--repeat", "0"], "--repeat"],
    [["hello", "--async", "--stream"], "--async and --stream"],
  ])("%j is a usage error that names it", async (args, named) => {
    const { status, stdout } = await brig(folder, ["invoke", ...args, "--json"]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "usage-invalid", message: expect.stringContaining(named) },
    });
  });

  test("an asynchronous event is tried three times, and nothing is printed", async () => {
    const args = ["invoke", "hello", "--async", "--payload", '{"fail": 1}', "--json"];
    const { status, stdout } = await brig(folder, args);
    expect(status).toBe(0);
    const { statusCode, payload, logs } = JSON.parse(stdout) as Record<string, unknown>;
    expect([statusCode, payload]).toEqual([202, null]);
    expect(String(logs).match(/^REPORT /gm)).toHaveLength(3);
  });

  test("Ctrl-C ends it, its worker, and leaves no folder", async () => {
    const mark = join(temporaryFolder(), "pid");
    const payload = JSON.stringify({ mark });
    const temporary = temporaryFolder();
    const running = startBrig(folder, ["invoke", "slow", "--payload", payload], { TMPDIR: temporary });
    await waitUntil(() => readdirSync(join(mark, "..")).includes("pid"));
    running.child.kill("SIGINT");
    const { status, stdout } = await running.ended;
    expect([status, stdout]).toEqual([130, ""]);
    expect(readdirSync(temporary).filter((name) => name.startsWith("brig-lambda"))).toEqual([]);
  });

  test("nothing keeps running, and no folder stays", async () => {
    const temporary = temporaryFolder();
    await brig(folder, ["invoke", "hello", "-q"], { TMPDIR: temporary });
    expect(readdirSync(temporary)).toEqual([]);
    expect(tmpdir()).not.toBe(temporary);
  });
});

describe("test cases", () => {
  test("count as tests; one that fails keeps current, and the difference is shown", async () => {
    const workspace = makeWorkspace({
      "brig.yaml": `function: {Runtime: ${runtime}}\n`,
      "functions/hello/src/lambda_function.py": handler,
      "functions/hello/events/one.json": '{"a": 1}',
      "functions/hello/events/one.expect.json": '{"event": {"a": 1}}',
      "functions/hello/events/bad.json": '{"fail": 1}',
      "functions/hello/events/bad.expect.json": '{"$error": "ValueError"}',
      "functions/hello/events/only-an-event.json": '{"fail": 1}',
    });
    const first = await buildOne(workspace, ["build", "hello"]);
    expect(first).toMatchObject({ status: "built", tests: { status: "passed", runner: null } });
    expect(first.links.current).toBe(first.links.staged);

    writeFiles(workspace, { "functions/hello/events/one.expect.json": '{"event": {"a": 2}}' });
    const failed = await brig(workspace, ["build", "hello"]);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain("events/one.json");
    expect(failed.stderr).toMatch(/\$\.event\.a\n.*expected 2\n.*got {6}1\n/);
    expect(failed.stderr).toMatch(/tests-failed: 1 of 2 tests failed/);
    const { rows, status } = await buildRows(workspace, ["test", "hello"]);
    expect([status, rows[0]!.tests.status, rows[0]!.links.current]).toEqual([
      1,
      "failed",
      first.links.current,
    ]);

    writeFiles(workspace, { "functions/hello/events/one.expect.json": '{"event": {"a": 1}}' });
    expect((await buildOne(workspace, ["build", "hello"])).tests.status).toBe("passed");
  });

  test("see the settings of the function, and run again when those change", async () => {
    const workspace = makeWorkspace({
      "brig.yaml": `function: {Runtime: ${runtime}, Environment: {Variables: {COLOUR: red}}}\n`,
      "functions/hello/src/lambda_function.py":
        "import os\n\ndef lambda_handler(event, context):\n    return os.environ['COLOUR']\n",
      "functions/hello/events/colour.json": "{}",
      "functions/hello/events/colour.expect.json": '"red"',
    });
    expect((await buildOne(workspace, ["build", "hello"])).tests.status).toBe("passed");
    writeFiles(workspace, {
      "brig.yaml": `function: {Runtime: ${runtime}, Environment: {Variables: {COLOUR: blue}}}\n`,
    });
    expect((await buildOne(workspace, ["build", "hello"])).tests.status).toBe("failed");
  });

  test("an expectation without its event is wrong", async () => {
    const workspace = makeWorkspace({
      "brig.yaml": `function: {Runtime: ${runtime}}\n`,
      "functions/hello/src/lambda_function.py": handler,
      "functions/hello/events/gone.expect.json": "{}",
    });
    const row = await buildOne(workspace, ["build", "hello"]);
    expect(row.error).toMatchObject({ code: "config-invalid", message: expect.stringContaining("gone") });
  });
});

describe("--with-credentials", () => {
  const handlerOfCredentials =
    "import os\n\ndef lambda_handler(event, context):\n" +
    "    return [os.environ.get(name) for name in ('AWS_ACCESS_KEY_ID', 'AWS_SESSION_TOKEN', 'AWS_REGION', 'HOME')]\n";
  const user = {
    AWS_ACCESS_KEY_ID: "AKIAUSER",
    AWS_SECRET_ACCESS_KEY: "canary",
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    AWS_REGION: "eu-west-3",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const invoke = async (args: readonly string[], env: Record<string, string | undefined> = user) => {
    const place = makeWorkspace({
      "functions/me/brig.yaml": `function: {Runtime: ${runtime}}\n`,
      "functions/me/src/lambda_function.py": handlerOfCredentials,
    });
    return await brig(place, ["invoke", "me", ...args], env);
  };

  test("without it, nothing of the user reaches the function", async () => {
    const { stdout } = await invoke([]);
    const [key, , region] = JSON.parse(stdout) as string[];
    expect([key, region]).toEqual(["ASIAQAAAAAAALOCALDUM", "us-east-1"]);
  });

  test("with it, the function acts as the user, in the user's region", async () => {
    const { stdout } = await invoke(["--with-credentials"]);
    expect(JSON.parse(stdout)).toEqual(["AKIAUSER", null, "eu-west-3", null]);
  });

  test("of a profile", async () => {
    const home = temporaryFolder();
    writeFiles(home, {
      ".aws/credentials": "[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = x\n",
      ".aws/config": "[profile work]\nregion = ap-south-1\n",
    });
    const place = { HOME: home, AWS_PROFILE: "work", AWS_ACCESS_KEY_ID: undefined, AWS_REGION: undefined };
    const pyenv = process.env["PYENV_ROOT"] ?? join(process.env["HOME"]!, ".pyenv");
    const { stdout } = await invoke(["--with-credentials"], { ...user, ...place, PYENV_ROOT: pyenv });
    expect(JSON.parse(stdout)).toEqual(["AKIAWORK", null, "ap-south-1", null]);
  });

  test("without any, it says so", async () => {
    const none = { HOME: temporaryFolder(), AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const pyenv = process.env["PYENV_ROOT"] ?? join(process.env["HOME"]!, ".pyenv");
    const { status, stderr } = await invoke(["--with-credentials"], { ...user, ...none, PYENV_ROOT: pyenv });
    expect(status).toBe(1);
    expect(stderr).toContain("error: credentials-missing: there are no AWS credentials");
  });
});

describe("what Lambda's runtimes bring along", () => {
  test("boto3 is fetched once; without a network the import fails, with a hint", async () => {
    const place = makeWorkspace({
      "functions/sdk/brig.yaml": `function: {Runtime: ${runtime}}\n`,
      "functions/sdk/src/lambda_function.py":
        "import boto3, dateutil\n\ndef lambda_handler(event, context):\n    return boto3.client('sqs').meta.region_name\n",
    });
    const offline = { BRIG_OFFLINE: "1", BRIG_CACHE_DIR: temporaryFolder() };
    const without = await brig(place, ["invoke", "sdk"], offline);
    expect(without.status).toBe(1);
    expect(without.stdout).toContain("No module named 'boto3'");
    expect(without.stderr).toContain("boto3 is part of Lambda's Python, but not here yet");
    expect((await brig(place, ["invoke", "sdk"])).stdout.trim()).toBe('"us-east-1"');
    const again = await brig(place, ["invoke", "sdk"], { BRIG_OFFLINE: "1" });
    expect(again.stdout.trim()).toBe('"us-east-1"');
    expect(again.stderr).not.toContain("boto3");
  });

  test("of the AWS SDK for JavaScript, what brig itself has", async () => {
    const major = process.versions.node.split(".")[0];
    const place = makeWorkspace({
      "functions/sdk/brig.yaml": `function: {Runtime: nodejs${major}.x, Handler: index.handler}\n`,
      "functions/sdk/src/index.mjs":
        "import { LambdaClient } from '@aws-sdk/client-lambda';\nexport const handler = async () => LambdaClient.name;\n",
    });
    expect((await brig(place, ["invoke", "sdk"])).stdout.trim()).toBe('"LambdaClient"');
  });
});
