import { expect, test } from "vitest";
import { settle, watchWorker } from "./settle.ts";
import type { ProcessEnd, Worker } from "./worker.ts";

const end: ProcessEnd = { status: 3, signal: null };
const never = new Promise<never>(() => {});

function pretend(exited: Promise<ProcessEnd> = never): Worker & { killed: boolean } {
  const worker = {
    pid: process.pid,
    ready: never,
    exited,
    invoke: () => never,
    killed: false,
    kill: () => {
      worker.killed = true;
    },
  };
  return worker;
}

test("whoever has its answer is not told of the end any more", async () => {
  const running = watchWorker(pretend());
  for (let count = 0; count < 3; count += 1) {
    expect(await settle(running, Promise.resolve(count), 1000, 1024)).toEqual({
      kind: "answer",
      answer: count,
    });
    expect(running.onEnd).toBeUndefined();
  }
});

test("an end is told to who waits, and to who comes too late", async () => {
  let finish: (end: ProcessEnd) => void = () => {};
  const exited = new Promise<ProcessEnd>((resolve) => {
    finish = resolve;
  });
  const running = watchWorker(pretend(exited));
  const waiting = settle(running, never, 1000, 1024);
  finish(end);
  expect(await waiting).toEqual({ kind: "exit", end });
  expect(await settle(running, never, 1000, 1024)).toEqual({ kind: "exit", end });
  const late = settle(running, Promise.resolve("said before"), 1000, 1024);
  expect(await late).toEqual({ kind: "answer", answer: "said before" });
});

test("time runs out", async () => {
  expect(await settle(watchWorker(pretend()), never, 5, 1024)).toEqual({ kind: "time" });
});

test.runIf(process.platform === "linux")("a process over its memory is killed", async () => {
  const worker = pretend();
  await settle(watchWorker(worker), never, 200, 1);
  expect(worker.killed).toBe(true);
  const modest = pretend();
  await settle(watchWorker(modest), never, 200, 100_000);
  expect(modest.killed).toBe(false);
});
