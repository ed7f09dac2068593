/** Other actors, refusals and failures of AWS during a deploy: told in words, and nothing of others is overwritten. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AwsFault } from "../src/local/aws-fault.ts";
import type { Call } from "./stand-in/call.ts";
import { describeOutcome } from "./stand-in/snapshot.ts";
import { type StandIn, startStandIn } from "./stand-in/stand-in.ts";
import type { FunctionState } from "./stand-in/world.ts";
import { makeWorkspace, type Result, writeFiles } from "./support/brig.ts";
import { brigHere, helloFiles, sourceOf } from "./support/deploy.ts";

const members = (timeout: number, more = ""): string =>
  `{FunctionName: hello, Timeout: ${timeout}, Environment: {Variables: {LEVEL: info}}${more}}`;

let aws: StandIn;
let folder: string;
beforeEach(async () => {
  aws = await startStandIn({ behaviour: { smokes: (name) => (name === "hello" ? 2 : 0) } });
  folder = makeWorkspace(helloFiles(members(10)));
});

afterEach(async () => {
  await aws.dispose();
  expect(aws.faults).toEqual([]);
});

interface Row {
  readonly name: string;
  readonly status: string;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
}

function deploy(...more: readonly string[]): Promise<Result> {
  const which = more.includes("--all") ? [] : ["hello"];
  return brigHere(folder, ["deploy", ...which, "--target", "live", "--yes", "--json", ...more], aws.env);
}

async function succeed(...more: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await deploy(...more);
  expect(status, stdout + stderr).toBe(0);
}

/** The error of the row, or the command's own. */
async function fail(...more: readonly string[]): Promise<NonNullable<Row["error"]>> {
  const { status, stdout, stderr } = await deploy(...more);
  expect(status, stdout + stderr).toBe(1);
  const document = JSON.parse(stdout) as { functions?: readonly Row[]; error?: Row["error"] };
  return (document.error ?? document.functions?.find(({ error }) => error !== null)?.error)!;
}

function edit(edition: number, more = ""): void {
  writeFiles(folder, {
    "brig.yaml": helloFiles(members(10 * edition, more))["brig.yaml"]!,
    "functions/hello/src/lambda_function.py": sourceOf(edition),
  });
}

/** Deployed once, edited, and the calls that deploying the edit takes. */
async function prepareEdit(): Promise<{ readonly restore: () => void; readonly calls: readonly Call[] }> {
  await succeed();
  edit(2);
  const restore = aws.save();
  aws.forgetCalls();
  await succeed();
  const calls = [...aws.calls];
  restore();
  return { restore, calls };
}

function indexOf(calls: readonly Call[], operation: string): number {
  return calls.find((call) => call.operation === operation)!.index;
}

describe("another actor, between any two calls,", () => {
  const strangers: readonly {
    readonly does: string;
    readonly act: (owner: FunctionState) => void;
    readonly isThere: (owner: FunctionState) => boolean;
  }[] = [
    {
      does: "changes a setting",
      act: ({ latest }) => (latest.config = { ...latest.config, Timeout: 77 }),
      isThere: ({ latest }) => latest.config["Timeout"] === 77,
    },
    {
      does: "uploads other code",
      act: ({ latest }) => (latest.code = { ...latest.code, sha256: Buffer.alloc(32, 7).toString("base64") }),
      isThere: ({ latest }) => latest.code.sha256 === Buffer.alloc(32, 7).toString("base64"),
    },
    {
      does: "places a variable",
      act: ({ latest }) =>
        (latest.config = { ...latest.config, Environment: { Variables: { LEVEL: "info", STRANGE: "1" } } }),
      isThere: ({ latest }) => JSON.stringify(latest.config["Environment"]).includes("STRANGE"),
    },
  ];

  test.each(strangers)("$does: the deploy stops, and it stays", async ({ act, isThere }) => {
    const { restore, calls } = await prepareEdit();
    const first = indexOf(calls, "UpdateFunctionCode");
    const last = indexOf(calls, "PublishVersion");
    let tried = 0;
    for (let index = first; index <= last; index += 1) {
      restore();
      aws.forgetCalls();
      const owner = aws.function("hello");
      let acted = false;
      aws.behaviour.before = (call) => {
        // While an update is in progress AWS would refuse the stranger, too.
        if (call.index !== index || owner.latest.update === "InProgress") return;
        act(owner);
        owner.latest.revisionId = aws.world.newRevision();
        acted = true;
      };
      const { status, stdout } = await deploy();
      aws.behaviour.before = undefined;
      if (!acted) continue;
      tried += 1;
      expect(status, `${index}: ${stdout}`).toBe(1);
      expect(stdout, String(index)).toMatch(/"code": "(conflict|drifted)"/);
      expect(isThere(owner), `${index}: the stranger's change is gone`).toBe(true);
      expect(owner.aliases.get("live")!.version).toBe("1");
      expect(aws.violations).toEqual([]);
    }
    expect(tried).toBeGreaterThanOrEqual(3);
  });

  test("moves the alias: it stays where the other put it", async () => {
    const { restore, calls } = await prepareEdit();
    const last = indexOf(calls, "UpdateAlias");
    for (let index = indexOf(calls, "UpdateFunctionCode"); index <= last; index += 1) {
      restore();
      aws.forgetCalls();
      const alias = aws.function("hello").aliases.get("live")!;
      aws.behaviour.before = (call) => {
        if (call.index !== index) return;
        alias.description = "moved by hand";
        alias.revisionId = aws.world.newRevision();
      };
      const { code } = await fail();
      aws.behaviour.before = undefined;
      expect(code, String(index)).toBe("conflict");
      expect(alias).toMatchObject({ version: "1", description: "moved by hand" });
    }
  });

  test("is not AWS that answers a setting in its own way when it creates the function", async () => {
    edit(1);
    const brigYaml = helloFiles(
      "{FunctionName: hello, Environment: {Variables: {LEVEL: info}, Forgotten: 1}}",
    );
    writeFiles(folder, { "brig.yaml": brigYaml["brig.yaml"]! });
    await succeed();
    expect(aws.function("hello").aliases.get("live")!.version).toBe("1");
  });

  test("makes the function's URL first", async () => {
    edit(1, ", FunctionUrlConfig: {AuthType: AWS_IAM}");
    const now = new Date();
    const url = { id: "other", config: { AuthType: "NONE" }, created: now, modified: now };
    aws.behaviour.before = ({ operation }) => {
      if (operation === "CreateFunctionUrlConfig") aws.function("hello").urls.set("live", url);
    };
    expect(await fail()).toMatchObject({ code: "conflict" });
    expect(url.config).toEqual({ AuthType: "NONE" });
    aws.behaviour.before = undefined;
    await succeed();
    expect(url.config).toMatchObject({ AuthType: "AWS_IAM" });
  });

  test("makes the function first", async () => {
    await succeed();
    const made = aws.function("hello");
    aws.world.functions.clear();
    aws.behaviour.before = ({ operation }) => {
      if (operation !== "CreateFunction") return;
      made.latest.config = { ...made.latest.config, Handler: "other.handler" };
      aws.world.functions.set("us-east-1/hello", made);
    };
    expect(await fail()).toMatchObject({ code: "conflict" });
    expect(made.latest.config["Handler"]).toBe("other.handler");
  });

  test("changes what no brig.yaml mentions: it is neither undone nor in the way", async () => {
    await succeed();
    const { latest } = aws.function("hello");
    latest.config = { ...latest.config, MemorySize: 512, Description: "told by hand" };
    latest.revisionId = aws.world.newRevision();
    edit(2);
    await succeed();
    expect(latest.config).toMatchObject({ MemorySize: 512, Description: "told by hand", Timeout: 20 });
    aws.forgetCalls();
    await succeed();
    expect(aws.writes()).toEqual([]);
  });
});

describe("AWS says no:", () => {
  test("each action in turn is denied, and the error names it", async () => {
    await succeed();
    edit(2);
    const restore = aws.save();
    aws.forgetCalls();
    await succeed();
    const actions = new Set(
      aws.calls
        .filter(({ service }) => service === "lambda")
        .map(({ operation }) => `lambda:${operation === "Invoke" ? "InvokeFunction" : operation}`),
    );
    expect(actions.size).toBeGreaterThanOrEqual(6);
    for (const action of actions) {
      restore();
      aws.behaviour.denied.add(action);
      const { code, message } = await fail();
      aws.behaviour.denied.clear();
      expect([action, code]).toEqual([action, "access-denied"]);
      expect(message).toContain(action);
      expect(aws.function("hello").aliases.get("live")!.version).toBe("1");
      expect(aws.violations).toEqual([]);
    }
  });

  test("tags that may not be read are neither set anew nor taken for gone; unmentioned they do not matter", async () => {
    edit(1, ", Tags: {team: a}");
    await succeed();
    aws.function("hello").tags.set("by", "hand");
    aws.behaviour.denied.add("lambda:ListTags");
    aws.forgetCalls();
    const { code, message } = await fail();
    expect([code, message]).toEqual(["access-denied", expect.stringContaining("lambda:ListTags")]);
    edit(2);
    await succeed();
    expect(aws.writes()).not.toContain("UntagResource");
    expect(Object.fromEntries(aws.function("hello").tags)).toEqual({ team: "a", by: "hand" });
  });

  test.each([
    ["no answer ever comes", "drop" as const],
    [
      "it is being deleted",
      new AwsFault(409, "ResourceConflictException", "Function is being deleted: hello"),
    ],
  ])("a function cannot be created, as %s: brig gives up", async (_, answer) => {
    aws.behaviour.before = ({ operation }) => (operation === "CreateFunction" ? answer : undefined);
    const { code } = await fail();
    expect(code).toBe(answer === "drop" ? "aws-failed" : "conflict");
    expect(aws.calls.filter(({ operation }) => operation === "CreateFunction")).toHaveLength(5);
    aws.behaviour.before = undefined;
    await succeed();
  });

  test("the token has expired", async () => {
    aws.behaviour.expired = true;
    expect(await fail()).toMatchObject({ code: "credentials-expired" });
    expect(aws.writes()).toEqual([]);
  });

  test("the credentials are of another account: refused before any write, both named", async () => {
    const other = await startStandIn({ account: "999999999999" });
    const { status, stdout } = await brigHere(
      folder,
      ["deploy", "hello", "--target", "live", "--yes", "--json"],
      other.env,
    );
    await other.dispose();
    expect(status, stdout).not.toBe(0);
    expect(stdout).toContain("999999999999");
    expect(stdout).toContain("123456789012");
    expect(other.writes()).toEqual([]);
  });

  test("the role cannot be assumed at first", async () => {
    aws.behaviour.roleRefusals = 2;
    await succeed();
    expect(aws.function("hello").aliases.get("live")!.version).toBe("1");
  });

  test.each(["create", "update", "publish"] as const)("%s fails, with AWS's reason", async (kind) => {
    if (kind !== "create") {
      await succeed();
      edit(2);
    }
    aws.behaviour.failures[kind] = { code: "SubnetOutOfIPAddresses", reason: "the subnet is full (test)" };
    const { code, message } = await fail();
    expect(code).toBe("aws-failed");
    expect(message).toContain("the subnet is full (test)");
    const alias = aws.function("hello").aliases.get("live");
    expect(alias?.version).toBe(kind === "create" ? undefined : "1");
    expect(aws.violations).toEqual([]);
  });

  test("after a failed creation the next deploy makes AWS try again", async () => {
    aws.behaviour.failures.create = { code: "SubnetOutOfIPAddresses", reason: "on purpose" };
    await fail();
    expect(aws.function("hello").latest.state).toBe("Failed");
    await succeed();
    expect(aws.writes()).toContain("UpdateFunctionCode");
    expect(aws.function("hello").aliases.get("live")!.version).toBe("1");
    expect(aws.violations).toEqual([]);
  });

  test("provisioned concurrency that failed is asked for again, until it is there", async () => {
    edit(1, ", ProvisionedConcurrentExecutions: 3");
    for (const reason of ["no capacity", "still none"]) {
      aws.behaviour.failures.provision = { code: "InsufficientCapacity", reason };
      const { code, message } = await fail();
      expect([code, message]).toEqual(["aws-failed", expect.stringContaining(reason)]);
    }
    await succeed();
    aws.forgetCalls();
    await succeed();
    expect(aws.writes()).toEqual([]);
  });

  test("after a failed update the next deploy ends as it should", async () => {
    const { restore } = await prepareEdit();
    await succeed();
    const outcome = describeOutcome(aws.function("hello"));
    restore();
    aws.behaviour.failures.update = { code: "InternalError", reason: "on purpose" };
    await fail();
    await succeed();
    expect(describeOutcome(aws.function("hello"))).toEqual(outcome);
    expect(aws.violations).toEqual([]);
  });
});

test("what is too large with its layers is refused before anything is sent", async () => {
  const layer = "arn:aws:lambda:us-east-1:123456789012:layer:large:1";
  aws.world.layers.set(layer, { codeSize: 262_144_000 });
  edit(1, `, Layers: ["${layer}"]`);
  const { code, message } = await fail();
  expect([code, message]).toEqual(["too-large", expect.stringContaining("262144000 in layers")]);
  expect(aws.writes()).toEqual([]);
  // Layers that nobody mentions count as well.
  edit(1);
  await succeed();
  const { latest } = aws.function("hello");
  latest.config = { ...latest.config, Layers: [layer] };
  edit(2);
  aws.forgetCalls();
  expect(await fail()).toMatchObject({ code: "too-large" });
  expect(aws.writes()).toEqual([]);
});

describe("a smoke test", () => {
  test.each([
    {
      how: "fails",
      outcome: { payload: '{"errorType": "ValueError"}', functionError: "Unhandled" as const },
    },
    { how: "is not answered as expected", outcome: { payload: '{"ok": false}', unexpected: true } },
  ])("that $how leaves the alias where it is, and the next one moves it", async ({ outcome }) => {
    await succeed();
    edit(2);
    // The build runs the same events here, where the function is right.
    writeFiles(folder, {
      "functions/hello/events/smoke.expect.json": '{"ok": true}',
      "functions/hello/src/lambda_function.py":
        'def lambda_handler(event, context):\n    return {"ok": True}\n',
    });
    aws.behaviour.invoke = ({ payload }) =>
      payload.includes('"smoke": 1') ? outcome : { payload: '{"ok": true}' };
    aws.forgetCalls();
    expect(await fail()).toMatchObject({ code: "smoke-failed" });
    const invoked = aws.calls.filter(({ operation }) => operation === "Invoke");
    expect(invoked.every(({ qualifier }) => qualifier === "2")).toBe(true);
    const payloads = aws.world.invocations.filter(({ version }) => version === "2").length;
    expect(payloads).toBeLessThanOrEqual(2);
    expect(aws.function("hello").aliases.get("live")!.version).toBe("1");
    aws.behaviour.invoke = () => ({ payload: '{"ok": true}' });
    await succeed();
    expect(aws.function("hello").aliases.get("live")!.version).toBe("2");
    expect(aws.violations).toEqual([]);
  });

  test("that gets no answer is not sent again", async () => {
    await succeed();
    edit(2);
    aws.forgetCalls();
    aws.behaviour.after = ({ operation }) => (operation === "Invoke" ? "drop" : undefined);
    expect(await fail()).toMatchObject({ code: "smoke-failed" });
    const payloads = aws.calls.filter(({ operation }) => operation === "Invoke");
    expect(payloads.length).toBeLessThanOrEqual(2);
    aws.behaviour.after = undefined;
    expect(aws.function("hello").aliases.get("live")!.version).toBe("1");
  });
});

describe("unchanged", () => {
  test("in all of AWS's shapes, in another order, and with members that no model knows", async () => {
    const layer = "arn:aws:lambda:us-east-1:123456789012:layer";
    edit(
      1,
      `, Layers: ["${layer}:b:1", "${layer}:a:2"], SnapStart: {ApplyOn: None}, LoggingConfig: {LogFormat: JSON}, ` +
        "VpcConfig: {SubnetIds: [subnet-b, subnet-a], SecurityGroupIds: [sg-1, sg-0]}, FutureConfig: {Level: 3}, " +
        'TracingConfig: {Mode: Active}, EphemeralStorage: {Size: 1024}, DeadLetterConfig: {TargetArn: ""}, ' +
        'KMSKeyArn: "", FileSystemConfigs: [], Tags: {team: a}',
    );
    await succeed();
    expect(aws.function("hello").latest.config["FutureConfig"]).toEqual({ Level: 3 });
    aws.function("hello").tags.set("aws:cloudformation:stack-name", "others");
    for (const reorder of [false, true]) {
      aws.behaviour.reorder = reorder;
      aws.forgetCalls();
      await succeed();
      expect(aws.writes()).toEqual([]);
    }
    expect(aws.violations).toEqual([]);
  });

  test("costs two GetFunction calls a function and no write; one function's failure stops no other", async () => {
    for (const name of ["one", "two", "three"]) {
      writeFiles(folder, {
        [`functions/${name}/src/lambda_function.py`]: sourceOf(1),
        [`functions/${name}/brig.yaml`]: `targets: {live: {function: {FunctionName: ${name}}}}\n`,
      });
    }
    aws.behaviour.before = ({ functionName, operation }) =>
      functionName === "two" && operation === "PublishVersion"
        ? new AwsFault(500, "ServiceException", "on purpose")
        : undefined;
    const { status, stdout } = await deploy("--all");
    aws.behaviour.before = undefined;
    expect(status).toBe(1);
    const { functions } = JSON.parse(stdout) as { functions: readonly Row[] };
    expect(Object.fromEntries(functions.map((row) => [row.name, row.status]))).toEqual({
      hello: "deployed",
      one: "deployed",
      two: "failed",
      three: "deployed",
    });
    await succeed("--all");
    aws.forgetCalls();
    await succeed("--all");
    const calls = aws.calls.filter(({ service }) => service === "lambda");
    expect(calls.map(({ operation }) => operation)).toEqual(Array.from({ length: 8 }, () => "GetFunction"));
  });
});
