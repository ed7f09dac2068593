import { join } from "node:path";
import { type TestRecord, testsNotRun } from "../build/manifest.ts";
import type { TestOutcome, TestPlan } from "../build/run-tests.ts";
import { changedPaths } from "../build/stage.ts";
import { digestTests, readTestInputs, type TestInputs } from "../build/test-inputs.ts";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { PutFunction } from "../local/put-function.ts";
import type { BuildOptions } from "./build-options.ts";
import type { MadeZip } from "./made-zip.ts";
import type { Prepared } from "./prepare-build.ts";
import { type CaseResults, listCases } from "./test-cases.ts";
import { readTestRequirements } from "./test-requirements.ts";
import type { RunnableTree } from "./settle-tree.ts";
import type { Workshop } from "./workshop.ts";

export interface TestedBuild {
  readonly record: TestRecord;
  /** The record is new, not the one of an earlier run that still counts. */
  readonly fresh: boolean;
  /** Milliseconds spent here. */
  readonly duration: number;
  readonly output: string;
  /** Paths of the staging tree that the tests changed. */
  readonly changed: readonly string[];
  readonly inputs: TestInputs;
}

/** Tests what was staged, unless the same tests passed on the same zip before. */
export async function testBuild(
  prepared: Prepared,
  made: MadeZip,
  workshop: Workshop,
  options: BuildOptions,
  context: Context,
): Promise<TestedBuild> {
  const { folder, settings, interpreter, boundary } = prepared;
  const required = await readTestRequirements(folder, settings, boundary, context);
  const inputs = readTestInputs(folder.folder, required);
  const cases = listCases(folder);
  const decisive = {
    requirements: settings.test.requirements,
    interpreter: interpreter?.version ?? null,
    options: context.env["PYTEST_ADDOPTS"] ?? null,
    // In local Lambda a function has its memory, timeout and variables; other tests know nothing of them.
    ...((cases.length > 0 || settings.test.local) && { function: settings.function }),
    ...(settings.test.local && { local: true }),
  };
  const digest = digestTests(folder.folder, inputs, prepared.otherHashes, decisive);
  const rest = { inputs, output: "", changed: [], duration: 0 };
  const last = made.manifest.tests;
  const counts = (last.status === "passed" || last.status === "none") && last.digest === digest;
  if (counts && !options.testOnly && !options.force) return { ...rest, record: last, fresh: false };
  if (options.noTest) {
    // A failed run stays on record: the zip is no better for not having been tested again.
    return { ...rest, record: testsNotRun, fresh: last.status !== "failed" && last.digest !== null };
  }
  const began = performance.now();
  // What follows is only loaded where tests run.
  const [{ settleTree }, { planTests }] = await Promise.all([
    import("./settle-tree.ts"),
    import("../build/run-tests.ts"),
  ]);
  const tree = await settleTree(prepared, workshop, context);
  const plan = planTests(folder.folder, tree.path, prepared.sourceFolder);
  if (plan.kind === "none" && cases.length === 0) {
    const record = { status: "none", runner: null, duration: 0, passed: null, failed: null, digest } as const;
    return { ...rest, record, fresh: true };
  }
  context.report({ kind: "progress", subject: folder.name, activity: "testing" });
  const units =
    plan.kind === "none" ? noUnits : await runUnits(plan, tree, prepared, made, workshop, context);
  const { output, ...outcome } = addCases(
    units,
    await testCases(cases, tree, prepared, made, context),
    Math.round(performance.now() - began),
  );
  const changed = changedPaths(join(folder.folder, tree.path), tree.record ?? made.stage);
  const status = changed.length > 0 ? "failed" : outcome.status;
  const record: TestRecord = { ...outcome, status, digest };
  return { ...rest, record, fresh: true, output, changed, duration: Math.round(performance.now() - began) };
}

const noUnits: TestOutcome = {
  status: "none",
  runner: null,
  duration: 0,
  passed: null,
  failed: null,
  output: "",
};

async function runUnits(
  plan: Exclude<TestPlan, { kind: "none" }>,
  tree: RunnableTree,
  prepared: Prepared,
  made: MadeZip,
  workshop: Workshop,
  context: Context,
): Promise<TestOutcome> {
  const { folder, builds, settings, interpreter } = prepared;
  const python = await settleTestPython(plan, prepared, workshop, context);
  const where = { subject: folder.name, folder: folder.folder, tree: tree.path, builds };
  const { runTests } = await import("../build/run-tests.ts");
  if (!settings.test.local) return await runTests(plan, { ...where, variables: {} }, python, context);
  const { startTestService } = await import("./service-for-tests.ts");
  const put = await describeTested(tree, prepared, made, context);
  const service = await startTestService(put, interpreter, context);
  try {
    const outcome = await runTests(plan, { ...where, variables: service.variables }, python, context);
    if (outcome.status !== "failed") return outcome;
    const text = service.logs();
    context.report({ kind: "output", subject: folder.name, text });
    return { ...outcome, output: outcome.output + text };
  } finally {
    await service.dispose();
  }
}

async function describeTested(
  tree: RunnableTree,
  prepared: Prepared,
  made: MadeZip,
  context: Context,
): Promise<PutFunction> {
  const [{ describeTwin }, { describePut }] = await Promise.all([
    import("./describe-twin.ts"),
    import("./describe-put.ts"),
  ]);
  const twin = describeTwin(prepared.folder, tree);
  return describePut(prepared.folder, made.manifest, prepared, twin, context.env);
}

/** `events/NAME.json` with `events/NAME.expect.json`, on local Lambda: it is only loaded where there are any. */
async function testCases(
  names: readonly string[],
  tree: RunnableTree,
  prepared: Prepared,
  made: MadeZip,
  context: Context,
): Promise<CaseResults | undefined> {
  if (names.length === 0) return undefined;
  const { folder, interpreter } = prepared;
  const { runCases } = await import("./run-cases.ts");
  const put = await describeTested(tree, prepared, made, context);
  const results = await runCases(folder, names, put, interpreter, context);
  context.report({ kind: "output", subject: folder.name, text: results.output });
  return results;
}

/** Cases count like tests; of a `scripts/test`, nobody knows how many tests it has. */
function addCases(units: TestOutcome, cases: CaseResults | undefined, duration: number): TestOutcome {
  if (cases === undefined) return units;
  const isCounted = units.runner !== "scripts/test";
  const failed = units.status === "failed" || cases.failed > 0;
  return {
    ...units,
    status: failed ? "failed" : "passed",
    duration,
    passed: isCounted ? (units.passed ?? 0) + cases.passed : null,
    failed: isCounted ? (units.failed ?? 0) + cases.failed : null,
    output: units.output + cases.output,
  };
}

/** Python with what the tests need; `undefined` where they are no Python. */
export async function settleTestPython(
  plan: TestPlan,
  prepared: Prepared,
  workshop: Workshop,
  context: Context,
): Promise<string | undefined> {
  if (plan.kind !== "pytest") return undefined;
  const { folder, runtime, interpreter } = prepared;
  if (runtime.target === null) {
    throw new BrigError(
      "python-missing",
      `${folder.path} has Python tests, but its Runtime ${runtime.name ?? "(none)"} is no Python`,
      `write its tests as a program: ${folder.path}/scripts/test`,
    );
  }
  const found = interpreter ?? (await workshop.requireInterpreter(runtime.target.python));
  const { prepareTestEnvironment } = await import("./prepare-test-environment.ts");
  return await prepareTestEnvironment(prepared, found, workshop, context);
}
