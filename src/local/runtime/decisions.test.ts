import { expect, test } from "vitest";
import { planNodeArguments } from "./nodejs/node-arguments.ts";
import { selectEnvironment, selectStale } from "./pool.ts";
import { createPathRewriter } from "./shown-paths.ts";

test("an environment is reused before one is started, and started before one is waited for", () => {
  const view = { idle: 1, live: 3, running: 2, reserved: undefined, limit: 10 };
  expect(selectEnvironment(view)).toBe("reuse");
  expect(selectEnvironment({ ...view, idle: 0 })).toBe("start");
  expect(selectEnvironment({ ...view, idle: 0, limit: 3 })).toBe("wait");
  expect(selectEnvironment({ ...view, reserved: 2 })).toBe("refuse");
  expect(selectEnvironment({ ...view, reserved: 3 })).toBe("reuse");
  expect(selectEnvironment({ ...view, running: 0, reserved: 0 })).toBe("refuse");
});

test("what has waited for long enough is stale", () => {
  const idle = [{ idleSince: 0 }, { idleSince: 50 }, { idleSince: 100 }];
  expect(selectStale(idle, 100, 50)).toEqual([{ idleSince: 0 }, { idleSince: 50 }]);
});

test("paths of this machine read as Lambda's, in texts, JSON and URLs, and only whole ones", () => {
  const paths = createPathRewriter([
    { folder: "/store/code ü", shown: "/var/task" },
    { folder: "/store/code ü/layers", shown: "/opt" },
    { folder: "/store/a.b", shown: "/var/runtime" },
  ]);
  expect(
    paths.text('File "/store/code ü/app.py", "/store/code ü/layers/x", /store/code üx, /store/code ü'),
  ).toBe('File "/var/task/app.py", "/opt/x", /store/code üx, /var/task');
  expect(paths.text("/store/a.b/x /store/aXb /store/a.b.c /store/a.b-d")).toBe(
    "/var/runtime/x /store/aXb /store/a.b.c /store/a.b-d",
  );
  expect(
    paths
      .bytes(Buffer.from('["/store/code \\u00fc/app.py", "file:///store/code%20%C3%BC/app.py"]'))
      .toString(),
  ).toBe('["/var/task/app.py", "file:///var/task/app.py"]');
  const binary = Buffer.from([0xff, 0xfe, ...Buffer.from("/store/a.b/x"), 0x80]);
  expect([...paths.bytes(binary)]).toEqual([0xff, 0xfe, ...Buffer.from("/var/runtime/x"), 0x80]);
});

test("Node is started as Lambda starts it", () => {
  expect(planNodeArguments(22, 512)).toEqual([
    "--expose-gc",
    "--max-http-header-size=81920",
    "--max-semi-space-size=25",
    "--max-old-space-size=460",
    "--no-experimental-require-module",
    "--no-experimental-detect-module",
  ]);
  expect(planNodeArguments(24, 128)).not.toContain("--no-experimental-require-module");
});
