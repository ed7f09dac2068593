import { describe, expect, test } from "vitest";
import type { FunctionFolder, Workspace } from "./function-folder.ts";
import { selectFunctions } from "./select-functions.ts";

const place = (path: string): FunctionFolder => {
  const [, api, name] = /^apis\/([^/]+)\/functions\/(.+)$/.exec(path) ?? [];
  const own = api === undefined ? path.slice(path.lastIndexOf("/") + 1) : `${api}/${name}`;
  return { name: own, api: api ?? null, folder: `/repo/${path}`, path };
};
const workspaceOf = (...paths: string[]): Workspace => ({ root: "/repo", functions: paths.map(place) });
const workspace = workspaceOf(
  "functions/hello",
  "functions/ingest",
  "apis/orders/functions/ingest",
  "apis/orders/functions/report",
  "functions/status-page",
);
const select = (cwd: string, ...names: string[]): string[] =>
  selectFunctions(workspace, cwd, { names, all: false }).map(({ path }) => path);
const refused = (cwd: string, ...names: string[]): unknown => {
  try {
    return select(cwd, ...names);
  } catch (error) {
    return error;
  }
};

describe("a function is named by", () => {
  test.each([
    ["its name", "/repo", ["hello"], ["functions/hello"]],
    ["its API and name", "/repo", ["orders/ingest"], ["apis/orders/functions/ingest"]],
    ["its name alone, when no other has it", "/repo", ["report"], ["apis/orders/functions/report"]],
    ["its path from the root, wherever one is", "/repo/docs", ["functions/ingest"], ["functions/ingest"]],
    ["its path with a slash at the end", "/repo", ["functions/hello/"], ["functions/hello"]],
    ["a path from here", "/repo/functions", ["./hello"], ["functions/hello"]],
    ["a path upwards", "/repo/docs", ["../functions/hello"], ["functions/hello"]],
    ["an absolute path", "/elsewhere", ["/repo/functions/hello"], ["functions/hello"]],
    ["a path of a file in it", "/repo", ["functions/hello/src/x.py"], ["functions/hello"]],
    ["a dot", "/repo/functions/hello/src/deep", ["."], ["functions/hello"]],
    ["nothing, from inside", "/repo/apis/orders/functions/report/src", [], ["apis/orders/functions/report"]],
  ])("%s", (_, cwd, names, expected) => {
    expect(select(cwd, ...names)).toEqual(expected);
  });

  test.each([["orders/"], ["apis/orders/"], ["apis/orders"]])("all of an API: %s", (name) => {
    expect(select("/repo", name)).toEqual(["apis/orders/functions/ingest", "apis/orders/functions/report"]);
  });

  test("each comes once, in the order named", () => {
    expect(select("/repo", "report", "hello", "orders/", "hello")).toEqual([
      "apis/orders/functions/report",
      "functions/hello",
      "apis/orders/functions/ingest",
    ]);
  });
});

test("--all is the workspace's order, without a lone function that one stands in", () => {
  const all = { names: [], all: true };
  expect(selectFunctions(workspace, "/repo", all)).toEqual(workspace.functions);
  const withLone = workspaceOf("functions/hello", "tools/cleaner");
  expect(selectFunctions(withLone, "/repo/tools/cleaner", all).map(({ name }) => name)).toEqual(["hello"]);
  const onlyLone = workspaceOf("tools/cleaner");
  expect(selectFunctions(onlyLone, "/repo/tools/cleaner", all)).toEqual(onlyLone.functions);
});

describe("refused", () => {
  test("an unknown name, with the nearest", () => {
    expect(refused("/repo", "statuspage")).toMatchObject({
      code: "function-not-found",
      message: 'no function named "statuspage" in this workspace',
      hint: "did you mean status-page? `brig list` shows all 5",
    });
  });

  test.each([
    ["reprot", "did you mean orders/report? `brig list` shows all 5"],
    ["order/report", "did you mean orders/report? `brig list` shows all 5"],
    ["injest", "did you mean ingest or orders/ingest? `brig list` shows all 5"],
    ["something-else", "`brig list` shows all 5; a folder is a function when it has src/ in it"],
    ["missing/", "`brig list` shows all 5; a folder is a function when it has src/ in it"],
    ["constructor", "`brig list` shows all 5; a folder is a function when it has src/ in it"],
    ["", "`brig list` shows all 5; a folder is a function when it has src/ in it"],
    ["/", "work there: brig -C '/' build"],
  ])("unknown %j has the hint %s", (name, hint) => {
    expect(refused("/repo", name)).toMatchObject({ code: "function-not-found", hint });
  });

  test.each([".", "./", "..", "../.."])("%j where no function is: what one is", (name) => {
    expect(refused("/repo/notes/deep", name)).toMatchObject({
      code: "function-not-found",
      message: expect.stringMatching(/^"[./]+" is in no function's folder \(.*\): a function is a folder /),
    });
  });

  test("a name that two folders share, with both", () => {
    expect(refused("/repo", "ingest")).toMatchObject({
      code: "function-ambiguous",
      message: '"ingest" is the name of 2 functions: functions/ingest, apis/orders/functions/ingest',
      hint: "name it by its path: functions/ingest",
    });
  });

  test("no name outside of any function explains what a function is", () => {
    expect(refused("/repo/docs")).toMatchObject({
      code: "function-not-found",
      message: expect.stringMatching(/"docs".*functions\/<name>\/.*src\//),
      hint: "brig list   # then name one, such as hello, or give --all",
    });
    expect(() => selectFunctions(workspaceOf(), "/repo", { names: [], all: false })).toThrow(/"\."/);
  });

  test("a path into another repository, with the way there", () => {
    expect(refused("/repo", "../other/functions/x")).toMatchObject({
      code: "function-not-found",
      hint: "work there: brig -C '/other/functions/x' build",
    });
  });
});
