import { expect, test } from "vitest";
import { parseReport } from "./parse-report.ts";

const nothing = { duration: null, initDuration: null, memoryUsed: null, memorySize: null };

test("reads the REPORT line, the last one", () => {
  const line = (duration: string): string =>
    `REPORT RequestId: 1\tDuration: ${duration} ms\tBilled Duration: 79 ms\tMemory Size: 128 MB\tMax Memory Used: 12 MB\tInit Duration: 75.45 ms\t\n`;
  expect(parseReport(`START RequestId: 1\n${line("1.00")}${line("3.53")}`)).toEqual({
    duration: 3.53,
    initDuration: 75.45,
    memoryUsed: 12,
    memorySize: 128,
  });
});

test("of a warm environment there is no init", () => {
  const line =
    "REPORT RequestId: 1\tDuration: 2.00 ms\tBilled Duration: 2 ms\tMemory Size: 256 MB\tMax Memory Used: 9 MB\t";
  expect(parseReport(line)).toEqual({ duration: 2, initDuration: null, memoryUsed: 9, memorySize: 256 });
});

test("reads platform.report of a JSON log", () => {
  const metrics = { durationMs: 1.5, billedDurationMs: 2, memorySizeMB: 128, maxMemoryUsedMB: 30 };
  const line = JSON.stringify({ time: "t", type: "platform.report", record: { requestId: "1", metrics } });
  expect(parseReport(`{"type":"platform.start"}\n${line}\n`)).toEqual({
    duration: 1.5,
    initDuration: null,
    memoryUsed: 30,
    memorySize: 128,
  });
});

test.each(["", "no report", '{"type":"platform.report"', '{"type":"platform.report"}'])(
  "%j has none",
  (log) => {
    expect(parseReport(log)).toEqual(nothing);
  },
);
