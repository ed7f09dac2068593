import { expect, test } from "vitest";
import { renderLog } from "./log-line.ts";

const id = "465f2482-91e1-4952-ad44-ed80c572b735";
const log = [
  `START RequestId: ${id} Version: $LATEST`,
  `[INFO]\t2026-11-24T02:01:09.2Z\t${id}\tof Python`,
  `2026-11-24T02:01:09.200Z\t${id}\tWARN\tof Node`,
  "printed",
  `END RequestId: ${id}`,
  `REPORT RequestId: ${id}\tDuration: 1.00 ms`,
  "",
].join("\n");

test("what Lambda adds is left out", () => {
  expect(renderLog(log, false)).toBe("  [INFO] of Python\n  [WARN] of Node\n  printed\n");
});

test("--verbose leaves it as it is", () => {
  expect(renderLog(log, true)).toBe(log.replace(/^(?=.)/gm, "  "));
});
