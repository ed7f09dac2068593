import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestOutcome } from "../build/run-tests.ts";
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
  /** Events and unit tests together. */
  readonly tests: {
    readonly status: "passed" | "failed" | "none";
    /** Of the unit tests, where they run against AWS. */
    readonly runner: "scripts/test" | "pytest" | null;
    readonly duration: number;
    /** `null` where nobody knows: a `scripts/test` does not say how many tests it has. */
    readonly passed: number | null;
    readonly failed: number | null;
  };
  readonly events: readonly TestedEvent[];
  /** What the unit tests printed, if they failed. */
  readonly output: string;
  readonly error: ErrorReport | null;
}

/** Functions that are tested at once when nobody says. */
const usualJobs = 8;

/**
 * Invokes functions on AWS with each of their events, once and through the alias, and compares with the expectations. An
 * event without an expectation passes when the function does not fail. Then come the unit tests of functions with `test.local`.
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
  let units: TestOutcome | undefined;
  let error: ErrorReport | null = null;
  try {
    for (const name of listEventNames(folder)) {
      context.report({ kind: "progress", subject: folder.name, activity: `testing ${name}` });
      events.push(await testEvent(place, name, sessions));
    }
    if (place.settings.test.local) {
      const { testUnitsDeployed } = await import("./test-units-deployed.ts");
      units = await testUnitsDeployed(place, await sessions.of(target), context);
    }
  } catch (fault) {
    if (!(fault instanceof BrigError) || fault.code.startsWith("credentials") || context.signal.aborted) {
      throw fault;
    }
    error = { code: fault.code, message: fault.message, hint: fault.hint };
  }
  error ??= findFailure(place, events, units);
  const hasTests = events.length > 0 || (units !== undefined && units.status !== "none");
  const status = error !== null ? "failed" : hasTests ? "passed" : "none";
  const count = (wanted: "passed" | "failed"): number | null => {
    const ofUnits = units === undefined ? 0 : units[wanted];
    return ofUnits === null ? null : ofUnits + events.filter((event) => event.status === wanted).length;
  };
  const [passed, failed] = [count("passed"), count("failed")];
  const tests = { status, runner: units?.runner ?? null, duration: since(began), passed, failed } as const;
  const output = units?.status === "failed" ? units.output : "";
  const where = { name: folder.name, path: folder.path, target: target.name, functionName, alias };
  return { ...where, tests, events, output, error };
}

function findFailure(
  { folder, target }: DeployedFunction,
  events: readonly TestedEvent[],
  units: TestOutcome | undefined,
): ErrorReport | null {
  const failed = events.filter(({ status }) => status === "failed").map(({ name }) => name);
  if (failed.length > 0) {
    return {
      code: "tests-failed",
      message: `${failed.length} of ${events.length} events failed on ${target.name}: ${failed.join(", ")}`,
      hint: `brig invoke ${folder.name} --target ${target.name} --event ${failed[0]}`,
    };
  }
  if (units?.status !== "failed") return null;
  const which = units.failed === null ? "the unit tests" : `${units.failed} unit tests`;
  return { code: "tests-failed", message: `${which} failed against ${target.name}`, hint: null };
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

function since(began: number): number {
  return Math.round(performance.now() - began);
}
