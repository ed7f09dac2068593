/** `brig serve` of a function for another machine: each build has a twin of its own. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { brig, makeWorkspace, temporaryFolder, writeFiles } from "./support/brig.ts";
import { compact, runtime } from "./support/python.ts";
import { existsSync } from "node:fs";
import { waitUntil } from "./support/processes.ts";
import { send, serve } from "./support/serve.ts";
import { writeWheels } from "./support/wheels.ts";

const architecture = process.arch === "arm64" ? "x86_64" : "arm64";

/** Reads its own file late: what is under way must not see an edit. */
const source = (value: string): string => `import gamma, time

def lambda_handler(event, context):
    if event:
        open(event["mark"], "w").close()
        time.sleep(2)
    return ["${value}", "${value}" in open(__file__).read(), gamma.x]
`;

test("an invocation under way goes on with the files that it began with", async () => {
  const folder = makeWorkspace({
    "functions/hello/brig.yaml": `function: {Runtime: ${runtime}, Timeout: 10, Architectures: [${architecture}]}\n`,
    "functions/hello/requirements.txt": "--no-index\n--find-links ../../wheels\ngamma\n",
    "functions/hello/src/lambda_function.py": source("first"),
  });
  const tags = (machine: string): string => `cp${compact}-cp${compact}-manylinux_2_17_${machine}`;
  const files = { "gamma.py": "x = 1\n" };
  writeWheels(
    join(folder, "wheels"),
    { name: "gamma", tags: tags("x86_64"), files },
    { name: "gamma", tags: tags("aarch64"), files },
  );
  const service = await serve(folder);
  const path = `${service.ready.endpoint}/2015-03-31/functions/hello/invocations`;
  const mark = join(temporaryFolder(), "mark");
  const under = send(path, JSON.stringify({ mark }));
  await waitUntil(() => existsSync(mark));
  writeFiles(folder, { "functions/hello/src/lambda_function.py": source("second") });
  expect((await brig(folder, ["invoke", "hello", "-q"])).stdout).toBe('["second", true, 1]');
  expect((await under).text).toBe('["first", true, 1]');
  expect(service.errors()).toContain("this runs with the same packages made for this one");
  service.child.kill("SIGTERM");
  expect((await service.ended).status).toBe(0);
});
