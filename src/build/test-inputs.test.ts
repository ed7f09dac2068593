import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTree, writeTree } from "../workspace/testing.ts";
import { FileHashes } from "./file-hashes.ts";
import { digestTests, readTestInputs } from "./test-inputs.ts";

const settings = { requirements: ["pytest"], interpreter: "3.13.0", options: null as string | null };

function digestOf(folder: string, given: typeof settings = settings): string {
  return digestTests(folder, readTestInputs(folder), new FileHashes({}, new Date()), given);
}

function makeFolder(): string {
  return makeTree({
    "tests/test_a.py": "a",
    "scripts/test": "#!/bin/sh\n",
    "events/one.json": "{}",
    "src/x.py": "",
  });
}

const changes: Readonly<Record<string, (folder: string) => void>> = {
  "an edit of a test": (folder) => writeFileSync(join(folder, "tests/test_a.py"), "b"),
  "a new test": (folder) => writeTree(folder, { "tests/deep/test_b.py": "" }),
  "an edit of scripts/": (folder) => writeFileSync(join(folder, "scripts/test"), "#!/bin/sh\nexit 0\n"),
  "the executable bit": (folder) => chmodSync(join(folder, "scripts/test"), 0o755),
  "an event": (folder) => writeFileSync(join(folder, "events/one.json"), "[]"),
  "test requirements": (folder) => writeTree(folder, { "requirements-test.txt": "responses\n" }),
  "settings of pytest": (folder) => writeTree(folder, { "pytest.ini": "[pytest]\n" }),
};
for (const [what, change] of Object.entries(changes)) {
  test(`${what} makes the tests run again`, () => {
    const folder = makeFolder();
    const before = digestOf(folder);
    change(folder);
    expect(digestOf(folder)).not.toBe(before);
  });
}

test("sources, bytecode and caches do not; settings and the interpreter do", () => {
  const folder = makeFolder();
  const before = digestOf(folder);
  writeTree(folder, {
    "src/x.py": "y",
    "tests/__pycache__/x.pyc": "",
    "tests/.pytest_cache/x": "",
    "tests/y.pyc": "",
  });
  expect(digestOf(folder)).toBe(before);
  expect(digestOf(folder, { ...settings, requirements: [] })).not.toBe(before);
  expect(digestOf(folder, { ...settings, interpreter: "3.13.1", options: null as string | null })).not.toBe(
    before,
  );
  expect(digestOf(makeFolder())).toBe(before);
});

test("what test requirements include counts, by its path from the function's folder", () => {
  const digestIn = (text: string): string => {
    const root = makeTree({ "functions/a/tests/test_a.py": "a", "lib/x.py": text });
    const folder = join(root, "functions/a");
    const required = { included: [join(root, "lib/x.py")], folders: [join(root, "lib")] };
    const inputs = readTestInputs(folder, required);
    expect(Object.keys(inputs.folders)).toContain(join(root, "lib"));
    return digestTests(folder, inputs, new FileHashes({}, new Date()), settings);
  };
  expect(digestIn("one")).not.toBe(digestIn("two"));
  expect(digestIn("one")).toBe(digestIn("one"));
});

test("links to folders are not entered, dangling ones do no harm", () => {
  const folder = makeFolder();
  symlinkSync("..", join(folder, "tests/circle"));
  symlinkSync("nowhere", join(folder, "tests/dangling"));
  symlinkSync("../src/x.py", join(folder, "tests/linked.py"));
  mkdirSync(join(folder, "tests/empty"));
  const { files, absent } = readTestInputs(folder);
  expect(files.map((file) => file.slice(folder.length + 1))).toEqual([
    "tests/linked.py",
    "tests/test_a.py",
    "scripts/test",
    "events/one.json",
  ]);
  expect(absent).toContain(join(folder, "requirements-test.txt"));
});
