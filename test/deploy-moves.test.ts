/**
 * Moves of an alias under faults: canaries, rollbacks and promotions. Whatever is lost on the way, brig ends with all calls going
 * to one tested version, and the same command again ends as it should.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Call } from "./stand-in/call.ts";
import { describeOutcome } from "./stand-in/snapshot.ts";
import { standInAccount } from "./stand-in/stand-in.ts";
import { brig } from "./support/brig.ts";
import { brigHere, helloFiles, type Lane, openLanes, role, sourceOf, spread } from "./support/deploy.ts";
import { startBrig, waitUntil } from "./support/processes.ts";

const target = (name: string): string =>
  `{region: us-east-1, account: "${standInAccount}", function: {FunctionName: hello-${name}}}`;
const files = helloFiles("{}", {
  "brig.yaml":
    `function: {Runtime: python3.13, Role: "${role}", Timeout: 9}\n` +
    `targets: {live: ${target("live")}, next: ${target("next")}}\n`,
});
const json = ["--yes", "--json"];
const deploy = ["deploy", "hello", "--target", "live", ...json];
const canary = [...deploy, "--canary", "10,50", "--interval", "0.05s"];

async function succeed({ folder, aws }: Lane, args: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await brigHere(folder, args, aws.env);
  expect(status, stdout + stderr).toBe(0);
}

/** Not committed, so that all lanes have the same commit. */
function edit({ folder }: Lane, edition: number): void {
  writeFileSync(join(folder, "functions/hello/src/lambda_function.py"), sourceOf(edition));
}

interface Move {
  readonly name: string;
  readonly prepare: (lane: Lane) => Promise<void>;
  readonly args: readonly string[];
  readonly functionName: string;
  /** The alias of that function. */
  readonly alias: string;
  /** What the same thing is called when it is done again after a failure. */
  readonly again: readonly string[];
}

const moves: readonly Move[] = [
  {
    name: "a canary",
    prepare: async (lane) => {
      await succeed(lane, deploy);
      edit(lane, 2);
    },
    args: canary,
    functionName: "hello-live",
    alias: "live",
    again: canary,
  },
  {
    name: "a rollback out of a canary that was killed",
    prepare: async (lane) => {
      await succeed(lane, deploy);
      edit(lane, 2);
      await succeed(lane, deploy);
      edit(lane, 3);
      await succeed(lane, deploy);
      const owner = lane.aws.function("hello-live");
      owner.aliases.get("live")!.weights = { "2": 0.1 };
    },
    args: ["rollback", "hello", "--target", "live", "--to", "1", ...json],
    functionName: "hello-live",
    alias: "live",
    again: ["rollback", "hello", "--target", "live", "--to", "1", ...json],
  },
  {
    name: "a promotion",
    prepare: async (lane) => {
      await succeed(lane, deploy);
      await succeed(lane, ["promote", "hello", "--from", "live", "--to", "next", ...json]);
      edit(lane, 2);
      await succeed(lane, deploy);
    },
    args: ["promote", "hello", "--from", "live", "--to", "next", ...json],
    functionName: "hello-next",
    alias: "next",
    again: ["promote", "hello", "--from", "live", "--to", "next", ...json],
  },
];

describe.each(moves)("$name", ({ prepare, args, functionName, alias, again }) => {
  let lanes: readonly Lane[];
  let restores: Map<Lane, () => void>;
  let calls: readonly Call[];
  let outcome: unknown;

  beforeAll(async () => {
    const settleReads = { create: 0, update: 0, publish: 0, provision: 0 };
    lanes = await openLanes(6, files, { behaviour: { smokes: () => 2, settleReads } });
    await Promise.all(lanes.map(prepare));
    restores = new Map(lanes.map((lane) => [lane, lane.aws.save()]));
    const [first] = lanes;
    first!.aws.forgetCalls();
    await succeed(first!, args);
    calls = [...first!.aws.calls];
    outcome = describeOutcome(first!.aws.function(functionName));
    expect(first!.aws.violations).toEqual([]);
  });

  afterAll(async () => {
    for (const { aws } of lanes) await aws.dispose();
  });

  function weightsOf({ aws }: Lane): unknown {
    return aws.function(functionName).aliases.get(alias)!.weights;
  }

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
      const { status, stdout } = await brigHere(folder, args, aws.env);
      aws.behaviour[when] = undefined;
      const place = `${index} ${struck?.operation}: ${stdout}`;
      expect(aws.violations, place).toEqual([]);
      if (status !== 0) {
        expect(status, place).toBe(1);
        if (struck?.operation !== "Invoke") felt.push(place);
        if (args === canary) expect(weightsOf(lane), place).toEqual({});
        await succeed(lane, again);
      }
      expect(describeOutcome(aws.function(functionName)), place).toEqual(outcome);
      expect(aws.violations, place).toEqual([]);
    });
    expect(felt).toEqual([]);
  });

  test("Ctrl-C at each call in turn", async () => {
    await spread(lanes, calls, async (lane, { index, operation }) => {
      const { aws, folder } = lane;
      restores.get(lane)!();
      aws.forgetCalls();
      const stopping = new AbortController();
      aws.behaviour.before = (call) => {
        if (call.index === index) stopping.abort(new Error("interrupted"));
      };
      const { status, stdout } = await brigHere(folder, args, aws.env, stopping.signal);
      aws.behaviour.before = undefined;
      const place = `${index} ${operation}: ${stdout}`;
      expect([0, 130], place).toContain(status);
      if (args === canary) expect(weightsOf(lane), place).toEqual({});
      await succeed(lane, again);
      expect(describeOutcome(aws.function(functionName)), place).toEqual(outcome);
      expect(aws.violations, place).toEqual([]);
    });
  });
});

describe("a canary in a process of its own", () => {
  let lane: Lane;
  let restore: () => void;
  beforeAll(async () => {
    [lane] = (await openLanes(1, files, { behaviour: { smokes: () => 2 } })) as [Lane];
    const { folder, aws } = lane;
    expect((await brig(folder, deploy, aws.env)).status).toBe(0);
    edit(lane, 2);
    restore = aws.save();
  });

  afterAll(async () => {
    await lane.aws.dispose();
  });

  async function stopWith(signal: NodeJS.Signals): Promise<number> {
    const { folder, aws } = lane;
    restore();
    const running = startBrig(folder, [...deploy, "--canary", "10", "--interval", "1h"], aws.env);
    const alias = aws.function("hello-live").aliases.get("live")!;
    await waitUntil(() => "2" in alias.weights);
    running.child.kill(signal);
    return (await running.ended).status;
  }

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s: all calls go to the old version again, and the status is %d", async (signal, status) => {
    expect(await stopWith(signal)).toBe(status);
    const alias = lane.aws.function("hello-live").aliases.get("live")!;
    expect(alias).toMatchObject({ version: "1", weights: {} });
    expect(lane.aws.violations).toEqual([]);
  });

  test("kill -9: status shows the weights, the next deploy and a rollback clear them", async () => {
    const { folder, aws } = lane;
    await stopWith("SIGKILL");
    const shown = await brig(folder, ["status", "hello", "--target", "live", "--json"], aws.env);
    expect(JSON.parse(shown.stdout)).toMatchObject({ functions: [{ version: "1", weights: { "2": 0.1 } }] });
    const back = aws.save();
    await succeed(lane, deploy);
    expect(aws.function("hello-live").aliases.get("live")).toMatchObject({ version: "2", weights: {} });
    back();
    const rolled = await brigHere(folder, ["rollback", "hello", "--target", "live", ...json], aws.env);
    expect(rolled.status, rolled.stdout).toBe(0);
    expect(aws.function("hello-live").aliases.get("live")).toMatchObject({ version: "1", weights: {} });
    expect(aws.violations).toEqual([]);
  });
});
