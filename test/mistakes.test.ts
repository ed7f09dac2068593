/** Mistakes that people make, each with what brig says of it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { BuildRow } from "../src/build/report.ts";
import { brig, buildOne, makeWorkspace, writeFiles } from "./support/brig.ts";
import { runtime } from "./support/python.ts";
import { writeWheels } from "./support/wheels.ts";

const path = "functions/hello";

function workspaceWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = makeWorkspace({
    "brig.yaml": `function: {Runtime: ${runtime}}\nbuild: {bytecode: false}\n`,
    [`${path}/src/lambda_function.py`]: "lambda_handler = print\n",
    [`${path}/requirements.txt`]: "--no-index\n--find-links wheels\none\n",
    ...files,
  });
  writeWheels(join(folder, path, "wheels"), { name: "one" });
  return folder;
}

test("a pylock.toml that a merge has spoilt: the hint of the error writes it anew", async () => {
  const folder = workspaceWith();
  expect((await brig(folder, ["lock", "hello"])).status).toBe(0);
  const lock = join(folder, path, "pylock.toml");
  const good = readFileSync(lock, "utf8");
  writeFileSync(lock, `<<<<<<< HEAD\n${good}=======\n>>>>>>> other\n`);
  expect((await buildOne(folder, ["build", "hello"])).error).toMatchObject({
    code: "lock-invalid",
    hint: expect.stringContaining("brig lock"),
  });
  expect((await brig(folder, ["lock", "hello", "--check"])).status).toBe(1);
  expect((await brig(folder, ["lock", "hello"])).status).toBe(0);
  expect(readFileSync(lock, "utf8")).toBe(good);
});

test("folders and files in each other's place are named, with the way out", async () => {
  const folder = workspaceWith();
  mkdirSync(join(folder, path, "pylock.toml"));
  for (const args of [["build", "hello"], ["lock", "hello"], ["doctor"]]) {
    const { status, stdout, stderr } = await brig(folder, args);
    expect(status, args.join(" ")).toBe(1);
    expect(stdout + stderr, args.join(" ")).toMatch(/functions\/hello\/pylock\.toml is no file[^]*mv '/);
  }
  rmSync(join(folder, path, "pylock.toml"), { recursive: true });
  rmSync(join(folder, path, "builds"), { recursive: true });
  writeFileSync(join(folder, path, "builds"), "");
  const { error } = await buildOne(folder, ["build", "hello"]);
  expect(error).toMatchObject({ code: "already-exists", hint: expect.stringMatching(/^mv .*builds/) });
});

test("nothing to pack is an error: Lambda takes no empty zip", async () => {
  const folder = workspaceWith({ [`${path}/requirements.txt`]: "" });
  rmSync(join(folder, path, "src/lambda_function.py"));
  writeFiles(folder, { [`${path}/src/.gitkeep`]: "" });
  expect((await buildOne(folder, ["build", "hello"])).error).toMatchObject({
    code: "source-missing",
    message: expect.stringContaining("functions/hello/src holds no file"),
  });
});

test("a Runtime that is none: its packages are not left out in silence", async () => {
  for (const name of ["python2.7", "python3.1", "pyhton3.13"]) {
    const folder = workspaceWith({ [`${path}/brig.yaml`]: `function: {Runtime: ${name}}\n` });
    expect((await buildOne(folder, ["build", "hello"])).error, name).toMatchObject({
      code: "config-invalid",
      message: expect.stringContaining(`"${name}"`),
      hint: expect.stringMatching(/^function: \{Runtime: python3\.\d+\}$/),
    });
  }
  const { status, stderr } = await brig(workspaceWith(), ["new", "other", "--runtime", "python3.1"]);
  expect([status, stderr]).toEqual([2, expect.stringContaining('the runtime "python3.1"')]);
});

test("file names with control characters are shown as text", async () => {
  const folder = workspaceWith({ [`${path}/requirements.txt`]: "" });
  await buildOne(folder, ["build", "hello"]);
  writeFiles(folder, { [`${path}/src/new\nline\u001B[2J.txt`]: "x" });
  const { stdout } = await brig(folder, ["build", "hello"]);
  expect(stdout).toContain('1 file changed: "new\\nline\\u001b[2J.txt"');
});

test("a build.command that fails, is not there, or fills another folder: what is said can be pasted", async () => {
  const built = async (command: string): Promise<BuildRow["error"]> => {
    const settings = `function: {Runtime: provided.al2023}\nbuild: {command: ${command}, output: out}\n`;
    const folder = workspaceWith({ [`${path}/brig.yaml`]: settings });
    return (await buildOne(folder, ["build", "hello"])).error;
  };
  expect(await built(`[sh, -c, "echo it's; exit 3"]`)).toMatchObject({
    code: "command-failed",
    hint: String.raw`run it by itself: cd functions/hello && sh -c 'echo it'\''s; exit 3'`,
  });
  expect(await built("[none-such]")).toMatchObject({
    code: "tool-missing",
    message: expect.stringContaining("build.command of functions/hello"),
    hint: "command -v none-such",
  });
  expect(await built(`["true"]`)).toMatchObject({
    code: "source-missing",
    message: "build.command of functions/hello ended well, but there is no out, which build.output names",
  });
});
