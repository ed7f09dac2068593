/** `brig status`, `versions`, `rollback`, and `invoke`, `test` and `logs` with a target, against the stand-in of AWS. */
import { createHash } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLimiter } from "../src/deploy/aws/call-limiter.ts";
import type { LambdaCalls } from "../src/deploy/aws/lambda-calls.ts";
import { openSession } from "../src/deploy/aws/session.ts";
import { makeZip } from "../src/local/test-service.ts";
import type { Stream } from "../src/cli/output.ts";
import { run as runCommandLine } from "../src/cli/run.ts";
import {
  brig,
  commit as commitAll,
  type Env,
  environment,
  git,
  makeWorkspace,
  program,
  type Result,
  runProgram,
  temporaryFolder,
  writeFiles,
} from "./support/brig.ts";
import { minor, pythonFile, runtime } from "./support/python.ts";
import { startBrig, waitUntil } from "./support/processes.ts";
import { type StandIn, standInAccount, startStandIn } from "./stand-in/stand-in.ts";

const commits = ["a", "b", "c"].map((letter) => letter.repeat(40)) as [string, string, string];
const name = { FunctionName: "hello-prod" };

const folder = makeWorkspace({
  "brig.yaml": `function: {Runtime: ${runtime}}
targets:
  prod: {region: us-east-1, account: "${standInAccount}", alias: live, protected: true}
  here: {}
  other: {region: us-east-1, account: "000000000000"}
`,
  "functions/hello/brig.yaml": "targets: {prod: {function: {FunctionName: hello-prod}}}\n",
  "functions/hello/src/lambda_function.py": "def lambda_handler(event, context):\n    return event\n",
  "functions/hello/events/one.json": '{"a": 1}',
  "functions/hello/events/one.expect.json": '{"a": 1}',
  "functions/hello/events/two.json": '{"b": 2}',
  "functions/never/src/lambda_function.py": "def lambda_handler(event, context):\n    return event\n",
});

let aws: StandIn;
let lambda: LambdaCalls;
let dispose: () => void;

beforeEach(async () => {
  aws = await startStandIn();
  Object.assign(aws.behaviour.settleReads, { create: 0, update: 0, publish: 0 });
  const context = {
    cwd: "/",
    env: aws.env,
    now: () => new Date(),
    signal: new AbortController().signal,
    report: () => {},
  };
  const target = { name: "prod", settings: { region: undefined, account: undefined } };
  const session = await openSession(target, createLimiter(), context);
  ({ lambda, dispose } = session);
});

afterEach(async () => {
  dispose();
  await aws.dispose();
  expect(aws.faults).toEqual([]);
});

/** Three versions, each of a commit, the alias at the last one, as three deployments leave them. */
async function deployThree(): Promise<void> {
  await lambda.call("CreateFunction", {
    ...name,
    Runtime: "python3.13",
    Handler: "lambda_function.lambda_handler",
    Role: `arn:aws:iam::${standInAccount}:role/functions`,
    Code: { ZipFile: makeZip({ "lambda_function.py": "0" }) },
    Environment: { Variables: { TOKEN: "canary-value" } },
  });
  for (const [index, commit] of commits.entries()) {
    const ZipFile = makeZip({ "lambda_function.py": String(index) });
    await lambda.call("UpdateFunctionCode", { ...name, ZipFile });
    await lambda.call("UpdateFunctionConfiguration", {
      ...name,
      Timeout: 10 + index,
      Environment: { Variables: { TOKEN: `canary-value-${index}` } },
    });
    await lambda.call("PublishVersion", {
      ...name,
      Description: `brig ${commit}${index === 1 ? "-dirty" : ""}`,
    });
  }
  await lambda.call("CreateAlias", {
    ...name,
    Name: "live",
    FunctionVersion: "3",
    Description: "brig earlier: 2 1",
  });
  aws.forgetCalls();
}

/** brig's command line in this process: the SDK is loaded once for all tests. */
async function run(...args: readonly string[]): Promise<Result> {
  const [stdout, stderr] = [collect(), collect()];
  const host = { cwd: folder, env: aws.env, stdout, stderr, signal: new AbortController().signal };
  const status = await runCommandLine(args, host);
  for (const { text } of [stdout, stderr]) expect(text()).not.toContain("canary");
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

function collect(): Stream & { readonly text: () => string } {
  const pieces: Uint8Array[] = [];
  return {
    write: (piece) => pieces.push(Buffer.from(piece as Uint8Array)),
    text: () => Buffer.concat(pieces).toString("utf8"),
  };
}

async function runJson<Document>(
  ...args: readonly string[]
): Promise<Document & { readonly status: number }> {
  const { stdout, stderr, status } = await run(...args, "--json");
  try {
    return { ...(JSON.parse(stdout) as Document), status };
  } catch {
    throw new Error(`no JSON: ${stdout}${stderr}`);
  }
}

function aliasNow(): { version: string; description: string; weights: object } {
  const { version, description, weights } = aws.function("hello-prod").aliases.get("live")!;
  return { version, description, weights };
}

interface Fault {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null };
}

describe("brig status", () => {
  interface Status {
    readonly functions: readonly Record<string, unknown>[];
  }

  test("tells version, commit and age of each function in a target, and what is not deployed", async () => {
    await deployThree();
    const { functions, status } = await runJson<Status>("status", "--target", "prod");
    expect(status).toBe(0);
    expect(functions).toEqual([
      {
        name: "hello",
        target: "prod",
        functionName: "hello-prod",
        alias: "live",
        version: "3",
        weights: {},
        commit: commits[2],
        dirty: false,
        age: expect.any(Number) as number,
        drift: [],
        error: null,
      },
      expect.objectContaining({ name: "never", version: null, commit: null, age: null, drift: [] }),
    ]);
    const { stdout } = await run("status", "--target", "prod");
    expect(stdout).toMatch(
      /^FUNCTION +VERSION +COMMIT +AGE +STATE\nhello +3 +ccccccc +\d+ s +ok\nnever +- +- +- +not deployed\n$/,
    );
  });

  test("shows what a stranger changed, and a canary that was cut off", async () => {
    await deployThree();
    await lambda.call("UpdateFunctionConfiguration", {
      ...name,
      Timeout: 99,
      Environment: { Variables: { TOKEN: "canary-other" } },
    });
    await lambda.call("UpdateAlias", {
      ...name,
      Name: "live",
      FunctionVersion: "2",
      RoutingConfig: { AdditionalVersionWeights: { 3: 0.1 } },
    });
    const { functions } = await runJson<Status>("status", "hello", "--target", "prod");
    expect(functions[0]).toMatchObject({ version: "2", dirty: true, weights: { 3: 0.1 } });
    expect(functions[0]!["drift"]).toEqual(["CodeSha256", "Environment.Variables.TOKEN", "Timeout"]);
    const { stdout } = await run("status", "hello", "--target", "prod");
    expect(stdout).toContain("bbbbbbb-dirty");
    expect(stdout).toContain("10% to version 3, $LATEST differs: code, Environment.Variables.TOKEN, Timeout");
  });

  test("without a target: each of them; another account's is an error of its row", async () => {
    await deployThree();
    const { functions, status } = await runJson<Status>("status", "hello");
    expect(status).toBe(2);
    expect(functions.map(({ target }) => target)).toEqual(["prod", "here", "other"]);
    expect(functions[2]!["error"]).toMatchObject({
      code: "config-invalid",
      message: `the target other is account 000000000000, and these credentials are of account ${standInAccount}`,
    });
  });

  test("a function whose settings are broken hides no other", async () => {
    await deployThree();
    writeFiles(folder, { "functions/never/brig.yaml": "bulid: {}\n" });
    try {
      const { functions, status } = await runJson<Status>("status", "--target", "prod");
      expect(status).toBe(2);
      expect(functions).toMatchObject([
        { name: "hello", version: "3" },
        { name: "never", functionName: null, version: null, error: { code: "config-invalid" } },
      ]);
    } finally {
      rmSync(join(folder, "functions/never/brig.yaml"));
    }
  });

  test("names near targets, and expired credentials with what renews them", async () => {
    expect(await runJson<Fault>("status", "hello", "--target", "prdo")).toMatchObject({
      status: 2,
      error: { code: "target-not-found", hint: "did you mean prod? there are: prod, here, other" },
    });
    aws.behaviour.expired = true;
    expect(await runJson<Fault>("status", "hello", "--target", "prod")).toMatchObject({
      status: 1,
      error: { code: "credentials-expired" },
    });
  });
});

test("an expired SSO session is one sentence and the command to paste", async () => {
  const home = temporaryFolder("brig-home-");
  const session = "sso_start_url = https://example.awsapps.com/start\nsso_region = us-east-1\n";
  const role = "sso_account_id = 123456789012\nsso_role_name = Developer\nregion = us-east-1\n";
  const token = { accessToken: "canary-token", expiresAt: "2020-01-01T00:00:00Z" };
  const file = createHash("sha1").update("work").digest("hex");
  writeFiles(home, {
    ".aws/config":
      `[profile work]\nsso_session = work\n${role}[sso-session work]\n${session}` +
      `[profile old]\n${session}${role}[profile half]\nsso_start_url = https://example.awsapps.com/start\nregion = us-east-1\n`,
    [`.aws/sso/cache/${file}.json`]: JSON.stringify(token),
  });
  const ask = async (profile: string): Promise<Result> => {
    const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const env = { ...aws.env, ...none, AWS_CONFIG_FILE: undefined, HOME: home, AWS_PROFILE: profile };
    return await brig(folder, ["status", "hello", "--target", "prod"], env);
  };
  aws.forgetCalls();
  for (const profile of ["work", "old"]) {
    expect(await ask(profile)).toEqual({
      status: 1,
      stdout: "",
      stderr: `error: credentials-expired: your SSO session with AWS has expired\nhint: aws sso login --profile ${profile}\n`,
    });
  }
  // Logging in would not help it.
  expect((await ask("half")).stderr).toMatch(/^error: credentials-missing: /);
  expect(aws.calls).toEqual([]);
});

describe("brig versions", () => {
  interface Versions {
    readonly versions: readonly Record<string, unknown>[];
    readonly removed?: readonly string[];
  }

  test("lists them newest first, over all pages, with aliases and weights", async () => {
    await deployThree();
    aws.behaviour.pageSize = 2;
    await lambda.call("UpdateAlias", {
      ...name,
      Name: "live",
      RoutingConfig: { AdditionalVersionWeights: { 1: 0.25 } },
    });
    const { versions } = await runJson<Versions>("versions", "hello", "--target", "prod");
    expect(versions.map(({ version, commit, dirty }) => [version, commit, dirty])).toEqual([
      ["3", commits[2], false],
      ["2", commits[1], true],
      ["1", commits[0], false],
    ]);
    expect(versions.map(({ aliases }) => aliases)).toEqual([
      [{ name: "live", weight: 0.75 }],
      [],
      [{ name: "live", weight: 0.25 }],
    ]);
    expect(Object.keys(versions[0]!)).toEqual([
      "version",
      "commit",
      "dirty",
      "size",
      "codeSha256",
      "created",
      "aliases",
    ]);
    const { stdout } = await run("versions", "hello", "--target", "prod");
    expect(stdout).toMatch(/^VERSION +COMMIT +CREATED \(UTC\) +SIZE +ALIASES\n3 +ccccccc .* live 75%\n2 /);
  });

  test("--prune leaves what an alias uses and the newest, and never the function", async () => {
    await deployThree();
    await lambda.call("CreateAlias", { ...name, Name: "pinned", FunctionVersion: "1" });
    const result = await runJson<Versions>("versions", "hello", "--target", "prod", "--prune", "--keep", "1");
    expect(result).toMatchObject({ status: 0, removed: ["2"] });
    expect([...aws.function("hello-prod").versions.keys()]).toEqual(["1", "3"]);
    expect(
      await runJson<Versions>("versions", "hello", "--target", "prod", "--prune", "--keep", "0"),
    ).toMatchObject({ removed: [] });
  });

  test("--prune: a lost answer is asked for again, an alias that came meanwhile keeps its version", async () => {
    await deployThree();
    await lambda.call("UpdateAlias", { ...name, Name: "live", FunctionVersion: "1", Description: "" });
    const prune = ["versions", "hello", "--target", "prod", "--prune", "--keep", "0"] as const;
    let isDropped = false;
    aws.behaviour.after = ({ operation, qualifier }) => {
      if (operation !== "DeleteFunction" || qualifier !== "2" || isDropped) return;
      isDropped = true;
      return "drop";
    };
    aws.behaviour.before = async ({ operation, qualifier }) => {
      if (operation !== "DeleteFunction" || qualifier !== "2" || isDropped) return;
      await lambda.call("CreateAlias", { ...name, Name: "pinned", FunctionVersion: "3" });
    };
    expect(await runJson<Versions>(...prune)).toMatchObject({ status: 0, removed: ["2"] });
    expect([...aws.function("hello-prod").versions.keys()]).toEqual(["1", "3"]);
  });

  test("what is not deployed is an error with the command", async () => {
    expect(await runJson<Fault>("versions", "never", "--target", "prod")).toMatchObject({
      status: 1,
      error: { code: "not-deployed", hint: "brig deploy never --target prod" },
    });
    expect(await runJson<Fault>("versions", "never")).toMatchObject({
      status: 2,
      error: { hint: "brig versions never --target prod" },
    });
  });
});

describe("brig rollback", () => {
  interface Rollback {
    readonly from: string;
    readonly to: string;
    readonly changes: readonly object[];
  }
  const back = ["rollback", "hello", "--target", "prod"] as const;

  test("goes back version by version, shows what changes, and stops at the first", async () => {
    await deployThree();
    expect(await runJson<Rollback>(...back)).toEqual({
      status: 0,
      functionName: "hello-prod",
      alias: "live",
      from: "3",
      to: "2",
      commit: commits[1],
      changes: [
        { path: "Environment.Variables.TOKEN", from: "***", to: "***" },
        { path: "Timeout", from: 12, to: 11 },
      ],
    });
    expect(aliasNow()).toEqual({ version: "2", description: "brig earlier: 1", weights: {} });
    expect(aws.writes()).toEqual(["UpdateAlias"]);
    const { stdout, stderr } = await run(...back);
    expect(stderr).toContain("  code         bbbbbbb → aaaaaaa");
    expect(stderr).toContain("  Timeout      11 → 10");
    expect(stderr).toContain("  Environment  ~ TOKEN (value hidden)");
    expect(stdout).toMatch(/^ {2}live 2 → 1 · commit aaaaaaa {2}\d+\.\d s\n$/);
    expect(await runJson<Fault>(...back)).toMatchObject({ status: 1, error: { code: "not-deployed" } });
    expect(aliasNow().version).toBe("1");
  });

  test("passes by versions that are gone, and clears the weights of a canary first", async () => {
    await deployThree();
    await lambda.call("DeleteFunction", { ...name, Qualifier: "2" });
    await lambda.call("UpdateAlias", {
      ...name,
      Name: "live",
      RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } },
    });
    expect(await runJson<Rollback>(...back)).toMatchObject({ from: "3", to: "3" });
    expect(aliasNow()).toEqual({ version: "3", description: "brig earlier: 2 1", weights: {} });
    expect(await runJson<Rollback>(...back)).toMatchObject({ from: "3", to: "1" });
  });

  test("--to takes a version or a commit", async () => {
    await deployThree();
    expect(await runJson<Rollback>(...back, "--to", "aaaa")).toMatchObject({ from: "3", to: "1" });
    expect(await runJson<Rollback>(...back, "--to", "3")).toMatchObject({ from: "1", to: "3" });
    expect(aliasNow().description).toBe("brig earlier: 1");
    aws.forgetCalls();
    expect(await runJson<Rollback>(...back, "--to", "3")).toMatchObject({ from: "3", to: "3", status: 0 });
    expect(aws.writes()).toEqual([]);
    expect(await runJson<Fault>(...back, "--to", "9")).toMatchObject({
      status: 1,
      error: { code: "not-deployed" },
    });
  });

  test("another who moves the alias meanwhile is not overwritten; a dropped connection is looked into", async () => {
    await deployThree();
    let isMoved = false;
    aws.behaviour.before = async ({ operation }) => {
      if (operation !== "UpdateAlias" || isMoved) return;
      isMoved = true;
      await lambda.call("UpdateAlias", { ...name, Name: "live", FunctionVersion: "1" });
    };
    expect(await runJson<Fault>(...back)).toMatchObject({ status: 1, error: { code: "conflict" } });
    expect(aliasNow().version).toBe("1");
    aws.behaviour.before = undefined;
    let isDropped = false;
    aws.behaviour.after = ({ operation }) => {
      if (operation !== "UpdateAlias" || isDropped) return;
      isDropped = true;
      return "drop";
    };
    expect(await runJson<Rollback>(...back, "--to", "2")).toMatchObject({ status: 0, to: "2" });
    expect(aliasNow().version).toBe("2");
  });
});

test("brig import refuses a container image before anything is made", async () => {
  await deployThree();
  Object.assign(aws.function("hello-prod").latest.config, { PackageType: "Image" });
  expect(await runJson<Fault>("import", "hello-prod", "--target", "prod")).toMatchObject({
    status: 2,
    error: {
      code: "config-invalid",
      message: "hello-prod is a container image, and brig works with zips",
      hint: "aws lambda get-function --function-name hello-prod --query Code.ImageUri",
    },
  });
  expect(readdirSync(join(folder, "functions")).toSorted()).toEqual(["hello", "never"]);
});

test("brig import leaves no folder of what failed, nor one around it", async () => {
  await lambda.call("CreateFunction", {
    ...name,
    Runtime: "python3.13",
    Handler: "lambda_function.lambda_handler",
    Role: `arn:aws:iam::${standInAccount}:role/functions`,
    Code: { ZipFile: makeZip({ "../outside.py": "1" }) },
  });
  const before = readdirSync(folder);
  const importing = ["import", "hello-prod", "--target", "prod", "--name", "orders/hello"] as const;
  expect(await runJson<Fault>(...importing)).toMatchObject({ status: 1, error: { code: "wheel-invalid" } });
  expect(readdirSync(folder)).toEqual(before);
});

describe("brig invoke --target", () => {
  const at = ["invoke", "hello", "--target", "prod"] as const;

  test("asks the alias's version, once, and shows payload, logs and figures", async () => {
    await deployThree();
    aws.behaviour.invoke = ({ payload }) => ({ payload, logs: "[INFO] it works" });
    const { stdout, stderr, status } = await run(...at, "--event", "one");
    expect({ stdout, status }).toEqual({ stdout: '{"a": 1}', status: 0 });
    expect(stderr).toBe("  [INFO] it works\n  hello  prod  1 ms  30 MB of 128 MB\n");
    expect(await runJson(...at, "--payload", "[1]")).toMatchObject({
      statusCode: 200,
      functionError: null,
      executedVersion: "3",
      payload: [1],
      duration: 1,
      initDuration: null,
    });
    expect(await runJson(...at, "--qualifier", "1")).toMatchObject({ executedVersion: "1" });
    // AWS does not say which version an event that it queued will meet.
    expect(await runJson(...at, "--async")).toMatchObject({
      statusCode: 202,
      executedVersion: null,
      payload: null,
    });
    expect(aws.world.invocations).toHaveLength(4);
  });

  test("Ctrl-C does not say that nothing was done", async () => {
    await deployThree();
    const [stdout, stderr, stopping] = [collect(), collect(), new AbortController()];
    aws.behaviour.before = ({ operation }) => {
      if (operation === "Invoke") stopping.abort(new Error("interrupted"));
    };
    const host = { cwd: folder, env: aws.env, stdout, stderr, signal: stopping.signal };
    expect(await runCommandLine(at, host)).toBe(130);
    expect(stderr.text()).toBe(
      "error: interrupted: interrupted: what AWS was asked for by then may be done all the same\n",
    );
  });

  test("what is not there is told apart: a version that somebody asked for, the alias, the function", async () => {
    await deployThree();
    const missing = async (...args: readonly string[]): Promise<object> => {
      const { status, error } = await runJson<Fault>(...args);
      return { status, ...error };
    };
    const notDeployed = { status: 1, code: "not-deployed" };
    expect(await missing(...at, "--qualifier", "9")).toEqual({
      ...notDeployed,
      message: "AWS has no hello-prod:9 in us-east-1",
      hint: "brig versions hello --target prod",
    });
    aws.function("hello-prod").aliases.delete("live");
    const withoutAlias = {
      ...notDeployed,
      message: "hello is not deployed to prod: AWS has no hello-prod:live in us-east-1",
      hint: "brig deploy hello --target prod",
    };
    for (const verb of ["invoke", "logs", "verify", "rollback"]) {
      expect(await missing(verb, "hello", "--target", "prod"), verb).toEqual(withoutAlias);
    }
    expect(await missing("versions", "never", "--target", "prod")).toEqual({
      ...notDeployed,
      message: "never is not deployed to prod: AWS has no never in us-east-1",
      hint: "brig deploy never --target prod",
    });
  });

  test("a failure is exit 1, and a lost answer is not asked for again", async () => {
    await deployThree();
    const payload = JSON.stringify({ errorType: "ValueError", errorMessage: "it is bad" });
    aws.behaviour.invoke = () => ({ payload, functionError: "Unhandled" });
    expect(await runJson(...at)).toMatchObject({
      status: 1,
      functionError: "Unhandled",
      error: { code: "function-failed", message: "hello failed: ValueError: it is bad" },
    });
    aws.behaviour.after = ({ operation }) => (operation === "Invoke" ? "drop" : undefined);
    expect(await runJson<Fault>(...at)).toMatchObject({ status: 1, error: { code: "aws-failed" } });
    expect(aws.world.invocations).toHaveLength(2);
    aws.behaviour.after = undefined;
    aws.behaviour.denied.add("lambda:InvokeFunction");
    expect(await runJson<Fault>(...at)).toMatchObject({
      status: 1,
      error: { code: "access-denied", message: expect.stringContaining("lambda:InvokeFunction") as string },
    });
  });
});

describe("brig test --target", () => {
  test("invokes every event once through the alias, and compares with the expectations", async () => {
    await deployThree();
    aws.behaviour.invoke = ({ payload }) => ({ payload });
    const { functions, status } = await runJson<{ functions: readonly Record<string, unknown>[] }>(
      "test",
      "hello",
      "--target",
      "prod",
    );
    expect(status).toBe(0);
    expect(functions[0]).toMatchObject({
      name: "hello",
      alias: "live",
      tests: { status: "passed", passed: 2, failed: 0 },
      events: [
        { name: "one", status: "passed", version: "3", reason: null },
        { name: "two", status: "passed", version: "3", reason: null },
      ],
      error: null,
    });
    expect(aws.world.invocations.map(({ alias }) => alias)).toEqual(["live", "live"]);
    expect((await run("test", "--all", "--target", "prod")).stdout).toMatch(
      /^hello {2}2 passed in \d+\.\d s {2}\(prod, alias live, version 3\)\nnever {2}no events in .*\n$/,
    );
  });

  test("a missed expectation and a failing function are exit 1, with their names", async () => {
    await deployThree();
    aws.behaviour.invoke = ({ payload }) =>
      payload.includes("a")
        ? { payload: '{"a": 7}', logs: "looked at a" }
        : { payload: '{"errorType": "ValueError", "errorMessage": "no b"}', functionError: "Unhandled" };
    const { stdout, stderr, status } = await run("test", "hello", "--target", "prod");
    expect(status).toBe(1);
    expect(stdout).toMatch(/^hello {2}2 failed in /);
    expect(stderr).toContain(
      "events/one.json\n    $.a\n      - expected 1\n      + got      7\n  looked at a\n",
    );
    expect(stderr).toContain("events/two.json\n    hello failed: ValueError: no b\n");
    expect(stderr).toContain("error: tests-failed: 2 of 2 events failed on prod: one, two\n");
    expect(await runJson<Fault>("test", "hello", "--target", "prod", "--force")).toMatchObject({ status: 2 });
  });
});

test("on a terminal brig asks before it removes versions, and takes no other answer than yes", async () => {
  await deployThree();
  // Python's pty is the terminal; it types the answer when it is asked.
  const terminal = `import os, pty, sys
asked = False
def read(fd):
    global asked
    data = os.read(fd, 4096)
    if b"[y/N]" in data and not asked:
        asked = True
        os.write(fd, sys.argv[1].encode())
    return data
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read)))
`;
  const answer = async (text: string, ...flags: readonly string[]): Promise<Result> => {
    const command = [
      process.execPath,
      program,
      "versions",
      "hello",
      "--target",
      "prod",
      "--prune",
      "--keep",
      "1",
    ];
    const python = await pythonFile(minor);
    return await runProgram(python, ["-c", terminal, text, ...command, ...flags], folder, aws.env);
  };
  const refused = await answer("no\n");
  expect(refused.stdout).toContain("Remove 2 of 3 versions of hello-prod: 1, 2? [y/N]");
  expect(refused.stdout).toContain("nothing was changed");
  expect(refused.status).toBe(130);
  expect(aws.writes()).toEqual([]);
  expect(await answer("y\n")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("removed: 1, 2") as string,
  });
  const unasked = await answer("n\n", "--yes");
  expect(unasked).toMatchObject({ status: 0, stdout: expect.not.stringContaining("[y/N]") as string });
});

test("what brig deploy leaves, the other verbs understand", async () => {
  Object.assign(aws.behaviour.settleReads, { create: 1, update: 1, publish: 1 });
  const cwd = makeWorkspace({
    "brig.yaml": `function: {Runtime: ${runtime}, Role: "arn:aws:iam::${standInAccount}:role/functions"}\ntargets: {prod: {region: us-east-1, alias: live}}\n`,
    "functions/hello/brig.yaml": "function: {Timeout: 3}\n",
    "functions/hello/src/lambda_function.py": "def lambda_handler(event, context):\n    return 1\n",
  });
  const runIn = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const [stdout, stderr, signal] = [collect(), collect(), new AbortController().signal];
    const host = { cwd, env: environment(aws.env), stdout, stderr, signal };
    const status = await runCommandLine([...args, "hello", "--target", "prod", "--json"], host);
    return { ...(JSON.parse(stdout.text()) as object), status };
  };
  const deployed = [git(cwd, "rev-parse", "HEAD")];
  expect(await runIn("deploy", "--yes")).toMatchObject({ status: 0 });
  for (const timeout of [4, 5]) {
    writeFiles(cwd, {
      "functions/hello/brig.yaml": `function: {Timeout: ${timeout}}\n`,
      "functions/hello/src/lambda_function.py": `def lambda_handler(event, context):\n    return ${timeout}\n`,
    });
    deployed.unshift(commitAll(cwd, `Timeout ${timeout}`));
    expect(await runIn("deploy", "--yes")).toMatchObject({ status: 0 });
  }
  const { versions } = (await runIn("versions")) as { versions: { version: string; commit: string }[] };
  expect(versions.map((each) => [each.version, each.commit])).toEqual([
    ["3", deployed[0]],
    ["2", deployed[1]],
    ["1", deployed[2]],
  ]);
  expect(await runIn("status")).toMatchObject({
    functions: [{ version: "3", commit: deployed[0], dirty: false, drift: [] }],
  });
  expect(await runIn("rollback")).toMatchObject({
    from: "3",
    to: "2",
    changes: [{ path: "Timeout", from: 5, to: 4 }],
  });
  expect(await runIn("rollback")).toMatchObject({ from: "2", to: "1", commit: deployed[2] });
  expect(await runIn("rollback")).toMatchObject({ status: 1, error: { code: "not-deployed" } });
  expect(await runIn("status")).toMatchObject({
    functions: [{ version: "1", drift: ["CodeSha256", "Timeout"] }],
  });
  expect(await runIn("deploy", "--yes")).toMatchObject({
    status: 0,
    functions: [{ version: "3", status: "deployed" }],
  });
  expect(await runIn("rollback")).toMatchObject({ from: "3", to: "1" });
  expect(aws.violations).toEqual([]);
});

test("brig test --target runs the unit tests of a function with test.local against AWS, as the user", async () => {
  const cwd = makeWorkspace({
    "brig.yaml": `function: {Runtime: ${runtime}}\ntest: {local: true}\ntargets: {far: {region: eu-west-1, alias: live}}\n`,
    "functions/unit/src/lambda_function.py": "def lambda_handler(event, context):\n    return 1\n",
    "functions/unit/scripts/test":
      '#!/bin/sh\necho "$BRIG_FUNCTION_NAME in $AWS_REGION by $AWS_ACCESS_KEY_ID"\nexit ${STATUS:-0}\n',
  });
  const testIn = async (env: Env): Promise<Result> => {
    const [stdout, stderr, signal] = [collect(), collect(), new AbortController().signal];
    const host = { cwd, env: environment({ ...aws.env, ...env }), stdout, stderr, signal };
    const status = await runCommandLine(["test", "unit", "--target", "far", "--json"], host);
    return { status, stdout: stdout.text(), stderr: stderr.text() };
  };
  const passed = await testIn({});
  expect(passed.status).toBe(0);
  expect(JSON.parse(passed.stdout)).toMatchObject({
    functions: [
      { tests: { status: "passed", runner: "scripts/test", passed: null }, output: "", error: null },
    ],
  });
  const failed = await testIn({ STATUS: "1" });
  expect(failed.status).toBe(1);
  expect(JSON.parse(failed.stdout)).toMatchObject({
    functions: [
      {
        output: "unit:live in eu-west-1 by AKIAIOSFODNN7EXAMPLE\n",
        error: { code: "tests-failed", message: "the unit tests failed against far" },
      },
    ],
  });
});

describe("brig logs --target", () => {
  interface Logs {
    readonly events: readonly { readonly message: string }[];
  }
  const logs = ["logs", "hello", "--target", "prod"] as const;

  test("reads CloudWatch Logs over all pages, by pattern, by span, by request", async () => {
    await deployThree();
    expect(await runJson<Logs>(...logs)).toEqual({ status: 0, events: [] });
    aws.behaviour.pageSize = 3;
    for (const text of ["first", "second"]) {
      aws.behaviour.invoke = () => ({ payload: "1", logs: text });
      await lambda.call("Invoke", { ...name, Qualifier: "live" });
    }
    const { events } = await runJson<Logs>(...logs);
    expect(events.map(({ message }) => message.split(" ")[0])).toEqual([
      "START",
      "first",
      "END",
      "REPORT",
      "START",
      "second",
      "END",
      "REPORT",
    ]);
    expect((await run(...logs, "--filter", "second")).stdout).toBe("second\n");
    const id = /RequestId: (\S+)/.exec(events[4]!.message)![1]!;
    const ofRequest = await runJson<Logs>(...logs, "--request", id);
    expect(ofRequest.events.map(({ message }) => message)).toEqual(
      events.slice(4).map(({ message }) => message),
    );
    for (const event of aws.world.logs.splice(0))
      aws.world.logs.push({ ...event, timestamp: event.timestamp - 3_600_000 });
    expect((await runJson<Logs>(...logs)).events).toEqual([]);
    expect((await runJson<Logs>(...logs, "--since", "2h")).events).toHaveLength(8);
  });

  test("--follow goes on until it is interrupted, and shows each line once", async () => {
    await deployThree();
    aws.behaviour.invoke = () => ({ payload: "1", logs: "a line" });
    await lambda.call("Invoke", { ...name, Qualifier: "live" });
    const [stdout, stderr, stopping] = [collect(), collect(), new AbortController()];
    const host = { cwd: folder, env: aws.env, stdout, stderr, signal: stopping.signal };
    const ended = runCommandLine([...logs, "--follow", "--filter", "line"], host);
    await waitUntil(() => stdout.text() === "a line\n");
    aws.behaviour.invoke = () => ({ payload: "1", logs: "another line" });
    await lambda.call("Invoke", { ...name, Qualifier: "live" });
    await waitUntil(() => stdout.text() === "a line\nanother line\n");
    stopping.abort(new Error("interrupted"));
    expect(await ended).toBe(0);
    expect(stderr.text()).toBe("");
  });
});

test("on local Lambda: a real function answers, whole and in pieces", async () => {
  await aws.dispose();
  const started = startBrig(folder, ["serve", "hello", "--port", "0", "--json"]);
  let line = "";
  started.child.stdout!.on("data", (text: string) => (line += text));
  await Promise.race([waitUntil(() => line.includes("\n"), 60_000), started.ended]);
  try {
    const { endpoint } = JSON.parse(line) as { readonly endpoint: string };
    const env = { ...aws.env, AWS_ENDPOINT_URL: endpoint };
    const here = async (...args: readonly string[]): Promise<string> => {
      const [stdout, stderr] = [collect(), collect()];
      const host = { cwd: folder, env, stdout, stderr, signal: new AbortController().signal };
      expect([await runCommandLine([...args, "--target", "here"], host), stderr.text()]).toEqual([
        0,
        expect.any(String),
      ]);
      return stdout.text();
    };
    const payload = ["--payload", '{"c":3}', "--qualifier", "$LATEST"];
    expect(await here("invoke", "hello", ...payload)).toBe('{"c": 3}');
    expect(await here("invoke", "hello", ...payload, "--stream")).toBe('{"c": 3}');
    expect(JSON.parse(await here("status", "hello", "--json"))).toMatchObject({
      functions: [{ version: null }],
    });
  } finally {
    started.child.kill("SIGTERM");
    await started.ended;
  }
  aws = await startStandIn();
});
