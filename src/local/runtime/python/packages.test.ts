import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { BrigError } from "../../../errors.ts";
import { anyMinor, findPython, makeFixture, parsePayload, type Fixture } from "../test-executor.ts";

describe("what Lambda's Python brings along", () => {
  const boto3 = (value: string): Record<string, string> => ({
    "boto3/__init__.py": `from botocore import value\n`,
    "botocore/__init__.py": `value = ${value}\n`,
  });
  const withPackages = async (ensure: (folder: string) => Promise<void>): Promise<Fixture> => {
    const folder = mkdtempSync(join(tmpdir(), "brig packages "));
    return await makeFixture({
      initTime: 1000,
      interpreterFor: (minor) =>
        Promise.resolve({ file: findPython(minor)!, packages: { folder, ensure: () => ensure(folder) } }),
    });
  };
  const write = (folder: string, files: Record<string, string>): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };

  test("is asked for by the first import, once, and its time is not the function's", async () => {
    let asked = 0;
    const own = await withPackages(async (folder) => {
      asked++;
      // Longer than init may take, and than the function's timeout.
      await sleep(1500);
      write(folder, boto3("'provided'"));
    });
    const app = `import boto3, botocore\ndef handler(event, context):\n    return [boto3.value, boto3.__file__, botocore.__file__]\n`;
    const outcome = await own.invoke(own.make({ "app.py": app }, { timeout: 1 }));
    const shown = `/var/lang/lib/python${anyMinor}/site-packages`;
    expect(parsePayload(outcome)).toEqual([
      "provided",
      `${shown}/boto3/__init__.py`,
      `${shown}/botocore/__init__.py`,
    ]);
    expect(outcome.initMs).toBeLessThan(1400);
    expect(asked).toBe(1);
    const late = "def handler(event, context):\n    import boto3\n    return boto3.value\n";
    expect(parsePayload(await own.invoke(own.make({ "app.py": late }, { timeout: 1 })))).toBe("provided");
    const none = "def handler(event, context):\n    return 1\n";
    asked = 0;
    await own.invoke(own.make({ "app.py": none }));
    expect(asked).toBe(0);
    await own.dispose();
  });

  test("comes after the function's own", async () => {
    const own = await withPackages((folder) => Promise.resolve(write(folder, boto3("'provided'"))));
    const app = "import boto3\ndef handler(event, context):\n    return boto3.value\n";
    const version = own.make({ "app.py": app, "botocore.py": "value = 'own'\n" });
    expect(parsePayload(await own.invoke(version))).toBe("own");
    await own.dispose();
  });

  test("without it the import fails as imports do, and the log has a hint", async () => {
    const own = await withPackages(() =>
      Promise.reject(new BrigError("offline", "boto3 is not in the store", "call it once with a network")),
    );
    const outcome = await own.invoke(own.make({ "app.py": "import boto3\n" }));
    expect(parsePayload(outcome)).toMatchObject({
      errorType: "Runtime.ImportModuleError",
      errorMessage: "Unable to import module 'app': No module named 'boto3'",
    });
    expect(own.events.map(({ message }) => message)).toContain(
      "brig: boto3 is part of Lambda's Python, but not here yet: boto3 is not in the store\nhint: call it once with a network\n",
    );
    await own.dispose();
  });

  test("a thread that imports it while the answer is on its way does not disturb the next invocation", async () => {
    const own = await withPackages((folder) => Promise.resolve(write(folder, boto3("'provided'"))));
    const app = `import threading, time
found = []
def work():
    time.sleep(0.05)
    import boto3
    found.append(boto3.value)
def handler(event, context):
    threading.Thread(target=work).start()
    if event:
        time.sleep(0.5)
    return list(found)
`;
    const version = own.make({ "app.py": app });
    expect(parsePayload(await own.invoke(version))).toEqual([]);
    await sleep(200);
    expect(parsePayload(await own.invoke(version, { wait: true }))).toContain("provided");
    await own.dispose();
  });
});
