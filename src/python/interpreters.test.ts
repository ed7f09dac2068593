import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { openStore, type Store } from "../store/store-directory.ts";
import { parseProbe, probeInterpreter } from "./interpreter-probe.ts";
import {
  findInterpreter,
  findInterpreters,
  readInterpreterStat,
  requireInterpreter,
} from "./interpreters.ts";

const room = mkdtempSync(join(tmpdir(), "brig pythons "));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const context = (env: Context["env"]): Context => ({
  cwd: room,
  env: { BRIG_CACHE_DIR: join(room, "store"), ...env },
  now: () => new Date(),
  signal: new AbortController().signal,
  report: () => {},
});
/** The machine's own, as far as they are in the usual places. */
const machine = context({ PATH: process.env["PATH"], HOME: homedir() });
let store: Store;
let someFile = "";
beforeAll(async () => {
  store = await openStore(machine);
  someFile = (await findInterpreters(machine, store))[0]?.file ?? "";
});

function script(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

test("interpreters are found newest first, are real executables, and none is a shim", async () => {
  const found = await findInterpreters(machine, store);
  expect(found.length).toBeGreaterThan(0);
  const minors = found.map((each) => Number(each.minor.slice(2)));
  expect(minors).toEqual(minors.toSorted((left, right) => right - left));
  for (const each of found) {
    expect(each.file).not.toContain("shims");
    expect(each.version.startsWith(`${each.minor}.`)).toBe(true);
    expect(await readInterpreterStat(each.file)).toMatchObject({ file: each.file });
  }
  expect(new Set(found.map((each) => each.file)).size).toBe(found.length);
});

test("shims, broken ones, other programs and links that lead elsewhere are passed over", async () => {
  const home = join(room, "home");
  const pyenv = join(home, ".pyenv");
  script(join(pyenv, "shims", "python3.13"), `#!/bin/sh\nexec ${someFile} "$@"\n`);
  script(join(home, "asdf", "python3.13"), `#!/bin/sh\nexec ${someFile} "$@"\n`);
  script(join(pyenv, "versions", "broken", "bin", "python3.12"), "not a program");
  mkdirSync(join(pyenv, "versions", "other", "bin"), { recursive: true });
  copyFileSync("/bin/cat", join(pyenv, "versions", "other", "bin", "python3.11"));
  symlinkSync("/bin/sh", join(home, "asdf", "python3"));
  mkdirSync(join(home, "venv", "bin"), { recursive: true });
  symlinkSync(someFile, join(home, "venv", "bin", "python"));
  const PATH = [join(pyenv, "shims"), join(home, "asdf"), "", "relative"].join(":");
  const found = await findInterpreters(context({ PATH, HOME: home, VIRTUAL_ENV: join(home, "venv") }), store);
  expect(
    found
      .map((each) => each.file)
      .filter((file) => file === someFile || !/^\/(usr|opt|Library)\//.test(file)),
  ).toEqual([someFile]);
});

test("an interpreter is asked once: the next run reads what the store remembers", async () => {
  const counted = join(room, "counted");
  const env = { PATH: counted, HOME: join(room, "nobody") };
  mkdirSync(counted);
  symlinkSync(someFile, join(counted, "python3"));
  const first = await findInterpreters(context(env), store);
  expect(first.map((each) => each.file)).toContain(someFile);
  const later = await openStore(machine);
  const begin = performance.now();
  expect(await findInterpreters(context(env), later)).toEqual(first);
  expect(performance.now() - begin).toBeLessThan(100);
});

test("a version that is missing is installed where that works, else both ways out are named", async () => {
  expect(await findInterpreter("3.99", machine, store)).toBeUndefined();
  const home = join(room, "new-home");
  const empty = context({ PATH: "/nowhere", HOME: home });
  const [newest] = await findInterpreters(machine, store);
  const bin = join(home, ".local/share/uv/python/cpython", "bin");
  const found = await requireInterpreter(newest?.minor ?? "", empty, store, async () => {
    mkdirSync(bin, { recursive: true });
    symlinkSync(someFile, join(bin, "python3"));
  });
  expect(found.minor).toBe(newest?.minor);
  const failing = requireInterpreter("3.99", empty, store, () => Promise.reject(new Error("no network")));
  await expect(failing).rejects.toMatchObject({
    code: "python-missing",
    hint: expect.stringMatching(/uv python install 3\.99.*bytecode: false/),
  });
});

test("one that hangs is given up, with whatever it started", async () => {
  const file = join(room, "hanging");
  script(file, "#!/bin/sh\nsleep 60 & sleep 60\n");
  const begin = performance.now();
  expect(await probeInterpreter(file, machine, 200)).toBeNull();
  expect(performance.now() - begin).toBeLessThan(3000);
});

test("what a probe says is taken or refused", () => {
  const probe = {
    version: "3.13.1",
    minor: "3.13",
    implementation: "cpython",
    abiflags: "",
    bits: 64,
    system: "linux",
    machine: "x86_64",
    floor: "2.36",
  };
  expect(parseProbe("/p", probe)).toEqual({
    file: "/p",
    version: "3.13.1",
    minor: "3.13",
    system: "linux",
    machine: "x86_64",
    floor: [2, 36],
  });
  expect(parseProbe("/p", { ...probe, system: "darwin", machine: "arm64", floor: "14.5" })).toMatchObject({
    system: "macos",
    machine: "aarch64",
    floor: [14, 5],
  });
  // musl says nothing: no wheel made for glibc runs there.
  expect(parseProbe("/p", { ...probe, floor: "" })).toMatchObject({ floor: [0, 0] });
  for (const other of [
    { version: "3.8.18", minor: "3.8" },
    { version: "2.7.18", minor: "2.7" },
    { version: "3.13.1; rm", minor: "3.13" },
    { implementation: "pypy" },
    { abiflags: "t" },
    { bits: 32 },
    { machine: "ppc64le" },
    { system: "win32" },
    { version: 3 },
  ])
    expect(parseProbe("/p", { ...probe, ...other })).toBeUndefined();
});
