import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { inParallel } from "./in-parallel.ts";

test("results stand in the items' order, and no more than so many are under way", async () => {
  let [now, most] = [0, 0];
  const results = await inParallel([30, 1, 10, 5], 2, async (milliseconds) => {
    now += 1;
    most = Math.max(most, now);
    await sleep(milliseconds);
    now -= 1;
    return milliseconds;
  });
  expect(results).toEqual([30, 1, 10, 5]);
  expect(most).toBe(2);
});

test("after a fault what is under way comes to its end, and nothing new is begun", async () => {
  const ended: string[] = [];
  const fault = new Error("first");
  const work = async (name: string): Promise<void> => {
    if (name === "bad") throw fault;
    await sleep(20);
    ended.push(name);
  };
  await expect(inParallel(["slow", "bad", "later"], 2, work)).rejects.toBe(fault);
  expect(ended).toEqual(["slow"]);
});
