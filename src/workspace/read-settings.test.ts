import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findWorkspace } from "./find-workspace.ts";
import type { SettingsFile } from "./parse-settings.ts";
import { readSettings } from "./read-settings.ts";
import type { Settings } from "./settings.ts";
import { contextIn, makeTree, writeTree } from "./testing.ts";

const settingsIn = async (
  root: string,
  name: string,
  parsed?: Map<string, SettingsFile>,
): Promise<Settings> => {
  const workspace = await findWorkspace(contextIn(root));
  return readSettings(
    workspace,
    workspace.functions.find((each) => each.name === name)!,
    parsed,
  );
};

test("without any brig.yaml the defaults hold", async () => {
  const root = makeTree({ "functions/hello/src/": "" });
  expect(await settingsIn(root, "hello")).toEqual({
    function: {},
    runtime: null,
    handler: "lambda_function.lambda_handler",
    architecture: "x86_64",
    build: {
      source: "src",
      requirements: undefined,
      groups: [],
      command: undefined,
      output: undefined,
      exclude: [],
      bytecode: undefined,
      allow: [],
    },
    test: { requirements: [], local: false },
    targets: {},
    files: [
      { file: join(root, "functions/hello/brig.yaml"), exists: false },
      { file: join(root, "brig.yaml"), exists: false },
    ],
    warnings: [],
  });
});

test("the nearest wins, maps merge, lists replace", async () => {
  const root = makeTree({
    "brig.yaml":
      "function: {Timeout: 3, MemorySize: 128, Environment: {Variables: {A: root, B: root}}}\nbuild: {exclude: [a, b], bytecode: false}\ntargets: {prod: {region: us-east-1, protected: true}}\n",
    "apis/orders/brig.yaml":
      "function: {Timeout: 5, Runtime: python3.12, Environment: {Variables: {B: api, C: api}}}\n",
    "apis/orders/functions/ingest/brig.yaml":
      "function: {Timeout: 7, Environment: {Variables: {C: own}}}\nbuild: {exclude: [c]}\ntargets: {prod: {function: {Role: r}}, staged: {alias: next}}\n",
    "functions/hello/src/": "",
  });
  const settings = await settingsIn(root, "orders/ingest");
  expect(settings.function).toEqual({
    Timeout: 7,
    MemorySize: 128,
    Runtime: "python3.12",
    Environment: { Variables: { A: "root", B: "api", C: "own" } },
  });
  expect(settings.runtime).toBe("python3.12");
  expect(settings.build).toMatchObject({ exclude: ["c"], bytecode: false });
  expect(settings.targets).toEqual({
    prod: {
      region: "us-east-1",
      account: undefined,
      alias: "prod",
      protected: true,
      function: { Role: "r" },
    },
    staged: { region: undefined, account: undefined, alias: "next", protected: false, function: {} },
  });
  expect(settings.files.map(({ file, exists }) => [file.slice(root.length + 1), exists])).toEqual([
    ["apis/orders/functions/ingest/brig.yaml", true],
    ["apis/orders/brig.yaml", true],
    ["brig.yaml", true],
  ]);
  expect((await settingsIn(root, "hello")).function["Timeout"]).toBe(3);
});

test.each([
  ["python3.13", "lambda_function.lambda_handler"],
  ["nodejs24.x", "index.handler"],
  ["provided.al2023", "bootstrap"],
])("the handler of %s is %s", async (runtime, handler) => {
  const root = makeTree({ "functions/hello/brig.yaml": `function: {Runtime: ${runtime}}\n` });
  expect(await settingsIn(root, "hello")).toMatchObject({ runtime, handler });
});

test("a file is parsed once for all functions that share it", async () => {
  const root = makeTree({
    "brig.yaml": "function: {Timeout: 3}\n",
    "functions/a/src/": "",
    "functions/b/src/": "",
  });
  const parsed = new Map<string, SettingsFile>();
  await settingsIn(root, "a", parsed);
  rmSync(join(root, "brig.yaml"));
  writeFileSync(join(root, "brig.yaml"), "not: [valid");
  expect((await settingsIn(root, "b", parsed)).function["Timeout"]).toBe(3);
});

test("a lone function at the root has one brig.yaml", async () => {
  const root = makeTree({ "brig.yaml": "build: {source: lib}\n" });
  const workspace = await findWorkspace(contextIn(root));
  const settings = readSettings(workspace, workspace.functions[0]!);
  expect(settings.files).toEqual([{ file: join(root, "brig.yaml"), exists: true }]);
  expect(settings.build.source).toBe("lib");
});

describe("refused with the place in the file that says so:", () => {
  test.each([
    [
      "a path out of the repository",
      "build:\n  source: ../../../x\n",
      'functions/hello/brig.yaml:2:11: "build.source" leaves the repository: "../../../x" of functions/hello',
    ],
    [
      "a command without its output",
      "build:\n  command: [make]\n",
      'functions/hello/brig.yaml:2:12: "build.command" needs "build.output"',
    ],
    [
      "bytes that are no text",
      Buffer.from([0x61, 0x3a, 0xff]),
      "functions/hello/brig.yaml:1:1: not UTF-8 text",
    ],
    ["a huge file", "#".repeat(3_000_000), "functions/hello/brig.yaml:1:1: larger than 1048576 bytes"],
  ])("%s", async (_, text, message) => {
    const root = makeTree({ "functions/hello/src/": "" });
    writeFileSync(join(root, "functions/hello/brig.yaml"), text);
    await expect(settingsIn(root, "hello")).rejects.toMatchObject({
      code: "config-invalid",
      message: expect.stringContaining(message),
    });
  });

  test("a folder named brig.yaml", async () => {
    const root = makeTree({ "functions/hello/src/": "" });
    mkdirSync(join(root, "functions/hello/brig.yaml"));
    await expect(settingsIn(root, "hello")).rejects.toMatchObject({ code: "config-invalid" });
  });

  test("the root's path, for a function where it leads too far", async () => {
    const root = makeTree({ "brig.yaml": "build:\n  source: ../../../lib\n", "functions/hello/src/": "" });
    writeTree(root, { "apis/orders/functions/ingest/src/": "" });
    await expect(settingsIn(root, "hello")).rejects.toThrow(/^brig.yaml:2:11: /);
    expect((await settingsIn(root, "orders/ingest")).build.source).toBe("../../../lib");
  });
});
