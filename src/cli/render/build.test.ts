import { expect, test } from "vitest";
import { type BuildDetails, type BuildOutcome, type BuildRow, noTimings } from "../../build/report.ts";
import { Output } from "../output.ts";
import { presentBuild } from "./build.ts";

const row: BuildRow = {
  name: "hello",
  path: "functions/hello",
  status: "built",
  zip: "functions/hello/builds/20261123212359-ecb6a2f.zip",
  manifest: "functions/hello/builds/20261123212359-ecb6a2f.json",
  size: 21_034,
  unzippedSize: 60_211,
  sha256: "00",
  codeSha256: "AA==",
  commit: "ecb6a2f",
  dirty: false,
  tests: { status: "passed", runner: "pytest", duration: 512 },
  links: { staged: "20261123212359-ecb6a2f.zip", current: "20261123212359-ecb6a2f.zip", previous: "1.zip" },
  timings: { ...noTimings, plan: 3, pack: 61, test: 512 },
  warnings: [],
  error: null,
};

const details: BuildDetails = {
  runtime: "python3.13",
  architecture: "x86_64",
  lock: null,
  changed: ["lambda_function.py", "__pycache__/lambda_function.cpython-313.pyc"],
  files: 40,
  parts: [{ name: "src", size: 1000 }],
  nowCommitted: false,
  linksBefore: { staged: "1.zip", current: "1.zip", previous: null },
  passed: 3,
  failed: 0,
  testOutput: "",
  note: null,
};

function present(
  outcomes: readonly BuildOutcome[],
  flags: { json?: boolean; quiet?: boolean } = {},
): { stdout: string; stderr: string; status: number } {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    write: (text: string | Uint8Array) => (written[name] += String(text)),
  });
  const settings = {
    json: false,
    quiet: false,
    verbose: false,
    color: { stdout: false, stderr: false },
    ...flags,
  };
  const status = presentBuild(
    outcomes,
    2150,
    new Output({ stdout: stream("stdout"), stderr: stream("stderr") }, settings),
  );
  return { ...written, status };
}

const built: BuildOutcome = { row, details, exitStatus: 0 };
const failed: BuildOutcome = {
  row: {
    ...row,
    status: "failed",
    tests: { ...row.tests, status: "failed" },
    links: { ...row.links, current: "1.zip" },
    error: { code: "tests-failed", message: "1 of 3 tests failed", hint: "brig test hello" },
  },
  details: { ...details, passed: 2, failed: 1, testOutput: "assert 1 == 2\n" },
  exitStatus: 1,
};
const wrong: BuildOutcome = {
  row: {
    ...row,
    name: "other",
    status: "failed",
    zip: null,
    error: { code: "config-invalid", message: "brig.yaml:1:1: no", hint: null },
  },
  details: undefined,
  exitStatus: 2,
};

test("a build fits in five lines below its name", () => {
  expect(present([built])).toMatchInlineSnapshot(`
    {
      "status": 0,
      "stderr": "",
      "stdout": "hello  python3.13 x86_64
      staged   1 file changed: lambda_function.py
      zip      builds/20261123212359-ecb6a2f.zip  21 kB of 50 MB
      tests    3 passed in 0.5 s
      current  previous is 1.zip
    ",
    }
  `);
});

test("a failed build says what failed, shows the tests' output and the way on", () => {
  expect(present([failed])).toMatchInlineSnapshot(`
    {
      "status": 1,
      "stderr": "
        assert 1 == 2

    error: tests-failed: 1 of 3 tests failed
    hint: brig test hello
    ",
      "stdout": "hello  python3.13 x86_64
      staged   1 file changed: lambda_function.py
      zip      builds/20261123212359-ecb6a2f.zip  21 kB of 50 MB
      tests    1 failed, 2 passed in 0.5 s
    ",
    }
  `);
});

test("several: a row each, faults named, exit 2 wins over 1", () => {
  expect(present([built, failed, wrong])).toMatchInlineSnapshot(`
    {
      "status": 2,
      "stderr": "
        assert 1 == 2

    error: tests-failed: hello: 1 of 3 tests failed
    hint: brig test hello
    error: config-invalid: other: brig.yaml:1:1: no
    ",
      "stdout": "hello  built     1 file changed   3 passed   21 kB   0.6 s
    hello  failed    1 file changed   tests failed   21 kB   0.6 s
    other  failed
    3 functions, 1 built, 2 failed, in 2.1 s
    ",
    }
  `);
});

test("in a row, a zip near the limit is told with it, and a first build tells no files", () => {
  const first = { ...details, linksBefore: { staged: null, current: null, previous: null } };
  const { stdout } = present([{ ...built, row: { ...row, size: 47_900_000 }, details: first }, built]);
  expect(stdout).toContain("hello  built     3 passed   47.9 MB of 50 MB   0.6 s\n");
});

test("an unchanged one is one line; quiet prints paths; JSON is one document", () => {
  const unchanged: BuildOutcome = { row: { ...row, status: "unchanged" }, details: undefined, exitStatus: 0 };
  expect(present([unchanged]).stdout).toBe(
    "hello  unchanged  builds/20261123212359-ecb6a2f.zip is current\n",
  );
  expect(present([unchanged, built], { quiet: true })).toMatchObject({
    stdout: `${row.zip}\n${row.zip}\n`,
    stderr: "",
  });
  const json = present([failed, wrong], { json: true });
  expect(JSON.parse(json.stdout)).toEqual({ functions: [failed.row, wrong.row] });
  expect(json.status).toBe(2);
});

test("a written lock says what changed and that it is to be committed", () => {
  const changes = [
    { kind: "changed", name: "requests", from: "2.32.4", to: "2.32.5" },
  ] as unknown as NonNullable<BuildDetails["lock"]>["changes"];
  const { stdout } = present([
    { ...built, details: { ...details, lock: { written: true, packages: 5, changes } } },
  ]);
  expect(stdout).toMatch(/^ {2}locked .*requests 2\.32\.4 → 2\.32\.5.*commit it$/m);
  expect(stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(6);
  const rowOf = (of: typeof changes, packages: number): string => {
    const lock = { written: true, packages, changes: of };
    return present([{ ...built, details: { ...details, lock } }, built]).stdout.split("\n")[0]!;
  };
  expect(rowOf(changes, 5)).toContain("  lock: requests 2.32.4 → 2.32.5   3 passed");
  expect(rowOf([...changes, ...changes, ...changes], 5)).toContain(" and 1 more   3 passed");
  expect(rowOf([], 5)).toContain("  lock: pylock.toml written anew   3 passed");
});
