import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { type Sessions, shareSessions } from "../deploy/aws/sessions.ts";
import { BrigError, type ErrorReport } from "../errors.ts";
import { diffExpectation, renderDifferences } from "../local/events/expectation.ts";
import { type DeployedFunction, findDeployedFunctions } from "./deployed-function.ts";
import { inParallel } from "./in-parallel.ts";
import { invokeOnce } from "./invoke-deployed.ts";
import { listEventNames } from "./invoke-payload.ts";
import { invokeFault } from "./invoke-report.ts";
import { listCases, readCase } from "./test-cases.ts";

export interface TestDeployedOptions {
  readonly names: readonly string[];
  readonly all: boolean;
  readonly target: string;
  /** How many functions at once. */
  readonly jobs: number | undefined;
}

/** What became of one event. */
export interface TestedEvent {
  /** Of `events/NAME.json`. */
  readonly name: string;
  readonly status: "passed" | "failed";
  /** Of the version that answered; `null` where none did. */
  readonly version: string | null;
  /** Milliseconds, until the answer was here. */
  readonly duration: number;
  /** What did not come as expected, or how the function failed. */
  readonly reason: string | null;
  /** The last 4 KB of what was logged. */
  readonly logs: string;
}

/** A row of `brig test --target T --json`. */
export interface TestedFunction {
  readonly name: string;
  readonly path: string;
  readonly target: string;
  readonly functionName: string;
  readonly alias: string;
  readonly tests: {
    readonly status: "passed" | "failed" | "none";
    readonly duration: number;
    readonly passed: number;
    readonly failed: number;
  };
  readonly events: readonly TestedEvent[];
  readonly error: ErrorReport | null;
}

/** Functions that are tested at once when nobody says. */
const usualJobs = 8;

/**
 * Invokes functions on AWS with each of their events, once and through the alias, and compares with the expectations. An
 * event without an expectation passes when the function does not fail.
 *
 * @throws BrigError `target-not-found`, `credentials-missing`, …; what is wrong with one function stands in its row
 */
export async function testDeployed(
  options: TestDeployedOptions,
  context: Context,
): Promise<readonly TestedFunction[]> {
  const places = await findDeployedFunctions(options, context);
  const sessions = shareSessions(context);
  try {
    return await inParallel(places, options.jobs ?? usualJobs, (place) =>
      testFunction(place, sessions, context),
    );
  } finally {
    sessions.dispose();
  }
}

async function testFunction(
  place: DeployedFunction,
  sessions: Sessions,
  context: Context,
): Promise<TestedFunction> {
  const { folder, target, functionName, alias } = place;
  const began = performance.now();
  const events: TestedEvent[] = [];
  let error: ErrorReport | null = null;
  try {
    for (const name of listEventNames(folder)) {
      context.report({ kind: "progress", subject: folder.name, activity: `testing ${name}` });
      events.push(await testEvent(place, name, sessions));
    }
  } catch (fault) {
    if (!(fault instanceof BrigError) || fault.code.startsWith("credentials") || context.signal.aborted) {
      throw fault;
    }
    error = { code: fault.code, message: fault.message, hint: fault.hint };
  }
  const failed = events.filter(({ status }) => status === "failed").map(({ name }) => name);
  if (failed.length > 0) error ??= describeFailure(place, failed, events.length);
  const passed = events.length - failed.length;
  const status = error !== null ? "failed" : events.length === 0 ? "none" : "passed";
  const tests = { status, duration: since(began), passed, failed: failed.length } as const;
  const where = { name: folder.name, path: folder.path, target: target.name, functionName, alias };
  return { ...where, tests, events, error };
}

async function testEvent(place: DeployedFunction, name: string, sessions: Sessions): Promise<TestedEvent> {
  const { folder, settings, target } = place;
  const expected = listCases(folder).includes(name) ? readCase(folder, name) : undefined;
  const payload = expected?.event ?? (await readFile(join(folder.folder, "events", `${name}.json`)));
  const { lambda } = await sessions.of(target);
  const began = performance.now();
  try {
    const report = await invokeOnce(lambda, place, payload, synchronous, () => {});
    const reason =
      expected === undefined
        ? (invokeFault(folder.name, settings.handler, report)?.message ?? null)
        : renderDifferences(diffExpectation(report, expected.expectation)) || null;
    return {
      name,
      status: reason === null ? "passed" : "failed",
      version: report.executedVersion,
      duration: since(began),
      reason,
      logs: report.logs,
    };
  } catch (fault) {
    // An answer that never came is this event's failure; what AWS refuses, it refuses for all.
    if (!(fault instanceof BrigError) || fault.name !== "ConnectionLost") throw fault;
    const duration = since(began);
    return { name, status: "failed", version: null, duration, reason: fault.message, logs: "" };
  }
}

const synchronous = {
  qualifier: undefined,
  asynchronous: false,
  stream: false,
  clientContext: undefined,
} as const;

function describeFailure(
  { folder, target }: DeployedFunction,
  failed: readonly string[],
  count: number,
): ErrorReport {
  return {
    code: "tests-failed",
    message: `${failed.length} of ${count} events failed on ${target.name}: ${failed.join(", ")}`,
    hint: `brig invoke ${folder.name} --target ${target.name} --event ${failed[0]}`,
  };
}

function since(began: number): number {
  return Math.round(performance.now() - began);
}
