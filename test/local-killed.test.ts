/** Nothing survives a `brig serve`, however it ends. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { brig, makeWorkspace, temporaryFolder } from "./support/brig.ts";
import { runtime } from "./support/python.ts";
import { runs, waitUntil } from "./support/processes.ts";
import { send, serve } from "./support/serve.ts";

/** Says in files who it is and whom it has started, one of those outside of its process group. */
const source = `import os, subprocess, time

def lambda_handler(event, context):
    if event:
        children = [subprocess.Popen(["sleep", "60"], start_new_session=alone) for alone in (False, True)]
        for name, pid in zip(["worker", "child", "stray"], [os.getpid(), *[each.pid for each in children]]):
            with open(os.path.join(event["marks"], name), "w") as file:
                file.write(str(pid))
        time.sleep(60)
    return "here"
`;

test.each(["SIGKILL", "SIGTERM"] as const)(
  "after %s no process, port or folder is left, and the next one starts in its place",
  async (signal) => {
    const folder = makeWorkspace({
      "functions/hello/brig.yaml": `function: {Runtime: ${runtime}, Timeout: 60}\n`,
      "functions/hello/src/lambda_function.py": source,
    });
    const [temporary, marks] = [temporaryFolder(), temporaryFolder()];
    const service = await serve(folder, [], { TMPDIR: temporary });
    const { endpoint } = service.ready;
    const path = `${endpoint}/2015-03-31/functions/hello/invocations`;
    const cut = send(path, JSON.stringify({ marks })).catch(() => "cut");
    const files = ["worker", "child", "stray"].map((name) => join(marks, name));
    await waitUntil(() => files.every((file) => existsSync(file) && readFileSync(file, "utf8") !== ""));
    service.child.kill(signal);
    const { status } = await service.ended;
    expect(status).toBe(signal === "SIGTERM" ? 0 : 137);
    expect(await cut).toBe("cut");
    // The watchdog of a killed service needs a moment.
    await waitUntil(() => !files.some(runs), 5000);
    await waitUntil(() => readdirSync(temporary).length === 0, 5000);
    const alone = await brig(folder, ["invoke", "hello", "--json"]);
    expect(JSON.parse(alone.stdout)).toMatchObject({ payload: "here", initDuration: expect.any(Number) });
    const next = await serve(folder, ["--port", new URL(endpoint).port]);
    expect((await send(path, "{}")).text).toBe('"here"');
    next.child.kill("SIGTERM");
    expect((await next.ended).status).toBe(0);
  },
);
