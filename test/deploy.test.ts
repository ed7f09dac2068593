/** `brig deploy` against the stand-in of AWS: plans, applies, guards, and what it never does. */
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Stream } from "../src/cli/output.ts";
import { AwsFault } from "../src/local/aws-fault.ts";
import { run as runCommandLine } from "../src/cli/run.ts";
import type { DeployReport, DeployRow } from "../src/operations/deploy-report.ts";
import { commit, makeWorkspace, writeFiles, type Result } from "./support/brig.ts";
import { runtime } from "./support/python.ts";
import { type StandIn, standInAccount, startStandIn } from "./stand-in/stand-in.ts";

const secret = "canary-value-of-a-token";
const settings = (more = ""): string => `function:
  Runtime: ${runtime}
  Role: arn:aws:iam::${standInAccount}:role/functions
  Timeout: 10
  Environment: {Variables: {TOKEN: "\${env:DEPLOY_TOKEN}", LEVEL: info}}
${more}build: {bytecode: false}
targets:
  staged: {region: us-east-1, account: "${standInAccount}", function: {FunctionName: hello-staged}}
  prod: {region: us-east-1, alias: live, protected: true, function: {FunctionName: hello-prod}}
  elsewhere: {region: us-east-1, account: "000000000000"}
`;

let folder: string;
let aws: StandIn;

beforeEach(async () => {
  aws = await startStandIn();
  aws.behaviour.smokes = () => 1;
  folder = makeWorkspace({
    "functions/hello/brig.yaml": settings(),
    "functions/hello/src/lambda_function.py": "def lambda_handler(event, context):\n    return event\n",
    "functions/hello/events/smoke.json": '{"name": "smoke"}',
    "functions/hello/events/dangerous.json": '{"delete": "everything"}',
  });
});

afterEach(async () => {
  await aws.dispose();
  expect(aws.violations).toEqual([]);
  expect(aws.faults).toEqual([]);
});

async function run(args: readonly string[], signal = new AbortController().signal): Promise<Result> {
  const [stdout, stderr] = [collect(), collect()];
  const env = { ...process.env, ...aws.env, DEPLOY_TOKEN: secret };
  const status = await runCommandLine(args, { cwd: folder, env, stdout, stderr, signal });
  for (const { text } of [stdout, stderr]) expect(text()).not.toContain("canary-value");
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

function collect(): Stream & { readonly text: () => string } {
  const pieces: Uint8Array[] = [];
  return {
    write: (piece) => pieces.push(Buffer.from(piece as Uint8Array)),
    text: () => Buffer.concat(pieces).toString("utf8"),
  };
}

interface Deployed extends DeployReport {
  readonly status: number;
  readonly row: DeployRow;
}

async function deploy(...args: readonly string[]): Promise<Deployed> {
  const target = args.includes("--target") ? [] : ["--target", "staged"];
  const { stdout, stderr, status } = await run(["deploy", "hello", ...target, ...args, "--json"]);
  try {
    const report = JSON.parse(stdout) as DeployReport;
    return { ...report, status, row: report.functions?.[0] as DeployRow };
  } catch {
    throw new Error(`no JSON: ${stdout}${stderr}`);
  }
}

/** Somebody else changes what no brig.yaml mentions. */
function meddle(name: string): void {
  const { latest } = aws.function(name);
  latest.config = { ...latest.config, MemorySize: 999 };
  latest.revisionId = "somebody";
}

let edits = 0;
function edit(): void {
  edits += 1;
  writeFiles(folder, {
    "functions/hello/src/lambda_function.py": `def lambda_handler(event, context):\n    return ${edits}\n`,
  });
}

function aliasOf(name = "hello-staged", alias = "staged"): { version: string; weights: object } {
  const { version, weights } = aws.function(name).aliases.get(alias)!;
  return { version, weights };
}

describe("the life of a function", () => {
  test("is created, then left alone, then changed", async () => {
    const first = await deploy();
    expect(first).toMatchObject({
      target: "staged",
      region: "us-east-1",
      account: standInAccount,
      status: 0,
    });
    expect(first.row).toMatchObject({
      status: "deployed",
      version: "1",
      previousVersion: null,
      dirty: false,
    });
    expect(aliasOf()).toEqual({ version: "1", weights: {} });
    const made = aws.function("hello-staged").versions.get("1")!;
    expect(made.config["Description"]).toBe(`brig ${first.row.commit}`);

    aws.forgetCalls();
    const second = await deploy();
    expect(second.row).toMatchObject({ status: "unchanged", unchanged: true, steps: [], version: "1" });
    expect(aws.calls.filter(({ service }) => service === "lambda").map(({ operation }) => operation)).toEqual(
      ["GetFunction", "GetFunction"],
    );

    edit();
    writeFiles(folder, {
      "functions/hello/brig.yaml": settings().replace("Timeout: 10", "Timeout: 20").replace("info", "debug"),
    });
    const third = await deploy();
    expect(third.row).toMatchObject({ status: "deployed", version: "2", previousVersion: "1", dirty: true });
    expect(third.row.steps).toMatchObject([
      { call: "UpdateFunctionCode", changes: [{ path: "lambda_function.py" }] },
      {
        call: "UpdateFunctionConfiguration",
        changes: [
          { path: "Timeout", from: 10, to: 20 },
          { path: "Environment.Variables.LEVEL", from: "***", to: "***" },
        ],
      },
      { call: "PublishVersion" },
      { call: "Invoke", why: "smoke test" },
      { call: "UpdateAlias", changes: [{ path: "FunctionVersion", from: "1", to: "2" }] },
    ]);
    expect(aws.function("hello-staged").aliases.get("staged")!.description).toBe("brig earlier: 1");
    expect(
      aws.world.invocations.every(({ alias, version }) => alias === undefined && /^\d+$/.test(version)),
    ).toBe(true);
  });

  test("a dry run says what would be done, and does nothing", async () => {
    const { row, status } = await deploy("--dry-run");
    expect(status).toBe(0);
    expect(row.steps.map(({ call }) => call)).toEqual([
      "CreateFunction",
      "PublishVersion",
      "Invoke",
      "CreateAlias",
    ]);
    expect(row.status).toBeUndefined();
    expect(aws.writes()).toEqual([]);
    expect(await run(["deploy", "hello", "--target", "staged", "--dry-run"])).toMatchObject({ status: 0 });
  });

  test("code that is committed after it was deployed is published once more, with its commit", async () => {
    edit();
    expect((await deploy()).row).toMatchObject({ version: "1", dirty: true });
    const hash = commit(folder, "Second");
    const { row } = await deploy();
    expect(row).toMatchObject({ status: "deployed", version: "2", commit: hash, dirty: false });
    expect(row.steps.map(({ call }) => call)).toEqual([
      "UpdateFunctionConfiguration",
      "PublishVersion",
      "UpdateFunctionConfiguration",
      "Invoke",
      "UpdateAlias",
    ]);
    const { versions, latest } = aws.function("hello-staged");
    expect(versions.get("2")!.config["Description"]).toBe(`brig ${hash}`);
    expect(latest.config["Description"] ?? "").toBe("");
    expect((await deploy()).row).toMatchObject({ status: "unchanged" });
    // Killed in between, the next run puts the Description back.
    latest.config = { ...latest.config, Description: `brig ${hash} mine` };
    expect((await deploy()).row).toMatchObject({ status: "deployed", version: "2" });
    expect(latest.config["Description"]).toBe("mine");
    expect((await deploy()).row).toMatchObject({ status: "unchanged" });
  });

  test("what stands beside the function is done once", async () => {
    aws.behaviour.smokes = () => 1;
    writeFiles(folder, {
      "functions/hello/brig.yaml": settings(`  FunctionUrlConfig: {AuthType: NONE}
  Permissions: [{StatementId: s3, Action: "lambda:InvokeFunction", Principal: s3.amazonaws.com, SourceArn: "arn:aws:s3:::b"}]
  ReservedConcurrentExecutions: 5
  ProvisionedConcurrentExecutions: 1
  EventInvokeConfig: {MaximumRetryAttempts: 0}
  Tags: {team: a}
  Layers: []
  VpcConfig: {SubnetIds: [subnet-2, subnet-1], SecurityGroupIds: [sg-1]}
  LoggingConfig: {LogFormat: JSON}
  SnapStart: {ApplyOn: None}
  Tomorrow: {Mode: new}
`),
    });
    expect((await deploy()).row).toMatchObject({ status: "deployed", error: null });
    const { row } = await deploy();
    expect(row).toMatchObject({ status: "unchanged", steps: [] });
    aws.behaviour.reorder = true;
    expect((await deploy()).row).toMatchObject({ status: "unchanged", steps: [] });
    writeFiles(folder, {
      "functions/hello/brig.yaml": settings("  Tags: {team: b}\n  Layers: []\n  Tomorrow: {Mode: new}\n"),
    });
    const { stdout } = await run(["deploy", "hello", "--target", "staged"]);
    expect(stdout).toMatch(/Tags\.team.*\n  settings written {2}[\d.]+ s\n/);
  });
});

describe("saved plans", () => {
  test("are applied as they were shown, without values in them", async () => {
    await deploy("--out", "plan.json");
    expect(aws.writes()).toEqual([]);
    expect(readFileSync(join(folder, "plan.json"), "utf8")).not.toContain("canary");
    const { stdout, status } = await run(["deploy", "--target", "staged", "--plan", "plan.json", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ functions: [{ name: "hello", status: "deployed" }] });
  });

  test("that cannot be saved say so", async () => {
    const { status, stdout } = await run([
      "deploy",
      "hello",
      "--target",
      "staged",
      "--out",
      "functions",
      "--json",
    ]);
    expect([status, stdout]).toEqual([2, expect.stringContaining("usage-invalid")]);
  });

  test("are refused when the function moved or the code is another", async () => {
    await deploy();
    edit();
    await deploy("--out", "plan.json");
    aws.function("hello-staged").latest.revisionId = "somebody";
    const moved = await run(["deploy", "--target", "staged", "--plan", "plan.json", "--json"]);
    expect(JSON.parse(moved.stdout)).toMatchObject({
      functions: [{ status: "failed", error: { code: "conflict" } }],
    });
    await deploy("--out", "plan.json");
    edit();
    const other = await run(["deploy", "--target", "staged", "--plan", "plan.json", "--json"]);
    expect(JSON.parse(other.stdout)).toMatchObject({ functions: [{ error: { code: "conflict" } }] });
    expect(aliasOf().version).toBe("1");
  });

  test("hold for no other account, and mean no other functions", async () => {
    const files = { "functions/hello/brig.yaml": settings().replace(/, account: "\d+"/, "") };
    writeFiles(folder, files);
    await deploy("--out", "plan.json");
    const other = await startStandIn({ account: "999999999999" });
    const mine = aws;
    aws = other;
    const elsewhere = await run(["deploy", "--target", "staged", "--plan", "plan.json", "--json"]);
    aws = mine;
    await other.dispose();
    expect(elsewhere.status).toBe(1);
    expect(JSON.parse(elsewhere.stdout)).toMatchObject({ error: { code: "conflict" } });
    for (const account of ["999999999999", standInAccount]) expect(elsewhere.stdout).toContain(account);
    expect(other.writes()).toEqual([]);
    writeFiles(folder, {
      "functions/other/src/lambda_function.py": "",
      "functions/other/brig.yaml": settings().replace("hello-staged", "other-staged"),
    });
    const named = await run(["deploy", "other", "--target", "staged", "--plan", "plan.json", "--json"]);
    expect([named.status, named.stdout]).toEqual([2, expect.stringContaining("has no plan for other")]);
    for (const functions of [[], [null], [{}], [{ name: 3 }], "hello"]) {
      writeFiles(folder, { "plan.json": JSON.stringify({ target: "staged", functions }) });
      const odd = await run([
        "-C",
        "functions/hello",
        "deploy",
        "--target",
        "staged",
        "--plan",
        "../../plan.json",
      ]);
      expect([odd.status, odd.stderr]).toEqual([2, expect.stringContaining("usage-invalid")]);
    }
    expect(aws.writes()).toEqual([]);
  });
});

describe("strangers", () => {
  test("a variable of somebody else is named and stays", async () => {
    await deploy();
    const { latest } = aws.function("hello-staged");
    const { Variables } = latest.config["Environment"] as { Variables: object };
    latest.config = { ...latest.config, Environment: { Variables: { ...Variables, HOTFIX: "1" } } };
    edit();
    aws.forgetCalls();
    const { row, status } = await deploy();
    expect(status).toBe(1);
    expect(row.error).toMatchObject({
      code: "drifted",
      message: expect.stringContaining("HOTFIX") as string,
    });
    expect(aws.writes()).toEqual([]);
  });

  test.each(["UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias"])(
    "somebody who writes before %s is not overwritten",
    async (operation) => {
      await deploy();
      edit();
      writeFiles(folder, { "functions/hello/brig.yaml": settings().replace("Timeout: 10", "Timeout: 20") });
      let meddled = false;
      aws.behaviour.before = (call) => {
        if (call.operation !== operation || meddled) return;
        meddled = true;
        if (operation === "UpdateAlias") aws.function("hello-staged").aliases.get("staged")!.revisionId = "x";
        else meddle("hello-staged");
      };
      const { row, status } = await deploy();
      expect({ status, error: row.error }).toMatchObject({ status: 1, error: { code: "conflict" } });
      expect(aliasOf().version).toBe("1");
      aws.behaviour.before = undefined;
      expect((await deploy()).row).toMatchObject({ status: "deployed" });
    },
  );

  test("credentials of another account write nothing", async () => {
    const { stdout, status } = await run(["deploy", "hello", "--target", "elsewhere", "--json"]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: "config-invalid",
        message: expect.stringMatching(/000000000000.*123456789012/) as string,
      },
    });
    expect(aws.writes()).toEqual([]);
  });
});

test("what fails behind the alias's move is told with the version that the alias has by then", async () => {
  writeFiles(folder, {
    "functions/hello/brig.yaml": settings("  EventInvokeConfig: {MaximumRetryAttempts: 0}\n"),
  });
  aws.behaviour.denied.add("lambda:PutFunctionEventInvokeConfig");
  const { row, status } = await deploy();
  expect({ status, row }).toMatchObject({
    status: 1,
    row: { status: "failed", version: "1", previousVersion: null, error: { code: "access-denied" } },
  });
  aws.behaviour.denied.clear();
  expect((await deploy()).row).toMatchObject({
    status: "deployed",
    steps: [{ call: "PutFunctionEventInvokeConfig" }],
  });
});

describe("what must not go live", () => {
  test("code whose tests fail, which shows why", async () => {
    writeFiles(folder, {
      "functions/hello/scripts/test": "#!/bin/sh\necho 'the sky is green' >&2\nexit 1\n",
    });
    chmodSync(join(folder, "functions/hello/scripts/test"), 0o755);
    const { status, stderr } = await run(["deploy", "hello", "--target", "staged"]);
    expect(status).toBe(1);
    expect(stderr).toContain("the sky is green");
    expect(stderr).toContain("error: tests-failed: ");
    expect(aws.writes()).toEqual([]);
  });

  test("a version that fails its smoke test stays without an alias", async () => {
    await deploy();
    edit();
    aws.behaviour.invoke = () => ({ payload: `{"errorMessage": "${secret}"}`, functionError: "Unhandled" });
    const { row, status } = await deploy();
    expect(status).toBe(1);
    expect(row).toMatchObject({ status: "failed", version: "1", error: { code: "smoke-failed" } });
    expect(aliasOf().version).toBe("1");
    expect(aws.world.invocations.filter(({ version }) => version === "2")).toHaveLength(1);
  });

  test("a smoke test without an answer is not repeated", async () => {
    await deploy();
    edit();
    aws.forgetCalls();
    aws.behaviour.after = ({ operation }) => (operation === "Invoke" ? "drop" : undefined);
    expect((await deploy()).row.error).toMatchObject({ code: "smoke-failed" });
    expect(aws.calls.filter(({ operation }) => operation === "Invoke")).toHaveLength(1);
  });

  test("protected targets take committed builds and their smoke tests", async () => {
    edit();
    expect((await deploy("--target", "prod")).row.error).toMatchObject({ code: "target-protected" });
    commit(folder, "Second");
    expect((await deploy("--target", "prod", "--no-smoke")).row.error).toMatchObject({
      code: "target-protected",
    });
    expect(aws.writes()).toEqual([]);
    expect((await deploy("--target", "prod")).row).toMatchObject({ status: "deployed", alias: "live" });
  });

  test("most variables leave only with --yes", async () => {
    await deploy();
    writeFiles(folder, {
      "functions/hello/brig.yaml": settings().replace(/Variables: .*/, "Variables: {}}"),
    });
    aws.forgetCalls();
    const { row, status } = await deploy();
    expect({ status, row }).toMatchObject({
      status: 2,
      row: { needsYes: true, error: { code: "usage-invalid" } },
    });
    expect(aws.writes()).toEqual([]);
    expect((await deploy("--yes")).row).toMatchObject({ status: "deployed" });
  });
});

describe("a canary", () => {
  test("gets its shares, then everything", async () => {
    await deploy();
    edit();
    const shares: unknown[] = [];
    aws.behaviour.after = ({ operation, input }) => {
      if (operation === "UpdateAlias") shares.push([input["FunctionVersion"], input["RoutingConfig"]]);
    };
    const { row } = await deploy("--canary", "10,50", "--interval", "0.1s");
    expect(row).toMatchObject({ status: "deployed", version: "2" });
    expect(shares).toEqual([
      ["1", { AdditionalVersionWeights: { "2": 0.1 } }],
      ["1", { AdditionalVersionWeights: { "2": 0.5 } }],
      ["2", { AdditionalVersionWeights: {} }],
    ]);
  });

  test("that fails goes back", async () => {
    await deploy();
    edit();
    let invocations = 0;
    aws.behaviour.invoke = () => {
      invocations += 1;
      return invocations < 3
        ? { payload: "1" }
        : { payload: "{}", functionError: "Unhandled", unexpected: false };
    };
    const { row, status } = await deploy("--canary", "10,50", "--interval", "0.1s");
    expect({ status, row }).toMatchObject({
      status: 1,
      row: { status: "returned", error: { code: "smoke-failed" } },
    });
    expect(aliasOf()).toEqual({ version: "1", weights: {} });
  });

  test("that fails more of its calls than the old version goes back", async () => {
    await deploy();
    edit();
    aws.behaviour.after = ({ operation }) => {
      if (operation !== "UpdateAlias") return;
      const call = { at: new Date(), functionName: "hello-staged", alias: "staged" };
      aws.world.invocations.push({ ...call, version: "1", failed: true });
      aws.world.invocations.push({ ...call, version: "1", failed: false });
      aws.world.invocations.push({ ...call, version: "2", failed: true });
    };
    const { row, status } = await deploy("--canary", "10", "--interval", "0.1s");
    expect({ status, row }).toMatchObject({
      status: 1,
      row: {
        status: "returned",
        error: { code: "smoke-failed", message: expect.stringContaining("failed 1 of 1 calls") as string },
      },
    });
    expect(aliasOf()).toEqual({ version: "1", weights: {} });
  });

  const canary = ["--canary", "10,50", "--interval", "0.05s"];

  /** The answer to a move of the alias is lost, and what is asked next as well. */
  function loseMove(number: number): void {
    let moves = 0;
    let reads = 0;
    aws.behaviour.after = ({ operation }) => {
      if (operation === "UpdateAlias") moves += 1;
      return operation === "UpdateAlias" && moves === number ? "drop" : undefined;
    };
    // A read is sent five times.
    aws.behaviour.before = ({ operation }) => {
      if (operation !== "GetAlias" || moves < number) return undefined;
      reads += 1;
      return reads <= 5 ? "drop" : undefined;
    };
  }

  test.each([1, 2])(
    "whose move %d was lost together with what became of it takes its share back",
    async (number) => {
      await deploy();
      edit();
      loseMove(number);
      const { row } = await deploy(...canary);
      expect(row).toMatchObject({ status: "returned", version: "1", error: { code: "aws-failed" } });
      expect(aliasOf()).toEqual({ version: "1", weights: {} });
    },
  );

  test("whose last move was lost is done when AWS says so", async () => {
    await deploy();
    edit();
    loseMove(3);
    expect((await deploy(...canary)).row).toMatchObject({ status: "deployed", version: "2", error: null });
    expect(aliasOf()).toEqual({ version: "2", weights: {} });
  });

  test("whose share cannot be taken back says so", async () => {
    await deploy();
    edit();
    aws.behaviour.after = ({ operation }) => {
      if (operation === "UpdateAlias") aws.behaviour.denied.add("lambda:UpdateAlias");
    };
    const { row, status } = await deploy(...canary);
    expect({ status, row }).toMatchObject({
      status: 1,
      row: { status: "failed", error: { code: "access-denied" } },
    });
    expect(row.error!.message).toContain("could not be taken back");
    expect(aliasOf().weights).toEqual({ "2": 0.1 });
  });

  test("that nothing can judge goes back", async () => {
    rmSync(join(folder, "functions/hello/events"), { recursive: true });
    aws.behaviour.smokes = () => 0;
    await deploy();
    edit();
    aws.behaviour.before = ({ service }) =>
      service === "monitoring" ? new AwsFault(500, "InternalFailure", "on purpose") : undefined;
    expect((await deploy(...canary)).row).toMatchObject({
      status: "returned",
      error: { code: "aws-failed" },
    });
    expect(aliasOf()).toEqual({ version: "1", weights: {} });
  });

  test("that is interrupted goes back", async () => {
    await deploy();
    edit();
    const stop = new AbortController();
    aws.behaviour.after = ({ operation }) => {
      if (operation === "UpdateAlias") setTimeout(() => stop.abort(new Error("interrupted")), 50);
    };
    const args = ["deploy", "hello", "--target", "staged", "--canary", "10", "--interval", "1h", "--json"];
    const { stdout, status } = await run(args, stop.signal);
    expect(status).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      functions: [{ status: "returned", error: { code: "interrupted" } }],
    });
    expect(aliasOf()).toEqual({ version: "1", weights: {} });
  });

  test("that was killed leaves weights, which the next deployment clears first", async () => {
    await deploy();
    edit();
    await deploy();
    aws.function("hello-staged").aliases.get("staged")!.weights = { "1": 0.1 };
    edit();
    const { row } = await deploy();
    expect(row).toMatchObject({ status: "deployed", steps: [{ call: "UpdateAlias" }, {}, {}, {}, {}] });
    expect(aliasOf()).toEqual({ version: "3", weights: {} });
  });
});

describe("AWS's awkward sides", () => {
  test("a role that cannot be assumed yet is waited for", async () => {
    aws.behaviour.roleRefusals = 1;
    aws.behaviour.settleReads.create = 3;
    expect((await deploy()).row).toMatchObject({ status: "deployed" });
  });

  test("a failed update is told with AWS's reason", async () => {
    await deploy();
    edit();
    aws.behaviour.failures.update = { code: "InvalidZipFileException", reason: "The zip is torn." };
    const { row } = await deploy();
    expect(row.error).toMatchObject({
      code: "aws-failed",
      message: expect.stringContaining("The zip is torn.") as string,
    });
    expect((await deploy()).row).toMatchObject({ status: "deployed" });
  });
});

test("one function that fails stops no other", async () => {
  writeFiles(folder, {
    "functions/broken/brig.yaml": settings().replaceAll("hello-", "broken-"),
    "functions/broken/src/lambda_function.py": "def lambda_handler(event, context):\n    return event\n",
  });
  aws.behaviour.smokes = () => 0;
  aws.behaviour.before = ({ functionName, operation }) => {
    if (operation === "PublishVersion" && functionName === "broken-staged") {
      meddle("broken-staged");
    }
  };
  const { stdout, status, stderr } = await run(["deploy", "--all", "--target", "staged"]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/broken +failed/);
  expect(stdout).toMatch(/hello +deployed .*staged at 1/);
  expect(stdout).toMatch(/2 functions, 1 deployed, 1 failed/);
  expect(stderr).toContain("conflict");
});

test("a function whose settings are broken stops no other", async () => {
  writeFiles(folder, {
    "functions/broken/src/lambda_function.py": "",
    "functions/broken/brig.yaml": "function: {Timeout: soon}\n",
    "functions/nameless/src/lambda_function.py": "",
    "functions/nameless/brig.yaml": settings().replace("hello-staged", '"${env:NOT_SET}"'),
  });
  const { status, stdout } = await run(["deploy", "--all", "--target", "staged", "--json"]);
  expect(status).toBe(2);
  const { functions } = JSON.parse(stdout) as DeployReport;
  const found = Object.fromEntries(functions.map((row) => [row.name, [row.status, row.error?.code ?? null]]));
  expect(found).toEqual({
    hello: ["deployed", null],
    broken: ["failed", "config-invalid"],
    nameless: ["failed", "config-invalid"],
  });
  const alone = await run(["deploy", "broken", "--target", "staged", "--json"]);
  expect([alone.status, alone.stdout]).toEqual([2, expect.stringContaining('"error": {')]);
});

test("two folders that would be one function on AWS are both refused", async () => {
  writeFiles(folder, {
    "functions/twin/src/lambda_function.py": "def lambda_handler(event, context):\n    return 2\n",
    "functions/twin/brig.yaml": settings(),
    "functions/other/src/lambda_function.py": "def lambda_handler(event, context):\n    return 3\n",
    "functions/other/brig.yaml": settings().replace("hello-staged", "other-staged"),
  });
  aws.behaviour.smokes = () => 0;
  const { status, stdout } = await run(["deploy", "--all", "--target", "staged", "--json"]);
  expect(status).toBe(2);
  const { functions } = JSON.parse(stdout) as DeployReport;
  const failed = functions.filter(({ error }) =>
    error?.message.includes("functions/hello and functions/twin"),
  );
  expect(failed.map(({ name }) => name)).toEqual(["hello", "twin"]);
  expect(() => aws.function("hello-staged")).toThrow("no function");
  expect(aws.function("other-staged").aliases.has("staged")).toBe(true);
});

describe("brig promote", () => {
  async function promote(...args: readonly string[]): Promise<Deployed> {
    const { stdout, status } = await run(["promote", "hello", ...args, "--json"]);
    const report = JSON.parse(stdout) as DeployReport;
    return { ...report, status, row: report.functions?.[0] as DeployRow };
  }

  test("brings the very bytes and their commit, with the other target's settings", async () => {
    const { row: staged } = await deploy();
    // What is here now is another version, which nobody asked for.
    edit();
    const { row, status } = await promote("--from", "staged", "--to", "prod");
    expect(status).toBe(0);
    expect(row).toMatchObject({ status: "deployed", alias: "live", commit: staged.commit, dirty: false });
    expect(row.codeSha256).toBe(staged.codeSha256);
    const { code, config } = aws.function("hello-prod").versions.get("1")!;
    expect(code.sha256).toBe(staged.codeSha256);
    expect(config["Description"]).toBe(`brig ${staged.commit}`);
    aws.forgetCalls();
    expect((await promote("--from", "staged", "--to", "prod")).row).toMatchObject({ status: "unchanged" });
    expect(aws.calls.map(({ operation }) => operation)).not.toContain("DownloadCode");
  });

  test("does not bring to a protected target what was not committed", async () => {
    edit();
    await deploy();
    const { row, status } = await promote("--from", "staged", "--to", "prod");
    expect({ status, row }).toMatchObject({ status: 1, row: { error: { code: "target-protected" } } });
    expect(aws.world.functions.has("us-east-1/hello-prod")).toBe(false);
  });

  test("of what is not there is not-deployed", async () => {
    const { stdout, status } = await run(["promote", "hello", "--from", "staged", "--to", "prod", "--json"]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "not-deployed" } });
  });
});

describe("brig diff", () => {
  test("shows settings and files, and writes nothing", async () => {
    await deploy();
    const same = await run(["diff", "hello", "--target", "staged", "--exit-code"]);
    expect(same).toMatchObject({ status: 0, stdout: expect.stringContaining("nothing to do") as string });
    edit();
    writeFiles(folder, {
      "functions/hello/brig.yaml": settings().replace("Timeout: 10", "Timeout: 20"),
      "functions/hello/src/more.py": "",
    });
    aws.forgetCalls();
    const { stdout, status } = await run(["diff", "hello", "--target", "staged"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/code +2 files changed: lambda_function.py, more.py/);
    expect(stdout).toMatch(/Timeout +10 → 20/);
    expect((await run(["diff", "hello", "--target", "staged", "--exit-code"])).status).toBe(1);
    expect(aws.writes()).toEqual([]);
  });

  test("downloads what runs where no build tells of it", async () => {
    await deploy();
    rmSync(join(folder, "functions/hello/builds"), { recursive: true });
    edit();
    const { stdout } = await run(["diff", "hello", "--target", "staged"]);
    expect(stdout).toMatch(/code +1 file changed: lambda_function.py/);
  });
});
