import { expect, test, vi } from "vitest";
import { TooManyRequests, type RunnableVersion } from "../contract.ts";
import { createEventQueue, type EventQueue, type EventQueueOptions } from "./event-queue.ts";
import { planNextStep } from "./plan-attempt.ts";
import {
  makeDirectory,
  makeExecutor,
  makeVersion,
  type FakeFunctions,
  type FakeHandler,
} from "./test-front.ts";

const failed = { functionError: "Unhandled", payload: Buffer.from('{"errorType":"E"}') } as const;

function start(
  handlers: Record<string, FakeHandler>,
  functions: Partial<FakeFunctions> = {},
  options: Partial<EventQueueOptions> = {},
): {
  queue: EventQueue;
  send: (name: string, payload?: string) => void;
  versions: Record<string, RunnableVersion>;
} {
  const versions = Object.fromEntries(Object.keys(handlers).map((name) => [name, makeVersion(name)]));
  const all = { versions, ...functions };
  const directory = makeDirectory(all);
  const queue = createEventQueue({
    directory,
    executor: makeExecutor(handlers),
    now: () => new Date(),
    retryWaits: [1, 2],
    ...options,
  });
  const send = (name: string, payload = "1"): void => {
    const target = directory.resolveTarget(name, undefined, "us-east-1");
    const requestId = "11111111-2222-4333-8444-555555555555";
    queue.add(target, {
      requestId,
      payload: Buffer.from(payload),
      invokedArn: target.invokedArn,
      streaming: false,
    });
  };
  return { queue, send, versions: all.versions };
}

const settled = (queue: EventQueue) => vi.waitFor(() => expect(queue.size).toBe(0));

test("a failing event runs three times with the same request id", async () => {
  const ids: string[] = [];
  const { queue, send } = start({
    f: (input) => {
      ids.push(input.requestId);
      return failed;
    },
  });
  send("f");
  await settled(queue);
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(1);
});

test("MaximumRetryAttempts 0: once", async () => {
  let runs = 0;
  const { queue, send } = start({ f: () => (runs++, failed) }, { settings: { maximumRetryAttempts: 0 } });
  send("f");
  await settled(queue);
  expect(runs).toBe(1);
});

test("a retry runs on the code of the moment", async () => {
  const codes: string[] = [];
  const { queue, send, versions } = start({
    f: (_, version) => {
      codes.push(version.key);
      versions["f"] = makeVersion("f", { key: "new" });
      return failed;
    },
  });
  send("f");
  await settled(queue);
  expect(codes).toEqual(["f", "new", "new"]);
});

test("destinations get AWS's record", async () => {
  const records: Record<string, unknown> = {};
  const { queue, send } = start(
    {
      f: (input) => (input.payload.toString() === "1" ? failed : { payload: Buffer.from('"fine"') }),
      good: (input) => ((records["good"] = JSON.parse(input.payload.toString())), {}),
      bad: (input) => ((records["bad"] = JSON.parse(input.payload.toString())), {}),
    },
    {
      settings: {
        onSuccess: "arn:aws:lambda:us-east-1:000000000000:function:good",
        onFailure: "arn:aws:lambda:us-east-1:000000000000:function:bad",
      },
    },
  );
  send("f", "1");
  send("f", "2");
  await vi.waitFor(() => expect(Object.keys(records)).toHaveLength(2));
  queue.dispose();
  const shared = {
    version: "1.0",
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    requestContext: {
      requestId: "11111111-2222-4333-8444-555555555555",
      functionArn: "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST",
    },
  };
  expect(records["bad"]).toEqual({
    ...shared,
    requestContext: { ...shared.requestContext, condition: "RetriesExhausted", approximateInvokeCount: 3 },
    requestPayload: 1,
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    responsePayload: { errorType: "E" },
  });
  // The destination "good" succeeds and has itself as a destination here: the first record counts.
  expect(records["good"]).toMatchObject({ version: "1.0", requestContext: { condition: "Success" } });
});

test("a function that is its own destination comes to an end", async () => {
  let runs = 0;
  const troubles: string[] = [];
  const { queue, send } = start(
    { f: () => (runs++, {}) },
    { settings: { onSuccess: "arn:aws:lambda:us-east-1:000000000000:function:f" } },
    { onTrouble: (message) => troubles.push(message) },
  );
  send("f");
  await settled(queue);
  expect(runs).toBe(17);
  expect(troubles).toEqual([expect.stringContaining("16 destinations")]);
});

test("a destination that is no function, and a deleted function, are said and forgotten", async () => {
  const troubles: string[] = [];
  const { queue, send, versions } = start(
    { f: () => ({}), gone: () => ({}) },
    { settings: { onSuccess: "arn:aws:sqs:us-east-1:000000000000:q" } },
    { onTrouble: (message) => troubles.push(message) },
  );
  send("f");
  send("gone");
  delete versions["gone"];
  await settled(queue);
  expect(troubles.toSorted()).toEqual([
    expect.stringContaining("gone was dropped: Function not found"),
    expect.stringContaining("not delivered: local Lambda delivers to functions only, not to arn:aws:sqs:"),
  ]);
});

test("throttling does not count as an attempt", async () => {
  let calls = 0;
  const { queue, send } = start({
    f: () => {
      if (++calls < 6) throw new TooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded");
      return {};
    },
  });
  send("f");
  await settled(queue);
  expect(calls).toBe(6);
});

test("the queue is bounded, and ends with dispose", async () => {
  let calls = 0;
  const { queue, send } = start({ f: () => (calls++, {}) });
  for (let count = 0; count < 1000; count++) send("f");
  expect(() => send("f")).toThrow(expect.objectContaining({ code: "TooManyRequestsException" }));
  queue.dispose();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(calls).toBe(0);
});

test("what is planned after an attempt", () => {
  const settings = {
    maximumRetryAttempts: 2,
    maximumEventAge: 60,
    onSuccess: undefined,
    onFailure: undefined,
  };
  const plan = (end: "failed" | "throttled", failures: number, throttles: number, age: number) =>
    planNextStep({ end, failures, throttles, age }, settings, [60_000, 120_000]);
  expect(plan("failed", 1, 0, 0)).toEqual({ kind: "wait", milliseconds: 60_000 });
  expect(plan("failed", 1, 0, 1)).toEqual({ kind: "leave", condition: "EventAgeExceeded" });
  expect(plan("failed", 3, 0, 1)).toEqual({ kind: "leave", condition: "RetriesExhausted" });
  expect(plan("throttled", 0, 1, 0)).toEqual({ kind: "wait", milliseconds: 1000 });
  expect(plan("throttled", 0, 3, 0)).toEqual({ kind: "wait", milliseconds: 4000 });
  const age = { maximumRetryAttempts: 2, maximumEventAge: 21_600 };
  expect(
    planNextStep(
      { end: "throttled", failures: 0, throttles: 2000, age: 0 },
      { ...settings, ...age },
      [60_000, 120_000],
    ),
  ).toEqual({ kind: "wait", milliseconds: 300_000 });
});
