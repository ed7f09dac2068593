import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startManagedWorker } from "./managed-worker.ts";
import { anyMinor, findPython, makeFixture, parsePayload } from "./test-executor.ts";

/** The session of this very process (proc(5)). */
function ownSession(): number {
  const status = readFileSync("/proc/self/stat", "latin1");
  return Number(status.slice(status.lastIndexOf(")") + 2).split(" ")[3]);
}

function isGroup(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

test("a Python worker heads a group of its own in the service's session, under a wrapper in another", async () => {
  const fixture = await makeFixture();
  const code =
    "import os\ndef handler(event, context):\n    return [os.getpid(), os.getpgrp(), os.getsid(0)]\n";
  const direct = fixture.make({ "app.py": code });
  const [pid, group, session] = parsePayload(await fixture.invoke(direct)) as number[];
  expect(group).toBe(pid);
  if (process.platform === "linux") expect(session).toBe(ownSession());
  const wrapped = fixture.make(
    { "app.py": code, wrapper: '#!/bin/sh\nsleep 60 &\n"$@"\n' },
    { environment: { AWS_LAMBDA_EXEC_WRAPPER: "/var/task/wrapper" } },
  );
  const [inner, outerGroup, outerSession] = parsePayload(await fixture.invoke(wrapped)) as number[];
  expect(outerGroup).not.toBe(inner);
  expect(outerSession).toBe(outerGroup);
  await fixture.dispose();
  // The shell, what it started beside the runtime, and the runtime.
  await expect.poll(() => isGroup(outerGroup!), { timeout: 5000 }).toBe(false);
  await expect.poll(() => isGroup(group!), { timeout: 5000 }).toBe(false);
});

test("a worker that has no group yet can be killed all the same", async () => {
  const worker = await startManagedWorker(
    {
      file: findPython(anyMinor)!,
      args: ["-c", "import time; time.sleep(60)"],
      cwd: "/",
      env: {},
      makesGroup: true,
    },
    { layerFolder: null, sdkPlaces: [] },
    undefined,
    { onLog: () => {} },
  );
  worker.kill();
  expect(await worker.exited).toEqual({ status: null, signal: "SIGKILL" });
});
