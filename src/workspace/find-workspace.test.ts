import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findWorkspace } from "./find-workspace.ts";
import { contextIn, makeTree } from "./testing.ts";

const names = async (cwd: string): Promise<string[]> =>
  (await findWorkspace(contextIn(cwd))).functions.map(({ name }) => name);
const rootFrom = async (cwd: string): Promise<string> => (await findWorkspace(contextIn(cwd))).root;

const repository = {
  ".git/HEAD": "ref: refs/heads/main\n",
  "brig.yaml": "",
  "functions/hello/src/lambda_function.py": "",
  "functions/hello/src/deep/src/x.py": "",
  "functions/hello/src/functions/x.py": "",
  "functions/settings-only/brig.yaml": "",
  "functions/not-one/readme.txt": "",
  "functions/.hidden/src/x.py": "",
  "functions/node_modules/src/x.js": "",
  "functions/__pycache__/src/": "",
  "functions/file.txt": "",
  "apis/orders/brig.yaml": "",
  "apis/orders/functions/ingest/src/lambda_function.py": "",
  "apis/orders/functions/report/src/lambda_function.py": "",
  "apis/empty/": "",
  "src/main.ts": "",
  "docs/guide.md": "",
};

describe("a workspace", () => {
  test("lists functions and those of APIs, sorted, and nothing else", async () => {
    const root = makeTree(repository);
    const workspace = await findWorkspace(contextIn(root));
    expect(workspace).toEqual({
      root,
      functions: [
        { name: "hello", api: null, folder: join(root, "functions/hello"), path: "functions/hello" },
        {
          name: "orders/ingest",
          api: "orders",
          folder: join(root, "apis/orders/functions/ingest"),
          path: "apis/orders/functions/ingest",
        },
        {
          name: "orders/report",
          api: "orders",
          folder: join(root, "apis/orders/functions/report"),
          path: "apis/orders/functions/report",
        },
        {
          name: "settings-only",
          api: null,
          folder: join(root, "functions/settings-only"),
          path: "functions/settings-only",
        },
      ],
    });
  });

  test.each([
    "functions/hello",
    "functions/hello/src/deep/src",
    "functions/hello/src/functions",
    "functions/settings-only",
    "functions/not-one",
    "functions",
    "apis",
    "apis/orders",
    "apis/orders/functions",
    "apis/orders/functions/ingest/src",
    "docs",
    "src",
  ])("is the same from %s", async (inner) => {
    const root = makeTree(repository);
    const found = await findWorkspace(contextIn(join(root, inner)));
    expect(found.root).toBe(root);
    expect(found.functions).toHaveLength(4);
  });

  test("a symbolic link to a function's folder counts, a dangling one does not", async () => {
    const root = makeTree({ "functions/": "", "elsewhere/src/x.py": "" });
    symlinkSync("../elsewhere", join(root, "functions/linked"));
    symlinkSync("nothing", join(root, "functions/dangling"));
    expect(await names(root)).toEqual(["linked"]);
  });

  test("inside of a function of another repository's name it stays the inner one", async () => {
    const root = makeTree({ "functions/mine/functions/hello/src/x.py": "" });
    expect(await rootFrom(join(root, "functions/mine/functions/hello"))).toBe(join(root, "functions/mine"));
  });

  test("the toplevel of git ends the search, a submodule's does not", async () => {
    const root = makeTree({ "functions/hello/src/x.py": "", "functions/other/src/x.py": "" });
    mkdirSync(join(root, ".git"));
    writeFileSync(join(root, "functions/hello/.git"), "gitdir: ../../.git/modules/hello\n");
    mkdirSync(join(root, "functions/other/.git"));
    expect(await rootFrom(join(root, "functions/hello"))).toBe(root);
    expect(await rootFrom(join(root, "functions/other"))).toBe(join(root, "functions/other"));
  });

  test("that brig init has just made is empty", async () => {
    expect(await names(makeTree({ "brig.yaml": "function:\n  Timeout: 3\n" }))).toEqual([]);
  });
});

describe("a lone function", () => {
  test("of a repository without functions/ has the toplevel as its workspace", async () => {
    const root = makeTree({ ".git/HEAD": "", "lambdas/resize/src/x.py": "", "lambdas/other/src/x.py": "" });
    const workspace = await findWorkspace(contextIn(join(root, "lambdas/resize/src")));
    expect(workspace.root).toBe(root);
    expect(workspace.functions).toEqual([
      { name: "resize", api: null, folder: join(root, "lambdas/resize"), path: "lambdas/resize" },
    ]);
  });

  test("outside of git is its own workspace", async () => {
    const root = makeTree({ "resize/src/x.py": "", "resize/tests/": "" });
    const workspace = await findWorkspace(contextIn(join(root, "resize")));
    expect(workspace.root).toBe(join(root, "resize"));
    expect(workspace.functions).toMatchObject([{ name: "resize", path: "." }]);
    await expect(rootFrom(join(root, "resize/tests"))).rejects.toMatchObject({ code: "workspace-not-found" });
  });

  test("whose brig.yaml says what to build needs no src/", async () => {
    const root = makeTree({ "tool/brig.yaml": "build: {command: [make], output: dist}\n" });
    expect(await names(join(root, "tool"))).toEqual(["tool"]);
  });

  test("joins the functions of the workspace around it", async () => {
    const root = makeTree({ ...repository, "tools/cleaner/src/x.py": "" });
    expect(await names(join(root, "tools/cleaner"))).toContain("cleaner");
    expect(await names(root)).not.toContain("cleaner");
  });
});

test("without any workspace the error says where it looked", async () => {
  const root = makeTree({ "docs/": "" });
  await expect(findWorkspace(contextIn(join(root, "docs")))).rejects.toMatchObject({
    code: "workspace-not-found",
    message:
      `no workspace in ${join(root, "docs")} or any folder above it: that is a folder with functions/, apis/ or brig.yaml in it, ` +
      "or a function by itself, with src/",
    hint: "brig init",
  });
});
