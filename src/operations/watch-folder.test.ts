import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { takeStamps } from "../build/state.ts";
import { makeTree } from "../workspace/testing.ts";
import { type BuildInputs, watchFolder } from "./watch-folder.ts";

const write = (root: string, path: string): void => writeFileSync(join(root, path), `${Math.random()}`);

/** What a build of now would have read. */
function inputsOf(root: string, files: readonly string[], folders: readonly string[]): BuildInputs {
  const at = (path: string): string => join(root, path);
  return takeStamps(files.map(at), folders.map(at), Infinity);
}

test("tells of edits of the source, whatever its folders are called, and not of tests and caches", () => {
  const root = makeTree({
    "fn/src/a.py": "",
    "fn/src/events/b.py": "",
    "fn/src/tests/c.py": "",
    "fn/tests/test_a.py": "",
    "fn/events/one.json": "",
    "fn/builds/x.zip": "",
    "fn/src/__pycache__/a.pyc": "",
  });
  const watched = watchFolder(join(root, "fn"), [join(root, "brig.yaml")], () => {});
  expect(watched.isChanged()).toBe(false);
  for (const path of [
    "fn/src/a.py",
    "fn/src/events/b.py",
    "fn/src/tests/c.py",
    "fn/src/new.py",
    "brig.yaml",
  ]) {
    write(root, path);
    expect([path, watched.isChanged()]).toEqual([path, true]);
    watched.accept();
    expect([path, watched.isChanged()]).toEqual([path, false]);
  }
  for (const path of [
    "fn/tests/test_a.py",
    "fn/events/one.json",
    "fn/builds/x.zip",
    "fn/src/__pycache__/a.pyc",
  ]) {
    write(root, path);
    expect([path, watched.isChanged()]).toEqual([path, false]);
  }
  watched.close();
});

test("follows what a build read elsewhere, from the moment when it was read", () => {
  const root = makeTree({ "fn/src/a.py": "", "fn/src/.hidden": "", "lib/b.py": "" });
  const watched = watchFolder(join(root, "fn"), [], () => {});
  const files = ["fn/src/a.py", "fn/src/.hidden", "lib/b.py", "requirements.txt", "fn/tests"];
  const inputs = inputsOf(root, files, ["fn/src", "lib"]);
  watched.follow(inputs);
  expect(watched.isChanged()).toBe(false);
  mkdirSync(join(root, "fn/tests"));
  expect(watched.isChanged(), "tests are no source").toBe(false);
  for (const path of ["fn/src/.hidden", "lib/b.py", "lib/new.py", "requirements.txt"]) {
    write(root, path);
    expect([path, watched.isChanged()]).toEqual([path, true]);
    watched.accept();
    expect([path, watched.isChanged()]).toEqual([path, false]);
  }
  watched.follow(inputsOf(root, files, ["fn/src", "lib"]));
  expect(watched.isChanged()).toBe(false);
  rmSync(join(root, "lib/b.py"));
  expect(watched.isChanged()).toBe(true);
  watched.accept();

  watched.follow(inputsOf(root, ["fn/src/a.py"], []));
  write(root, "requirements.txt");
  expect(watched.isChanged(), "it is not read any more").toBe(false);

  const late = inputsOf(root, ["other.py"], []);
  write(root, "other.py");
  watched.follow(late);
  expect(watched.isChanged(), "it was edited after it had been read").toBe(true);
  watched.close();
});
