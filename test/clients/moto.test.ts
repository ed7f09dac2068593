/**
 * moto's own tests of Lambda, run against local Lambda. moto is another emulator, and its tests say what it does: where
 * AWS is known to do something else, or a test is about another service, `moto-differences.yaml` says so.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { runProgram, temporaryFolder } from "../support/brig.ts";
import { type Moto, motoPackages, motoRelease, startMoto } from "../support/moto.ts";
import { minor, pythonFile, sourceOf } from "../support/python.ts";
import { installPackages } from "../support/python-environment.ts";
import { type MotoRouter, startMotoRouter } from "./moto-router.ts";

interface Difference {
  /** Why the tests cannot pass: what AWS does, or which service they need. */
  readonly reason: string;
  readonly tests: readonly string[];
}

const differences = parse(
  readFileSync(join(import.meta.dirname, "moto-differences.yaml"), "utf8"),
) as readonly Difference[];

let bin: string | undefined;
let moto: Moto | undefined;
let router: MotoRouter | undefined;
let source: string;

beforeAll(async () => {
  bin = await installPackages("moto", motoPackages);
  if (bin === undefined) return;
  source = await sourceOf("moto", motoRelease);
  moto = await startMoto(bin);
  const folder = join(bin, `../lib/python${minor}/site-packages`);
  const python = { file: await pythonFile(minor), packages: { folder, ensure: async () => {} } };
  router = await startMotoRouter(moto.endpoint, {
    interpreterFor: () => Promise.resolve(python),
    nodeFor: () => Promise.resolve({ file: process.execPath }),
  });
});

afterAll(async () => {
  await router?.dispose();
  moto?.child.kill();
});

/** Loaded by pytest: writes a line for each test with what became of it. */
const recorder = `
import json, os

def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        name = report.nodeid.removeprefix("tests/test_awslambda/")
        with open(os.environ["RESULTS"], "a") as results:
            results.write(json.dumps([name, report.outcome]) + "\\n")
`;

test("moto's tests of Lambda pass, but for those that are listed with a reason", async ({ skip }) => {
  if (bin === undefined) return skip("moto cannot be installed here");
  const folder = temporaryFolder();
  const results = join(folder, "results");
  writeFileSync(join(folder, "recorder.py"), recorder);
  const { stdout, stderr } = await runProgram(
    join(bin, "python"),
    ["-m", "pytest", "-p", "recorder", "-p", "no:cacheprovider", "-q", "--tb=short", "tests/test_awslambda"],
    source,
    {
      PYTHONPATH: folder,
      PYTHONDONTWRITEBYTECODE: "1",
      RESULTS: results,
      TEST_SERVER_MODE: "true",
      TEST_SERVER_MODE_ENDPOINT: router!.endpoint,
      AWS_EC2_METADATA_DISABLED: "true",
    },
  );
  const outcomes = readFileSync(results, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as [name: string, outcome: "passed" | "failed" | "skipped"]);
  const passed = new Set(outcomes.filter(([, outcome]) => outcome === "passed").map(([name]) => name));
  const others = new Set(outcomes.filter(([, outcome]) => outcome !== "passed").map(([name]) => name));
  const listed = differences.flatMap(({ tests }) => tests);
  expect(listed.filter((name, index) => listed.indexOf(name) !== index)).toEqual([]);
  expect(
    [...others].filter((name) => !listed.includes(name)),
    stdout + stderr,
  ).toEqual([]);
  expect(listed.filter((name) => !others.has(name))).toEqual([]);
  expect(passed.size).toBeGreaterThanOrEqual(80);
  expect(passed.size + others.size).toBe(166);
  expect(router!.faults).toEqual([]);
}, 300_000);
