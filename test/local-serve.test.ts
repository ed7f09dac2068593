/** `brig serve`, and `brig invoke` and `brig logs` beside it. */
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { brig, makeWorkspace, temporaryFolder, writeFiles } from "./support/brig.ts";
import { runtime } from "./support/python.ts";
import { startBrig, waitUntil } from "./support/processes.ts";
import { type Got, send, serve, type Served } from "./support/serve.ts";

const answering = (value: string): string =>
  `import time\n\ndef lambda_handler(event, context):\n    print("in", ${value})\n    time.sleep(event.get("sleep", 0))\n    return ${value}\n`;

let folder: string;
let service: Served;
beforeAll(async () => {
  folder = makeWorkspace({
    "brig.yaml": `function: {Runtime: ${runtime}, Timeout: 10}\n`,
    "functions/hello/src/lambda_function.py": answering("1"),
    "apis/orders/functions/ship/src/lambda_function.py": answering("'shipped'"),
  });
  service = await serve(folder);
}, 120_000);

function invoke(name: string, event: object = {}): Promise<Got> {
  const url = `${service.ready.endpoint}/2015-03-31/functions/${name}/invocations`;
  return send(url, JSON.stringify(event));
}

test("says where it is, in one line", () => {
  expect(service.ready).toMatchObject({
    endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    region: "us-east-1",
    account: "000000000000",
    functions: [
      { name: "hello", arn: "arn:aws:lambda:us-east-1:000000000000:function:hello" },
      { name: "orders/ship", arn: "arn:aws:lambda:us-east-1:000000000000:function:orders-ship" },
    ],
  });
});

test("answers Lambda's API and function URLs, and nobody with a foreign Host or Origin", async () => {
  expect(await invoke("hello")).toEqual({ status: 200, text: "1" });
  expect((await invoke("orders-ship")).text).toBe('"shipped"');
  expect((await invoke("nobody")).status).toBe(404);
  const { url } = service.ready.functions[1]!;
  expect(url).toMatch(/^http:\/\/\w{32}\.lambda-url\.us-east-1\.localhost:\d+\/$/);
  expect(await send(url, "{}")).toEqual({ status: 200, text: "shipped" });
  expect((await send(service.ready.endpoint, "{}", { host: "example.org" })).status).toBe(403);
  expect((await send(url, "{}", { origin: "https://example.org" })).status).toBe(403);
});

test("a line per invocation on stderr, its logs indented below", async () => {
  await invoke("hello");
  await waitUntil(() => /^hello {2}\d+ ms.*MB of 128 MB {2}ok\n {2}in \d/m.test(service.errors()));
});

test("an edit is answered at once to brig invoke, and soon to others; what is under way ends on the old code", async () => {
  const file = join(folder, "functions/hello/src/lambda_function.py");
  const old = invoke("hello", { sleep: 1.5 });
  await waitUntil(() => service.errors().includes("hello"));
  await new Promise((resolve) => setTimeout(resolve, 300));
  writeFileSync(file, answering("22"));
  expect((await brig(folder, ["invoke", "hello", "-q"])).stdout).toBe("22");
  expect((await old).text).toBe("1");
  writeFileSync(file, answering("333"));
  const edited = performance.now();
  while ((await invoke("hello")).text !== "333") expect(performance.now() - edited).toBeLessThan(2000);
});

test("a broken edit keeps the old code and says so; a new function comes, and goes", async () => {
  writeFiles(folder, { "functions/hello/brig.yaml": "function: [\n" });
  await waitUntil(() => /config-invalid: hello: [\s\S]*old code/.test(service.errors()));
  expect((await invoke("hello")).text).toBe("333");
  rmSync(join(folder, "functions/hello/brig.yaml"));
  const file = join(folder, "functions/hello/src/lambda_function.py");
  const source = readFileSync(file, "utf8");
  writeFileSync(file, `${source}    (\n`);
  const stale = await brig(folder, ["invoke", "hello"]);
  expect(stale.stdout).toBe("333");
  expect(stale.stderr).toMatch(
    /hello.*goes on with its old code: function-failed: lambda_function\.py does not/,
  );
  await waitUntil(() => /lambda_function\.py does not compile: .*line \d+/.test(service.errors()));
  expect((await invoke("hello")).text).toBe("333");
  writeFileSync(file, source);
  expect((await brig(folder, ["invoke", "hello"])).stderr).not.toContain("old code");
  writeFiles(folder, { "functions/late/src/lambda_function.py": answering("'late'") });
  const found = performance.now();
  while ((await invoke("late")).status !== 200) expect(performance.now() - found).toBeLessThan(6000);
  expect(service.errors()).toMatch(/^late {2}served at http:\/\/\w+\.lambda-url/m);
  const beside = JSON.parse((await brig(folder, ["invoke", "late", "--json"])).stdout) as object;
  expect(beside, "it runs in the service").toMatchObject({ payload: "late", initDuration: null });
  rmSync(join(folder, "functions/late"), { recursive: true });
  const gone = performance.now();
  while ((await invoke("late")).status !== 404) expect(performance.now() - gone).toBeLessThan(6000);
}, 60_000);

test("an edit of what a function shares, and of a package named as a folder of the function's, is answered, too", async () => {
  writeFiles(folder, {
    "lib/shared/place.py": "value = 1\n",
    "functions/sharing/src/events/__init__.py": "value = 2\n",
    "functions/sharing/src/lambda_function.py":
      "import events, shared.place\n\ndef lambda_handler(event, context):\n    return [shared.place.value, events.value]\n",
  });
  symlinkSync("../../../lib/shared", join(folder, "functions/sharing/src/shared"));
  const answers = async (text: string): Promise<void> => {
    const edited = performance.now();
    while ((await invoke("sharing")).text !== text) expect(performance.now() - edited).toBeLessThan(4000);
  };
  await answers("[1, 2]");
  writeFiles(folder, { "lib/shared/place.py": "value = 33\n" });
  expect((await brig(folder, ["invoke", "sharing", "-q"])).stdout).toBe("[33, 2]");
  writeFiles(folder, { "functions/sharing/src/events/__init__.py": "value = 44\n" });
  await answers("[33, 44]");
  writeFiles(folder, { "lib/shared/place.py": "value = 5\n" });
  await answers("[5, 44]");
  const updates = (): number => service.errors().match(/^sharing {2}updated/gm)!.length;
  const before = updates();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(updates(), "nothing else is an edit").toBe(before);
}, 60_000);

test("a new function's build keeps nobody waiting but who asks for it", async () => {
  const marks = temporaryFolder();
  const program = `cd '${marks}' && touch begun && while [ ! -e go ]; do sleep 0.1; done; cd - && mkdir -p out && cp made.py out/lambda_function.py`;
  writeFiles(folder, {
    "functions/slow/src/unused": "",
    "functions/slow/made.py": answering("'slow'"),
    "functions/slow/brig.yaml": `build: {command: [sh, -c, ${JSON.stringify(program)}], output: out}\n`,
  });
  await waitUntil(() => existsSync(join(marks, "begun")), 10_000);
  expect((await invoke("orders-ship")).text).toBe('"shipped"');
  const slow = invoke("slow");
  await new Promise((resolve) => setTimeout(resolve, 200));
  writeFileSync(join(marks, "go"), "");
  expect((await slow).text).toBe('"slow"');
}, 60_000);

test("brig invoke uses it: same process twice, asynchronous, failures", async () => {
  const first = await brig(folder, ["invoke", "orders/ship", "--json"]);
  const again = await brig(folder, ["invoke", "orders/ship", "--json"]);
  expect(JSON.parse(first.stdout)).toMatchObject({ payload: "shipped", duration: expect.any(Number) });
  expect(JSON.parse(again.stdout)).toMatchObject({ initDuration: null });
  expect((await brig(folder, ["invoke", "orders/ship", "--async"])).stdout).toBe("");
  expect((await brig(folder, ["invoke", "orders/ship", "--stream", "-q"])).stdout).toBe('"shipped"');
  const failed = await brig(folder, ["invoke", "hello", "--payload", '{"sleep": "x"}', "--json"]);
  expect(failed.status).toBe(1);
  expect(JSON.parse(failed.stdout)).toMatchObject({
    functionError: "Unhandled",
    error: { code: "function-failed" },
  });
});

test("brig logs: all, one request, a pattern, as they come", async () => {
  await brig(folder, ["invoke", "orders/ship", "-q"]);
  const { stdout } = await brig(folder, ["logs", "orders/ship", "--json"]);
  const { events } = JSON.parse(stdout) as { events: { message: string }[] };
  const id = /^REPORT RequestId: (\S+)/.exec(events.at(-1)!.message)![1]!;
  const one = await brig(folder, ["logs", "orders/ship", "--request", id]);
  expect(one.stdout).toMatch(/^START .*\nin shipped\nEND .*\nREPORT .*\n$/);
  const lines = await brig(folder, ["logs", "orders/ship", "--filter", "shipped", "--since", "10m"]);
  expect(new Set(lines.stdout.trim().split("\n"))).toEqual(new Set(["in shipped"]));
  const following = startBrig(folder, ["logs", "orders/ship", "--follow", "--filter", "REPORT"]);
  let seen = "";
  following.child.stdout!.on("data", (text: string) => (seen += text));
  await waitUntil(() => seen.includes(id));
  const before = seen.split("\n").length;
  await brig(folder, ["invoke", "orders/ship", "-q"]);
  await waitUntil(() => seen.split("\n").length > before);
  following.child.kill("SIGINT");
  expect((await following.ended).status).toBe(0);
  expect(seen.split("\n")).toHaveLength(before + 1);
});

test("a taken port is an error that names it", async () => {
  const { port } = new URL(service.ready.endpoint);
  const { status, stdout } = await brig(folder, ["serve", "--port", port, "--empty", "--json"]);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: "busy", message: expect.stringContaining(port) },
  });
});

test("--empty needs no workspace; SIGINT and SIGTERM end it with 0, and no worker or folder stays", async () => {
  const temporary = temporaryFolder();
  const empty = await serve(temporaryFolder(), ["--empty"], { TMPDIR: temporary });
  expect(empty.ready.functions).toEqual([]);
  empty.child.kill("SIGINT");
  expect((await empty.ended).status).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
  void invoke("hello", { sleep: 9 }).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 300));
  service.child.kill("SIGTERM");
  expect((await service.ended).status).toBe(0);
  const alone = await brig(folder, ["invoke", "hello", "--json"]);
  expect(JSON.parse(alone.stdout)).toMatchObject({ payload: 333, initDuration: expect.any(Number) });
  const { status, stdout } = await brig(folder, ["logs", "hello", "--json"]);
  expect(status).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "usage-invalid", hint: "brig serve" } });
});
