/** Deploying against the stand-in of AWS, in this process or in one of its own. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { type StandIn, type StandInOptions, standInAccount, startStandIn } from "../stand-in/stand-in.ts";
import { type Env, environment, makeWorkspace, type Result, temporaryFolder } from "./brig.ts";

// What the bundler puts in.
Object.assign(globalThis, { BRIG_VERSION: "0.0.0", BRIG_BUILD: "test" });

/** Runs a command line in this process: many runs need not start Node each time. */
export async function brigHere(
  cwd: string,
  args: readonly string[],
  env: Env,
  signal: AbortSignal = new AbortController().signal,
): Promise<Result> {
  const { run } = await import("../../src/cli/run.ts");
  let stdout = "";
  let stderr = "";
  const status = await run(args, {
    cwd,
    env: environment(env),
    stdout: { write: (text) => (stdout += String(text)) },
    stderr: { write: (text) => (stderr += String(text)) },
    signal,
  });
  return { status, stdout, stderr };
}

export const role = `arn:aws:iam::${standInAccount}:role/functions`;

/** Files of a workspace with the function `hello` and the target `live`, whose members are given as YAML in one line. */
export function helloFiles(
  members: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    "brig.yaml":
      `function: {Runtime: python3.13, Role: "${role}"}\n` +
      `targets: {live: {region: us-east-1, account: "${standInAccount}", function: ${members}}}\n`,
    "functions/hello/src/lambda_function.py": sourceOf(1),
    "functions/hello/events/smoke.json": '{"smoke": 1}',
    "functions/hello/events/smoke-two.json": '{"smoke": 2}',
    ...more,
  };
}

export function sourceOf(edition: number): string {
  return `def lambda_handler(event, context):\n    return ${edition}\n`;
}

/** A stand-in and a workspace that belong together. */
export interface Lane {
  readonly aws: StandIn;
  readonly folder: string;
}

/** As many lanes as asked for, each with its own stand-in and its own copy of the workspace. */
export async function openLanes(
  count: number,
  files: Readonly<Record<string, string>>,
  options: StandInOptions = {},
): Promise<readonly Lane[]> {
  const first = makeWorkspace(files);
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const folder = index === 0 ? first : join(temporaryFolder(), "workspace");
      if (index > 0) cpSync(first, folder, { recursive: true, verbatimSymlinks: true });
      return { aws: await startStandIn(options), folder };
    }),
  );
}

/** Does all items, each in a lane that is free. */
export async function spread<Item>(
  lanes: readonly Lane[],
  items: readonly Item[],
  work: (lane: Lane, item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(lane, item);
    }),
  );
}
