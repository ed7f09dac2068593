import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "rolldown";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { describeThisProcess, fateOfOwner, parseLockOwner } from "./lock-owner.ts";
import { withProcessLock } from "./process-lock.ts";

const room = mkdtempSync(join(tmpdir(), "brig lock "));
const program = join(room, "program.mjs");
const { signal } = new AbortController();
let folder = "";
let file = "";

beforeAll(async () => {
  await build({
    input: join(import.meta.dirname, "process-lock.ts"),
    platform: "node",
    logLevel: "silent",
    output: { file: join(room, "process-lock.mjs"), format: "esm" },
  });
  writeFileSync(
    program,
    `import { readFileSync, writeFileSync } from "node:fs";
     import { withProcessLock } from "./process-lock.mjs";
     const [file, counter, rounds, hold] = process.argv.slice(2);
     const { signal } = new AbortController();
     for (let round = 0; round < Number(rounds); round++)
       await withProcessLock(file, { signal }, async () => {
         const before = Number(readFileSync(counter, "utf8"));
         console.log("in");
         await new Promise((done) => setTimeout(done, Number(hold)));
         writeFileSync(counter, String(before + 1));
       });`,
  );
});
afterAll(() => rmSync(room, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(room, "case-"));
  file = join(folder, "deep", "lock");
  writeFileSync(join(folder, "counter"), "0");
});

function startHolder(rounds: number, hold: number): ChildProcess {
  return spawn(process.execPath, [program, file, join(folder, "counter"), String(rounds), String(hold)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
const firstLine = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.stdout?.once("data", resolve));
const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.once("close", resolve));

test("processes and callers of one process take turns, and nothing is left behind", async () => {
  const children = [startHolder(15, 2), startHolder(15, 2), startHolder(15, 2)];
  let inside = 0;
  const here = Array.from({ length: 10 }, () =>
    withProcessLock(file, { signal }, async () => {
      expect(++inside).toBe(1);
      const before = Number(readFileSync(join(folder, "counter"), "utf8"));
      await sleep(2);
      writeFileSync(join(folder, "counter"), String(before + 1));
      inside--;
    }),
  );
  await Promise.all([...here, ...children.map(ended)]);
  expect(readFileSync(join(folder, "counter"), "utf8")).toBe("55");
  expect(readdirSync(join(folder, "deep"))).toEqual([]);
});

test("the lock of a killed process is taken over at once, by one of many that want it", async () => {
  for (let round = 0; round < 3; round++) {
    const child = startHolder(1, 60_000);
    await firstLine(child);
    child.kill("SIGKILL");
    await ended(child);
    expect(existsSync(file)).toBe(true);
    writeFileSync(join(folder, "counter"), "0");
    const begin = performance.now();
    const heirs = Array.from({ length: 4 }, () => startHolder(3, 1));
    await Promise.all(heirs.map(ended));
    expect(readFileSync(join(folder, "counter"), "utf8")).toBe("12");
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(readdirSync(join(folder, "deep"))).toEqual([]);
  }
});

test("a stealer that was killed while stealing is no obstacle", async () => {
  const dead = { ...describeThisProcess(), pid: 2 ** 22 - 7, started: "1" };
  await withProcessLock(join(folder, "deep", "other"), { signal }, async () => {});
  writeFileSync(file, JSON.stringify({ ...dead, token: "aa" }));
  writeFileSync(join(folder, "deep", ".tmp-guard-aa"), JSON.stringify({ ...dead, token: "bb" }));
  expect(await withProcessLock(file, { signal, timeout: 5000 }, async () => "in")).toBe("in");
  expect(readdirSync(join(folder, "deep"))).toEqual([]);
});

test("a live owner is waited for, said once, and `busy` names it in the end", async () => {
  const child = startHolder(1, 60_000);
  await firstLine(child);
  const seen: number[] = [];
  const waiting = withProcessLock(
    file,
    { signal, timeout: 300, onWait: (owner) => seen.push(owner.pid) },
    async () => {},
  );
  await expect(waiting).rejects.toMatchObject({
    code: "busy",
    message: expect.stringContaining(`process ${child.pid}`),
  });
  expect(seen).toEqual([child.pid]);
  child.kill("SIGKILL");
  await ended(child);
});

test("an owner on another host counts as dead after 30 s without a heartbeat, not before", async () => {
  const stranger = { ...describeThisProcess(), token: "cc", host: "elsewhere", boot: "another" };
  await withProcessLock(file, { signal }, async () => {});
  const lockedAgo = (seconds: number): void => {
    writeFileSync(file, JSON.stringify(stranger));
    const time = Date.now() / 1000 - seconds;
    utimesSync(file, time, time);
  };
  lockedAgo(20);
  await expect(withProcessLock(file, { signal, timeout: 100 }, async () => {})).rejects.toMatchObject({
    code: "busy",
  });
  lockedAgo(40);
  expect(await withProcessLock(file, { signal, timeout: 100 }, async () => "in")).toBe("in");
});

test("a torn lock is cleared when it is old", async () => {
  await withProcessLock(file, { signal }, async () => {});
  writeFileSync(file, '{"token":');
  const time = Date.now() / 1000 - 40;
  utimesSync(file, time, time);
  expect(await withProcessLock(file, { signal, timeout: 100 }, async () => "in")).toBe("in");
});

test("an error releases the lock; an interruption ends the waiting", async () => {
  await expect(
    withProcessLock(file, { signal }, async () => {
      throw new Error("from the work");
    }),
  ).rejects.toThrow("from the work");
  const interruption = new AbortController();
  let release: (() => void) | undefined;
  const held = withProcessLock(file, { signal }, () => new Promise<void>((resolve) => (release = resolve)));
  const queued = withProcessLock(file, { signal: interruption.signal }, async () => {});
  await sleep(20);
  interruption.abort();
  await expect(queued).rejects.toMatchObject({ code: "interrupted" });
  const behind = withProcessLock(file, { signal }, async () => "behind");
  release?.();
  await held;
  expect(await behind).toBe("behind");
});

test("an owner is dead when its process id belongs to another process by now", async () => {
  const here = describeThisProcess();
  expect(fateOfOwner(here, here)).toBe("alive");
  if (here.started === null) return;
  expect(fateOfOwner({ ...here, started: "1" }, here)).toBe("dead");
  expect(fateOfOwner({ ...here, namespace: "pid:[1]" }, here)).toBe("unknown");
  expect(parseLockOwner('{"token":"../x","pid":1}')).toBeUndefined();
});
