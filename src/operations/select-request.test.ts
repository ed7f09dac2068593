import { expect, test } from "vitest";
import { type LoggedEvent, selectRequest } from "./select-request.ts";

function events(...lines: readonly (readonly [stream: string, message: string])[]): readonly LoggedEvent[] {
  return lines.map(([logStreamName, message], index) => ({
    eventId: String(index),
    timestamp: index,
    message,
    logStreamName,
  }));
}

test("all from the start of a request to its report, of its stream alone", () => {
  const all = events(
    ["a", "START RequestId: one Version: $LATEST\n"],
    ["b", "START RequestId: two Version: $LATEST\n"],
    ["a", "of one\n"],
    ["b", "of two\n"],
    ["a", "REPORT RequestId: one\tDuration\n"],
    ["a", "START RequestId: three Version: $LATEST\n"],
    ["a", "of three\n"],
  );
  expect(selectRequest(all, "one").map(({ eventId }) => eventId)).toEqual(["0", "2", "4"]);
  expect(selectRequest(all, "two").map(({ eventId }) => eventId)).toEqual(["1", "3"]);
  expect(selectRequest(all, "four")).toEqual([]);
});

test("of a JSON log, too", () => {
  const all = events(
    ["a", '{"time":"t","type":"platform.start","record":{"requestId":"one"}}\n'],
    ["a", '{"message":"mine"}\n'],
    ["a", '{"time":"t","type":"platform.report","record":{"requestId":"one"}}\n'],
    ["a", '{"message":"another"}\n'],
  );
  expect(selectRequest(all, "one")).toHaveLength(3);
});
