/** What a client sees of an edit while `brig serve` builds it. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeWorkspace, temporaryFolder, writeFiles } from "./support/brig.ts";
import { runtime } from "./support/python.ts";
import { waitUntil } from "./support/processes.ts";
import { send, serve } from "./support/serve.ts";

const source = (value: string): string => `import time

def lambda_handler(event, context):
    if "mark" in event:
        open(event["mark"], "w").close()
        time.sleep(3)
    return "${value}"
`;

test("a request during the build waits for it, by name and by URL; what is under way ends on the old code", async () => {
  const building = join(temporaryFolder(), "building");
  const command = `mkdir -p out && cp src/*.py out/ && touch '${building}' && sleep 1`;
  const folder = makeWorkspace({
    "functions/slow/brig.yaml": `function: {Runtime: ${runtime}, Timeout: 10}\nbuild:\n  command: [sh, -c, "${command}"]\n  output: out\n`,
    "functions/slow/src/lambda_function.py": source("old"),
  });
  const service = await serve(folder);
  const path = `${service.ready.endpoint}/2015-03-31/functions/slow/invocations`;
  expect((await send(path, "{}")).text).toBe('"old"');
  const mark = join(temporaryFolder(), "mark");
  const under = send(path, JSON.stringify({ mark }));
  await waitUntil(() => existsSync(mark));
  rmSync(building);
  writeFiles(folder, { "functions/slow/src/lambda_function.py": source("new") });
  await waitUntil(() => existsSync(building));
  const [byName, byUrl] = await Promise.all([send(path, "{}"), send(service.ready.functions[0]!.url, "{}")]);
  expect([byName.text, byUrl.text]).toEqual(['"new"', "new"]);
  expect((await under).text).toBe('"old"');
  service.child.kill("SIGTERM");
  await service.ended;
});
