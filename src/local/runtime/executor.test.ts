import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type InvokeOutcome, TooManyRequests } from "../contract.ts";
import { anyMinor, findPython, makeFixture, parsePayload, type Fixture } from "./test-executor.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await makeFixture();
});
afterEach(() => void fixture.events.splice(0));
afterAll(() => fixture.dispose());

async function isGone(processId: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      process.kill(processId, 0);
    } catch {
      return true;
    }
    // A zombie has ended, and only waits for its parent.
    if (/^State:\tZ/m.test(readStatus(processId))) return true;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return false;
}

function readStatus(processId: number): string {
  try {
    return readFileSync(`/proc/${processId}/status`, "utf8");
  } catch {
    return "";
  }
}

test("globals live on from invocation to invocation, and the lines around it tell what it took", async () => {
  const version = fixture.make({
    "app.py":
      "print('loading')\ncount = 0\ndef handler(event, context):\n    global count\n    count += 1\n    print('called with', event['a'])\n    return [count, __file__]\n",
  });
  const first = await fixture.invoke(version, { a: 1 });
  expect(parsePayload(first)).toEqual([1, "/var/task/app.py"]);
  const log = first.logTail.toString();
  expect(log).toMatch(
    /^loading\nSTART RequestId: (\S+) Version: \$LATEST\ncalled with 1\nEND RequestId: \1\nREPORT RequestId: \1\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t\n$/,
  );
  expect(first.initMs).toBeGreaterThan(1);
  expect(first.maxMemoryMb).toBeGreaterThan(process.platform === "linux" ? 3 : -1);
  const second = await fixture.invoke(version, { a: 2 });
  expect(parsePayload(second)).toEqual([2, "/var/task/app.py"]);
  expect(second.initMs).toBeNull();
  expect(second.logTail.toString()).not.toMatch(/Init Duration|loading/);
  expect(fixture.events.map(({ message }) => message)).toContain("called with 2\n");
  const streams = new Set(fixture.events.map(({ group, stream }) => `${group} ${stream}`));
  expect([...streams]).toEqual([
    expect.stringMatching(/^\/aws\/lambda\/tested \d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
  ]);
});

test("every Python here runs the bootstrap", async () => {
  const minors = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"].filter((minor) => findPython(minor));
  for (const minor of minors) {
    const version = fixture.make(
      {
        "app.py":
          "import sys, logging\ndef handler(event, context):\n    logging.error('logged')\n    if event: raise KeyError('k')\n    return '%d.%d' % sys.version_info[:2]\n",
      },
      { runtime: `python${minor}` },
    );
    expect(parsePayload(await fixture.invoke(version, 0))).toBe(minor);
    const failed = await fixture.invoke(version, 1);
    expect(parsePayload(failed)).toMatchObject({
      errorType: "KeyError",
      stackTrace: [expect.stringContaining("/var/task/app.py")],
    });
    expect(failed.logTail.toString()).toMatch(
      /\[ERROR\]\t\S+Z\t5f1c4a8e\S+\tlogged\n\[ERROR\] KeyError: 'k'\nTraceback/,
    );
  }
});

test("a function that writes to the bootstrap's channel only hurts itself", async () => {
  const version = fixture.make({
    "app.py": "import os\ndef handler(event, context):\n    os.write(3, b'x' * 100)\n    return 1\n",
  });
  expect((await fixture.invoke(version)).payload.toString()).toContain("signal: killed");
});

test("the environment holds what Lambda gives and what the function has, nothing of the host's", async () => {
  const version = fixture.make(
    { "app.py": "import os\ndef handler(event, context):\n    return dict(os.environ)\n" },
    { environment: { STAGE: "test", AWS_REGION: "nowhere-1", LANG: "C.UTF-8" } },
  );
  const variables = parsePayload(await fixture.invoke(version)) as Record<string, string>;
  expect(variables).toMatchObject({
    STAGE: "test",
    LANG: "C.UTF-8",
    AWS_REGION: "eu-west-1",
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_EXECUTION_ENV: `AWS_Lambda_python${anyMinor}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    LAMBDA_TASK_ROOT: "/var/task",
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    PYTHONPATH: "/var/runtime",
    PWD: "/var/task",
    TZ: ":UTC",
    _HANDLER: "app.handler",
  });
  expect(variables["AWS_ACCESS_KEY_ID"]).toMatch(/^ASIA/);
  for (const name of ["HOME", "USER", "HOSTNAME", "VITEST", "AWS_PROFILE", "AWS_LAMBDA_MAX_CONCURRENCY"])
    expect(variables).not.toHaveProperty(name);
});

test("after a timeout the process group is gone, globals are, and temporary files are not", async () => {
  const version = fixture.make(
    {
      "app.py":
        "import os, subprocess, tempfile, time\nprocess = 0\ndef handler(event, context):\n    global process\n    mark = tempfile.gettempdir() + '/mark'\n    if event.get('sleep'):\n        open(mark, 'w').close()\n        process = subprocess.Popen(['sleep', '60']).pid\n        print('child', process)\n        while True: time.sleep(1)\n    return [process, os.path.exists(mark)]\n",
    },
    { timeout: 1 },
  );
  const outcome = await fixture.invoke(version, { sleep: true });
  expect(outcome.functionError).toBe("Unhandled");
  expect(outcome.payload.toString()).toBe(
    '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 5f1c4a8e-0000-4000-8000-000000000001 Error: Task timed out after 1.00 seconds"}',
  );
  const log = outcome.logTail.toString();
  expect(log).toMatch(/\dZ 5f1c4a8e\S+ Task timed out after 1\.00 seconds\n/);
  expect(log).toMatch(/Status: timeout/);
  expect(await isGone(Number(/child (\d+)/.exec(log)![1]))).toBe(true);
  expect(parsePayload(await fixture.invoke(version))).toEqual([0, true]);
});

test("a process that ends without an answer is told by its status or signal, and replaced", async () => {
  const version = fixture.make({
    "app.py":
      "import os, sys\ncount = 0\ndef handler(event, context):\n    global count\n    count += 1\n    if 'signal' in event: os.kill(os.getpid(), event['signal'])\n    if 'status' in event: sys.exit(event['status'])\n    return count\n",
  });
  const messageOf = async (payload: unknown): Promise<unknown> =>
    (parsePayload(await fixture.invoke(version, payload)) as { errorMessage: string }).errorMessage;
  expect(await messageOf({ status: 0 })).toMatch(
    /^RequestId: \S+ Error: Runtime exited without providing a reason$/,
  );
  const { maxMemoryMb } = await fixture.invoke(version, { status: 3 });
  if (process.platform === "linux") expect(maxMemoryMb).toBeGreaterThan(0);
  expect(await messageOf({ status: 3 })).toMatch(/Error: Runtime exited with error: exit status 3$/);
  expect(await messageOf({ signal: 9 })).toMatch(/Error: Runtime exited with error: signal: killed$/);
  expect(await messageOf({ signal: 11 })).toMatch(/signal: segmentation fault$/);
  expect(parsePayload(await fixture.invoke(version))).toBe(1);
});

test.skipIf(process.platform !== "linux")(
  "a function that holds more memory than it has is killed",
  async () => {
    const version = fixture.make({
      "app.py":
        "import time\ndef handler(event, context):\n    kept = bytearray(400 * 1024 * 1024)\n    for at in range(0, len(kept), 4096): kept[at] = 1\n    time.sleep(3)\n",
    });
    const outcome = await fixture.invoke(version);
    expect(outcome.payload.toString()).toContain("signal: killed");
    expect(outcome.durationMs).toBeLessThan(3000);
  },
);

describe.skipIf(process.platform !== "linux")("memory", () => {
  const killed = expect.stringMatching(/"Runtime.ExitError".*signal: killed"/);

  test("taken and given back between two looks, and during init, is too much as well", async () => {
    const short = fixture.make(
      {
        "app.py":
          "import os\ncount = 0\ndef handler(event, context):\n    global count\n    count += 1\n    if event: bytearray(b'1') * (event * 1024 * 1024)\n    return [count, os.getpid()]\n",
      },
      { memorySize: 128 },
    );
    expect(parsePayload(await fixture.invoke(short, 20))).toEqual([1, expect.any(Number)]);
    const outcome = await fixture.invoke(short, 200);
    expect(outcome.payload.toString()).toEqual(killed);
    expect(outcome.logTail.toString()).toMatch(
      /Max Memory Used: \d+ MB\tStatus: error\tError Type: Runtime.ExitError/,
    );
    expect(parsePayload(await fixture.invoke(short, 0))).toEqual([1, expect.any(Number)]);
    const init = fixture.make(
      { "app.py": "import time\nkept = bytearray(b'1') * (300 * 1024 * 1024)\ntime.sleep(5)\n" },
      { memorySize: 128 },
    );
    expect((await fixture.invoke(init)).payload.toString()).toEqual(killed);
  });

  test("of processes that the function starts counts as well", async () => {
    const child = "import time; kept = bytearray(b'1') * (100 * 1024 * 1024); time.sleep(20)";
    const version = fixture.make(
      {
        "app.py": `import subprocess, sys\ndef handler(event, context):\n    both = [subprocess.Popen([sys.executable, '-c', "${child}"]) for _ in range(2)]\n    both[0].wait()\n`,
      },
      { memorySize: 180, timeout: 15 },
    );
    expect((await fixture.invoke(version)).payload.toString()).toEqual(killed);
  });
});

test.skipIf(process.platform !== "linux").each([false, true])(
  "what left its process group ends with the environment, too, also with variables of its own: %s",
  async (bare) => {
    const version = fixture.make(
      {
        "app.py":
          "import subprocess, time\ndef handler(event, context):\n    print('child', subprocess.Popen(['sleep', '60'], start_new_session=True, env={'TMPDIR': '/'} if event['bare'] else None).pid, flush=True)\n    time.sleep(event['time'])\n",
      },
      { timeout: 1 },
    );
    const childOf = (outcome: InvokeOutcome): number =>
      Number(/child (\d+)/.exec(outcome.logTail.toString())![1]);
    expect(await isGone(childOf(await fixture.invoke(version, { bare, time: 9 })))).toBe(true);
    const kept = childOf(await fixture.invoke(version, { bare, time: 0 }));
    expect(() => process.kill(kept, 0)).not.toThrow();
    void fixture.executor.retire(version.key);
    expect(await isGone(kept)).toBe(true);
  },
);

test("failed imports are tried again, each time anew", async () => {
  const version = fixture.make({ "app.py": "import missing_module\n" });
  for (const _ of [1, 2]) {
    const outcome = await fixture.invoke(version);
    expect(outcome.errorType).toBe("Runtime.ImportModuleError");
    expect(outcome.initMs).not.toBeNull();
  }
});

test("an init that takes longer than it may is done over within the invocation", async () => {
  const own = await makeFixture({ initTime: 2000 });
  try {
    const version = own.make(
      {
        "app.py":
          "import os, time, tempfile\nmark = tempfile.gettempdir() + '/mark'\nif not os.path.exists(mark):\n    open(mark, 'w').close()\n    time.sleep(30)\ndef handler(event, context):\n    return 'late'\n",
      },
      { timeout: 10 },
    );
    const outcome = await own.invoke(version);
    expect(parsePayload(outcome)).toBe("late");
    expect(outcome.logTail.toString()).toMatch(
      /^INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: timeout\n/,
    );
  } finally {
    await own.dispose();
  }
});

test("as many environments as invocations at once, up to the reserved concurrency", async () => {
  const version = fixture.make(
    {
      "app.py":
        "import os, time\ndef handler(event, context):\n    time.sleep(0.5)\n    return os.getpid()\n",
    },
    { reservedConcurrency: 2 },
  );
  const calls = await Promise.allSettled([1, 2, 3].map(() => fixture.invoke(version)));
  const pids = calls.flatMap((call) => (call.status === "fulfilled" ? [parsePayload(call.value)] : []));
  expect(new Set(pids).size).toBe(2);
  const refused = calls.find((call) => call.status === "rejected");
  expect(refused?.reason).toBeInstanceOf(TooManyRequests);
  expect(refused?.reason).toMatchObject({
    message: "Rate Exceeded.",
    reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
  });
  expect(pids).toContain(parsePayload(await fixture.invoke(version)));
  await expect(fixture.invoke({ ...version, key: "none", reservedConcurrency: 0 })).rejects.toThrow(
    TooManyRequests,
  );
});

test("over what the machine bears invocations wait, and no answer is crossed", async () => {
  const own = await makeFixture({ limit: 2 });
  try {
    const version = own.make({
      "app.py": "import os\ndef handler(event, context):\n    return [event, os.getpid()]\n",
    });
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    const outcomes = await Promise.all(numbers.map((number) => own.invoke(version, number)));
    const answers = outcomes.map(parsePayload) as [number, number][];
    expect(answers.map(([number]) => number)).toEqual(numbers);
    expect(new Set(answers.map(([, pid]) => pid)).size).toBe(2);
  } finally {
    await own.dispose();
  }
});

test("a retired version finishes what is under way and then ends", async () => {
  const version = fixture.make({
    "app.py":
      "import os, time\nprint('pid', os.getpid())\ndef handler(event, context):\n    time.sleep(event)\n    return 'old'\n",
  });
  await fixture.invoke(version, 0);
  const under = fixture.invoke(version, 0.3);
  let isOver = false;
  const gone = fixture.executor.retire(version.key).then(() => {
    isOver = true;
  });
  const late = fixture.invoke(version, 0);
  expect(parsePayload(await under)).toBe("old");
  expect(isOver).toBe(false);
  expect(parsePayload(await late), "it was on its way").toBe("old");
  await gone;
  const pids = fixture.events.flatMap(({ message }) => /^pid (\d+)/.exec(message)?.[1] ?? []);
  expect(pids).toHaveLength(2);
  for (const pid of pids) expect(await isGone(Number(pid))).toBe(true);
});

test("an environment without work is stopped", async () => {
  const own = await makeFixture({ idleTime: 50 });
  try {
    const version = own.make({
      "app.py": "import os\ndef handler(event, context):\n    return os.getpid()\n",
    });
    expect(await isGone(Number(parsePayload(await own.invoke(version))))).toBe(true);
  } finally {
    await own.dispose();
  }
});

test("layers, .pth files and bytes of the function's own are found, packages of the host are not", async () => {
  const version = fixture.make({
    "app.py":
      "import json, sys, layered, by_pth\ndef handler(event, context):\n    try:\n        import pip\n        host = True\n    except ImportError:\n        host = False\n    return [layered.__file__, by_pth.__file__, host, sys.path[:3]]\n",
    "extra.pth": "inner\n",
    "inner/by_pth.py": "",
  });
  const layerFolder = join(fixture.folder, "layers");
  mkdirSync(join(layerFolder, "python"), { recursive: true });
  writeFileSync(join(layerFolder, "python", "layered.py"), "");
  expect(parsePayload(await fixture.invoke({ ...version, layerFolder }))).toEqual([
    "/opt/python/layered.py",
    "/var/task/inner/by_pth.py",
    false,
    ["/var/task", `/opt/python/lib/python${anyMinor}/site-packages`, "/opt/python"],
  ]);
  expect(existsSync(join(version.codeFolder, "__pycache__"))).toBe(false);
});

test("a wrapper starts the runtime, and one that cannot ends it as the shell would", async () => {
  const files = {
    "app.py": "import os\ndef handler(event, context):\n    return os.environ['WRAPPED']\n",
    "wrap.sh": '#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n',
    "plain.txt": "no program\n",
  };
  const wrapped = (file: string): ReturnType<Fixture["make"]> =>
    fixture.make(files, { environment: { AWS_LAMBDA_EXEC_WRAPPER: file } });
  expect(parsePayload(await fixture.invoke(wrapped("/var/task/wrap.sh")))).toBe("yes");
  expect((await fixture.invoke(wrapped("/opt/missing"))).payload.toString()).toContain("exit status 127");
  expect((await fixture.invoke(wrapped("/var/task/plain.txt"))).payload.toString()).toContain(
    "exit status 126",
  );
});

test("system events in JSON at their level", async () => {
  const files = { "app.py": "def handler(event, context):\n    print('printed')\n" };
  const info = await fixture.invoke(
    fixture.make(files, { logging: { format: "JSON", systemLevel: "INFO", group: "g" } }),
  );
  const lines = info.logTail.toString().trim().split("\n");
  expect(
    lines.map((line) => (line.startsWith("{") ? (JSON.parse(line) as { type: string }).type : line)),
  ).toEqual(["platform.start", "printed", "platform.report"]);
  expect(JSON.parse(lines[2]!)).toMatchObject({
    record: { status: "success", metrics: { memorySizeMB: 256 } },
  });
  const warn = await fixture.invoke(
    fixture.make(files, { logging: { format: "JSON", systemLevel: "WARN", group: "g" } }),
  );
  expect(warn.logTail.toString()).toBe("printed\n");
});

test("the tail is the last 4 KB, an answer is at most 6 MiB", async () => {
  const version = fixture.make(
    {
      "app.py":
        "def handler(event, context):\n    for n in range(1000): print('line', n, 'ü')\n    return 'x' * event\n",
    },
    { memorySize: 512 },
  );
  const outcome = await fixture.invoke(version, 6 * 1024 * 1024 + 98);
  expect(outcome.payload.length).toBe(6 * 1024 * 1024 + 100);
  expect(outcome.logTail.length).toBe(4096);
  expect(outcome.logTail.toString()).toMatch(/line 999 ü\nEND/);
  expect(fixture.events.filter(({ message }) => message.startsWith("line")).length).toBe(1000);
  const larger = await fixture.invoke(version, 6 * 1024 * 1024 + 99);
  expect(larger.payload.toString()).toBe(
    '{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}',
  );
  expect((await fixture.invoke(version, 1)).payload.toString()).toBe('"x"');
});

test("a runtime that local Lambda does not have is refused in a sentence", async () => {
  for (const runtime of ["ruby3.4", "python3.8"])
    await expect(fixture.invoke(fixture.make({}, { runtime }))).rejects.toMatchObject({
      code: "tool-missing",
      message: expect.stringContaining(`${runtime}, which local Lambda cannot run`),
    });
});

test("workers, their children and all folders are gone when the service is killed", async () => {
  const room = mkdtempSync(join(tmpdir(), "brig-killed-"));
  const source = join(import.meta.dirname, "executor.ts");
  const bundle = join(room, "service.mjs");
  const { rolldown } = await import("rolldown");
  const built = await rolldown({ input: source, platform: "node" });
  await built.write({ file: bundle, format: "esm" });
  await built.close();
  writeFileSync(
    join(room, "app.py"),
    "import os, subprocess, time\ndef handler(event, context):\n    kinds = ((False, None), (True, None), (True, {}))\n    children = [subprocess.Popen(['sleep', '60'], start_new_session=alone, env=env).pid for alone, env in kinds]\n    print('PIDS', os.getpid(), *children, flush=True)\n    while True: pass\n",
  );
  const version = { ...fixture.make({}), codeFolder: room, timeout: 60 };
  writeFileSync(
    join(room, "main.mjs"),
    `import { createExecutor } from ${JSON.stringify(bundle)};
const executor = await createExecutor({ temporaryFolder: ${JSON.stringify(room)}, now: () => new Date(), logSink: ({ message }) => process.stdout.write(message),
  interpreterFor: async () => ({ file: ${JSON.stringify(findPython(anyMinor))} }), nodeFor: async () => ({ file: process.execPath }) });
await executor.invoke(${JSON.stringify(version)}, { requestId: "r", payload: Buffer.from("{}"), invokedArn: "a", streaming: false });`,
  );
  const service = spawn(process.execPath, [join(room, "main.mjs")], { stdio: ["ignore", "pipe", "inherit"] });
  const pids = await new Promise<readonly number[]>((resolve) => {
    let text = "";
    service.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const found = /PIDS (\d+) (\d+) (\d+) (\d+)\n/.exec(text);
      if (found) resolve(found.slice(1).map(Number));
    });
  });
  service.kill("SIGKILL");
  for (const pid of pids) expect(await isGone(pid)).toBe(true);
  for (
    let tries = 0;
    tries < 50 && readdirSync(room).some((name) => name.startsWith("brig-lambda-"));
    tries++
  )
    await new Promise((resolve) => setTimeout(resolve, 30));
  expect(readdirSync(room).filter((name) => name.startsWith("brig-lambda-"))).toEqual([]);
  rmSync(room, { recursive: true, force: true });
});
