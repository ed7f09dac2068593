/** What a brig.yaml says of a function besides its code holds in local Lambda, too. */
import { beforeAll, expect, test } from "vitest";
import { brig, makeWorkspace, writeFiles } from "./support/brig.ts";
import { runtime } from "./support/python.ts";
import { waitUntil } from "./support/processes.ts";
import { type Got, send, serve, type Served } from "./support/serve.ts";

const source = "def lambda_handler(event, context):\n    return 'here'\n";
let folder: string;
let service: Served;
beforeAll(async () => {
  folder = makeWorkspace({
    "brig.yaml": `function: {Runtime: ${runtime}}\n`,
    "functions/closed/brig.yaml":
      "function:\n  FunctionUrlConfig: {AuthType: AWS_IAM, Cors: {AllowOrigins: ['*']}}\n  Tags: {team: a}\n",
    "functions/closed/src/lambda_function.py": source,
    "functions/still/brig.yaml": "function: {ReservedConcurrentExecutions: 0}\n",
    "functions/still/src/lambda_function.py": source,
    "functions/large/brig.yaml": "function: {MemorySize: 20000}\n",
    "functions/large/src/lambda_function.py": source,
    "functions/orders-ship/src/lambda_function.py": source,
    "apis/orders/functions/ship/src/lambda_function.py": source,
  });
  service = await serve(folder);
}, 120_000);

function invoke(name: string): Promise<Got> {
  return send(`${service.ready.endpoint}/2015-03-31/functions/${name}/invocations`, "{}");
}

test("what Lambda refuses is said of the one function, and the others are served", async () => {
  const names = service.ready.functions.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["closed", "still"]));
  expect(names).not.toContain("large");
  expect(service.errors()).toContain(
    "error: config-invalid: large: 1 validation error detected: Value '20000'",
  );
  expect(service.errors()).toContain("hint: look at functions/large/brig.yaml");
  expect(service.errors()).toMatch(/are both the Lambda function orders-ship\nhint: in .*FunctionName/);
  expect(names.filter((name) => name.includes("ship"))).toHaveLength(1);
  writeFiles(folder, { "functions/large/brig.yaml": "function: {MemorySize: 10240}\n" });
  await waitUntil(() => /^large {2}served at http:/m.test(service.errors()));
  expect((await invoke("large")).text).toBe('"here"');
});

test("a URL that asks for a signature, and tells browsers who may ask", async () => {
  const { url } = service.ready.functions.find(({ name }) => name === "closed")!;
  expect((await send(url, "{}")).status).toBe(403);
});

test("reserved concurrency: 429 to clients, an error of brig invoke, with a service and without", async () => {
  expect((await invoke("still")).status).toBe(429);
  const beside = await brig(folder, ["invoke", "still", "--json"]);
  expect(JSON.parse(beside.stdout)).toMatchObject({ error: { code: "throttled" } });
  service.child.kill("SIGTERM");
  await service.ended;
  const alone = await brig(folder, ["invoke", "still", "--json"]);
  expect(alone.status).toBe(1);
  expect(JSON.parse(alone.stdout)).toMatchObject({
    error: { code: "throttled", message: expect.stringContaining("ReservedConcurrentExecutions") },
  });
});

test("values from the environment, and what is said of one that is missing", async () => {
  const place = makeWorkspace({
    "functions/secretive/brig.yaml": `function:\n  Runtime: ${runtime}\n  Environment:\n    Variables: {TOKEN: "\${env:SHOP_TOKEN}", LEVEL: "\${env:LEVEL:-info}"}\n`,
    "functions/secretive/src/lambda_function.py":
      "import os\n\ndef lambda_handler(event, context):\n    return [os.environ['TOKEN'], os.environ['LEVEL']]\n",
  });
  const given = await brig(place, ["invoke", "secretive", "-q"], { SHOP_TOKEN: "s3cret" });
  expect(given.stdout).toBe('["s3cret", "info"]');
  const missing = await brig(place, ["invoke", "secretive", "--json"]);
  expect(missing.status).toBe(2);
  expect(JSON.parse(missing.stdout)).toMatchObject({
    error: { code: "config-invalid", message: expect.stringContaining("SHOP_TOKEN") },
  });
});
