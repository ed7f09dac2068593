import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { readRecord, writeRecord } from "../store/record.ts";
import {
  isEnvironmentWhole,
  isOfThisBoot,
  renewEnvironment,
  writeEnvironmentRecord,
} from "./test-environment-record.ts";

let environment: string;
const made: string[] = [];
beforeEach(async () => {
  environment = mkdtempSync(join(tmpdir(), "brig-environment-"));
  made.push(environment);
  mkdirSync(join(environment, "lib/__pycache__"), { recursive: true });
  writeFileSync(join(environment, "lib/one.py"), "one = 1\n");
  writeFileSync(join(environment, "lib/__pycache__/one.cpython-313.pyc"), "compiled");
  symlinkSync("lib", join(environment, "lib64"));
  await writeEnvironmentRecord(environment);
});
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

/** As after a power loss: the next boot, every stamp as it was. */
async function reboot(): Promise<void> {
  const file = join(environment, ".complete");
  await writeRecord(file, { ...readRecord<object>(file), boot: "an earlier boot" });
}

test("bytecode, and what comes later, is nobody's business", () => {
  writeFileSync(join(environment, "lib/__pycache__/one.cpython-313.pyc"), "compiled anew");
  writeFileSync(join(environment, "lib/cache.txt"), "written by a test");
  expect(isEnvironmentWhole(environment)).toBe(true);
  expect(isOfThisBoot(environment)).toBe(true);
});

test("a file of other bytes, a missing one, a link to elsewhere: not whole", async () => {
  writeFileSync(join(environment, "lib/one.py"), "one = 2\n");
  expect(isEnvironmentWhole(environment)).toBe(false);
  writeFileSync(join(environment, "lib/one.py"), "one = 1\n");
  expect(isEnvironmentWhole(environment)).toBe(true);
  rmSync(join(environment, "lib64"));
  expect(isEnvironmentWhole(environment)).toBe(false);
  symlinkSync("elsewhere", join(environment, "lib64"));
  expect(isEnvironmentWhole(environment)).toBe(false);
});

test("after another boot bytes are looked at, not stamps, and torn bytecode goes", async () => {
  const file = join(environment, "lib/one.py");
  await reboot();
  expect(isEnvironmentWhole(environment)).toBe(true);
  expect(isOfThisBoot(environment)).toBe(false);
  await renewEnvironment(environment);
  expect(isOfThisBoot(environment)).toBe(true);
  expect(readdirSync(join(environment, "lib"))).toEqual(["one.py"]);
  const record = readRecord<{ files: Record<string, unknown[]> }>(join(environment, ".complete"))!;
  writeFileSync(file, "\0".repeat(readFileSync(file).length));
  utimesSync(file, 1, 1);
  await writeRecord(join(environment, ".complete"), { ...record, boot: "an earlier boot" });
  expect(isEnvironmentWhole(environment)).toBe(false);
});
