import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import type { TestRecord } from "./manifest.ts";
import { noTestsCollected, pytestProgram } from "./pytest-program.ts";

/** How a function is tested. */
export type TestPlan =
  | { readonly kind: "none" }
  | { readonly kind: "script"; readonly file: string }
  /** Paths for pytest, relative to the function's folder. */
  | { readonly kind: "pytest"; readonly paths: readonly string[] };

export interface TestOutcome extends Omit<TestRecord, "digest"> {
  /** What the tests printed. */
  readonly output: string;
}

/**
 * `scripts/test` where there is one; otherwise pytest over `tests/` and the tree's `test_*.py`, the latter where
 * they are staged, so that imports relative to the package that `src/__init__.py` makes work.
 *
 * @param tree name of the staging tree in the function's folder
 */
export function planTests(folder: string, tree: string, source: string): TestPlan {
  const script = join(folder, "scripts", "test");
  if (statSync(script, { throwIfNoEntry: false })?.isFile()) return { kind: "script", file: script };
  const paths: string[] = [];
  if (statSync(join(folder, "tests"), { throwIfNoEntry: false })?.isDirectory()) paths.push("tests");
  for (const name of listTests(join(folder, source))) {
    const staged = statSync(join(folder, tree, name), { throwIfNoEntry: false })?.isFile();
    paths.push(staged ? join(tree, name) : join(source, name));
  }
  return paths.length > 0 ? { kind: "pytest", paths } : { kind: "none" };
}

/**
 * Runs the tests in the function's folder. A failing test is an outcome, not an error.
 *
 * @param tree the staging tree's path relative to the function's folder: what `scripts/test` gets as its argument
 * @param python the interpreter of the test environment; only pytest needs it
 */
export async function runTests(
  plan: Exclude<TestPlan, { kind: "none" }>,
  where: {
    readonly subject: string;
    readonly folder: string;
    readonly tree: string;
    readonly builds: string;
    /** What tests see besides the user's environment; `undefined` takes a variable away. */
    readonly variables: Context["env"];
  },
  python: string | undefined,
  context: Context,
): Promise<TestOutcome> {
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  const options = {
    cwd: where.folder,
    env: testEnvironment(where, context.env),
    signal: context.signal,
    onOutput: (text: string) => context.report({ kind: "output", subject: where.subject, text }),
  };
  if (plan.kind === "script") {
    refuseUnrunnable(plan.file);
    const { status, stdout, stderr } = await runProgram(plan.file, [where.tree], options);
    const outcome = status === 0 ? "passed" : "failed";
    const output = stdout + stderr;
    return {
      status: outcome,
      runner: "scripts/test",
      duration: elapsed(),
      passed: null,
      failed: null,
      output,
    };
  }
  const countsFile = join(where.builds, `.counts-${process.pid}.json`);
  try {
    const tree = join(where.folder, where.tree);
    const args = [
      "-c",
      pytestProgram,
      tree,
      countsFile,
      "-o",
      `cache_dir=${cacheFolder(where)}`,
      ...plan.paths,
    ];
    const { status, stdout, stderr } = await runProgram(python!, args, options);
    const { passed, failed } = readCounts(countsFile);
    const outcome = status === 0 ? "passed" : status === noTestsCollected ? "none" : "failed";
    const output = stdout + stderr;
    return { status: outcome, runner: "pytest", duration: elapsed(), passed, failed, output };
  } finally {
    rmSync(countsFile, { force: true });
  }
}

/** The user's environment, but nothing in it makes Python write into the tree or find the code of another environment. */
function testEnvironment(where: Parameters<typeof runTests>[1], env: Context["env"]): Context["env"] {
  const { PYTHONHOME: _home, PYTHONSTARTUP: _startup, VIRTUAL_ENV: _environment, ...rest } = env;
  const options = [env["PYTEST_ADDOPTS"], `-o "cache_dir=${cacheFolder(where)}"`].filter(Boolean).join(" ");
  return {
    ...rest,
    PYTHONPATH: join(where.folder, where.tree),
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONNOUSERSITE: "1",
    PYTEST_ADDOPTS: options,
    ...where.variables,
  };
}

function cacheFolder(where: { readonly builds: string }): string {
  const folder = join(where.builds, ".pytest_cache");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function listTests(source: string): string[] {
  try {
    return readdirSync(source)
      .filter((name) => /^test_.*\.py$/.test(name))
      .toSorted();
  } catch {
    return [];
  }
}

function refuseUnrunnable(script: string): void {
  try {
    accessSync(script, constants.X_OK);
  } catch {
    throw new BrigError("tests-failed", `${script} is not executable`, `chmod +x '${script}'`);
  }
}

function readCounts(file: string): { passed: number | null; failed: number | null } {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { passed: number; failed: number };
  } catch {
    return { passed: null, failed: null };
  }
}
