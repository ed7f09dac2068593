/**
 * A fault at every call of a deploy: the alias is at a tested version all the time, and running the same command again
 * ends as if nothing had happened.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AwsFault } from "../src/local/aws-fault.ts";
import type { Call } from "./stand-in/call.ts";
import { describeOutcome } from "./stand-in/snapshot.ts";
import { brig } from "./support/brig.ts";
import { brigHere, helloFiles, type Lane, openLanes, sourceOf, spread } from "./support/deploy.ts";
import { startBrig } from "./support/processes.ts";

const members = (edition: number): string =>
  `{FunctionName: hello, Timeout: ${10 + edition}, Environment: {Variables: {LEVEL: info, EDITION: "${edition}"}}, ` +
  `Tags: {team: "a${edition}"}, FunctionUrlConfig: {AuthType: NONE, InvokeMode: ${edition === 1 ? "BUFFERED" : "RESPONSE_STREAM"}}, ` +
  `Permissions: [{StatementId: "url${edition}", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: NONE}], ` +
  `ReservedConcurrentExecutions: ${edition}, ProvisionedConcurrentExecutions: ${edition}, ` +
  `EventInvokeConfig: {MaximumRetryAttempts: ${edition - 1}}}`;

const bare =
  "{FunctionName: hello, Timeout: 11, Environment: {Variables: {LEVEL: info}}, Tags: {}, " +
  "ProvisionedConcurrentExecutions: 0, Permissions: []}";

const deploy = ["deploy", "hello", "--target", "live", "--yes", "--json"];

interface Scenario {
  readonly name: string;
  /** Brings the lane to where the deploy that is disturbed starts. */
  readonly prepare: (lane: Lane) => Promise<void>;
}

async function deployed(lane: Lane): Promise<void> {
  const { status, stdout, stderr } = await brigHere(lane.folder, deploy, lane.aws.env);
  expect(status, stdout + stderr).toBe(0);
}

function edit({ folder }: Lane, as: string): void {
  const files = helloFiles(as);
  writeFileSync(join(folder, "brig.yaml"), files["brig.yaml"]!);
  writeFileSync(join(folder, "functions/hello/src/lambda_function.py"), sourceOf(2));
}

const scenarios: readonly Scenario[] = [
  {
    name: "the first deploy of a function",
    prepare: async ({ folder, aws }) => void (await brigHere(folder, ["build", "hello"], aws.env)),
  },
  {
    name: "a deploy of code, configuration and all around it",
    prepare: async (lane) => {
      await deployed(lane);
      edit(lane, members(2));
      await brigHere(lane.folder, ["build", "hello"], lane.aws.env);
    },
  },
  {
    name: "a deploy that takes away all around it",
    prepare: async (lane) => {
      await deployed(lane);
      edit(lane, bare);
      await brigHere(lane.folder, ["build", "hello"], lane.aws.env);
    },
  },
];

/** What a call meets once before it passes. */
const meetings = {
  "a throttle": ({ service }: Call) =>
    service === "lambda"
      ? new AwsFault(429, "TooManyRequestsException", "Rate exceeded", {}, { "retry-after": "0" })
      : undefined,
  "another update under way": ({ writes, service }: Call) =>
    writes && service === "lambda"
      ? new AwsFault(409, "ResourceConflictException", "An update is in progress for resource: x")
      : undefined,
};

describe.each(scenarios)("$name", ({ prepare }) => {
  let lanes: readonly Lane[];
  let restores: Map<Lane, () => void>;
  /** Of a run that nothing disturbs. */
  let calls: readonly Call[];
  let outcome: unknown;
  let versions: number;

  beforeAll(async () => {
    const settleReads = { create: 1, update: 1, publish: 0, provision: 0 };
    lanes = await openLanes(8, helloFiles(members(1)), { behaviour: { smokes: () => 2, settleReads } });
    for (const lane of lanes) await prepare(lane);
    restores = new Map(lanes.map((lane) => [lane, lane.aws.save()]));
    const [first] = lanes;
    first!.aws.forgetCalls();
    await deployed(first!);
    calls = [...first!.aws.calls];
    outcome = describeOutcome(first!.aws.function("hello"));
    versions = first!.aws.function("hello").versions.size;
    expect(first!.aws.violations).toEqual([]);
    await deployed(first!);
    expect(describeOutcome(first!.aws.function("hello"))).toEqual(outcome);
  });

  afterAll(async () => {
    for (const { aws } of lanes) await aws.dispose();
  });

  test.each(["before", "after"] as const)("each call in turn is dropped %s it took effect", async (when) => {
    const felt: string[] = [];
    await spread(lanes, calls, async (lane, { index }) => {
      const { aws, folder } = lane;
      restores.get(lane)!();
      aws.forgetCalls();
      let struck: Call | undefined;
      aws.behaviour[when] = (call) => {
        if (call.index !== index) return undefined;
        struck = call;
        return "drop";
      };
      const { status, stdout } = await brigHere(folder, deploy, aws.env);
      aws.behaviour[when] = undefined;
      const place = `${index} ${struck?.operation}`;
      expect(aws.violations, place).toEqual([]);
      if (status !== 0) {
        expect(status, place + stdout).toBe(1);
        // An invocation is never repeated; of all else the person who deploys must feel nothing.
        if (struck?.operation !== "Invoke") felt.push(`${place}: ${stdout}`);
        await deployed(lane);
      }
      expect(describeOutcome(aws.function("hello")), place).toEqual(outcome);
      expect(aws.function("hello").versions.size, place).toBe(versions);
      expect(aws.violations, place).toEqual([]);
    });
    expect(felt).toEqual([]);
  });

  test.each(Object.entries(meetings))("every call meets %s before it passes", async (_, meet) => {
    const [lane] = lanes;
    const { aws } = lane!;
    restores.get(lane!)!();
    aws.forgetCalls();
    const met = new Set<string>();
    aws.behaviour.before = (call) => {
      const { RevisionId: _revision, ...input } = call.input;
      const key = JSON.stringify([call.operation, call.qualifier, input]);
      const fault = met.has(key) || call.operation === "Invoke" ? undefined : meet(call);
      met.add(key);
      return fault;
    };
    await deployed(lane!);
    aws.behaviour.before = undefined;
    expect(aws.calls.filter(({ fault }) => fault !== undefined).length).toBeGreaterThan(5);
    expect(describeOutcome(aws.function("hello"))).toEqual(outcome);
    expect(aws.violations).toEqual([]);
  });

  test("the network goes away with each call in turn, and comes back", async () => {
    const places = calls.filter(({ writes, operation }) => writes || operation === "Invoke");
    await spread(lanes, places, async (lane, { index, operation }) => {
      const { aws, folder } = lane;
      restores.get(lane)!();
      aws.forgetCalls();
      const stopping = new AbortController();
      aws.behaviour.after = (call) => (call.index === index ? "drop" : undefined);
      aws.behaviour.before = (call) => {
        if (call.index <= index) return undefined;
        // Nobody waits for a network for long: after the second lost call, Ctrl-C.
        stopping.abort(new Error("interrupted"));
        return "drop";
      };
      const { status } = await brigHere(folder, deploy, aws.env, stopping.signal);
      aws.behaviour.before = undefined;
      aws.behaviour.after = undefined;
      expect([0, 1, 130], `${index} ${operation}`).toContain(status);
      await deployed(lane);
      expect(describeOutcome(aws.function("hello")), `${index} ${operation}`).toEqual(outcome);
      expect(aws.violations, `${index} ${operation}`).toEqual([]);
    });
  });
});

describe("killed", () => {
  let lanes: readonly Lane[];
  beforeAll(async () => {
    lanes = await openLanes(
      2,
      helloFiles("{FunctionName: hello, Timeout: 10, Environment: {Variables: {EDITION: one}}}"),
      {
        behaviour: { smokes: () => 2 },
      },
    );
  });

  afterAll(async () => {
    for (const { aws } of lanes) await aws.dispose();
  });

  test("with kill -9 after each call that does something, the next run ends as it should", async () => {
    const restores = new Map<Lane, () => void>();
    let outcome: unknown;
    let places: readonly number[] = [];
    for (const lane of lanes) {
      const { aws, folder } = lane;
      expect((await brig(folder, deploy, aws.env)).status).toBe(0);
      writeFileSync(
        join(folder, "brig.yaml"),
        helloFiles("{FunctionName: hello, Timeout: 20, Environment: {Variables: {EDITION: two}}}")[
          "brig.yaml"
        ]!,
      );
      writeFileSync(join(folder, "functions/hello/src/lambda_function.py"), sourceOf(2));
      restores.set(lane, aws.save());
      aws.forgetCalls();
      expect((await brig(folder, deploy, aws.env)).status).toBe(0);
      places = aws.calls
        .filter((call) => call.writes || call.operation === "Invoke")
        .map(({ index }) => index);
      outcome = describeOutcome(aws.function("hello"));
    }
    expect(places.length).toBeGreaterThanOrEqual(5);
    // A read that is cut off leaves nothing else than the write before it.
    await spread(lanes, places, async (lane, index) => {
      const { aws, folder } = lane;
      restores.get(lane)!();
      aws.forgetCalls();
      const running = startBrig(folder, deploy, aws.env);
      aws.behaviour.after = (call) => {
        if (call.index !== index) return undefined;
        running.child.kill("SIGKILL");
        return "drop";
      };
      expect((await running.ended).status).toBe(137);
      aws.behaviour.after = undefined;
      expect(aws.violations).toEqual([]);
      const again = await brig(folder, deploy, aws.env);
      expect(again.status, again.stderr).toBe(0);
      expect(describeOutcome(aws.function("hello")), `killed at ${index}`).toEqual(outcome);
      expect(aws.violations).toEqual([]);
    });
  });
});
