import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BrigError } from "../errors.ts";
import { readSources } from "./sources.ts";
import { makeTree, writeTree } from "./testing.ts";

const read = (root: string, exclude: readonly string[] = []) =>
  readSources({ folder: join(root, "src"), boundary: root, exclude });
const pathsIn = (root: string, exclude: readonly string[] = []): string[] =>
  read(root, exclude).files.map(({ path }) => path);
const refused = (root: string): string => {
  try {
    read(root);
  } catch (error) {
    if (error instanceof BrigError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
};

test("lists files bytewise with their size, x bit and real place", () => {
  const root = makeTree({
    "src/b.py": "12",
    "src/a/z.sh": "",
    "src/a.py": "",
    "src/B": "",
    "src/é": "",
    "src/empty/": "",
  });
  chmodSync(join(root, "src/a/z.sh"), 0o755);
  const { files, folders, links } = read(root);
  expect(files.map(({ path }) => path)).toEqual(["B", "a.py", "a/z.sh", "b.py", "é"]);
  expect(files[2]).toMatchObject({ executable: true, size: 0, file: join(root, "src/a/z.sh") });
  expect(files[3]).toMatchObject({ executable: false, size: 2, stats: { size: 2 } });
  expect(folders.map(({ folder }) => folder).toSorted()).toEqual(
    ["src", "src/a", "src/empty"].map((path) => join(root, path)),
  );
  expect(links).toEqual([]);
});

test("what belongs to version control, editors, the system and Python's caches is left out", () => {
  const junk = [
    ".git/HEAD",
    ".gitignore",
    ".gitkeep",
    ".hg/x",
    ".svn/x",
    "a.py~",
    ".a.py.swp",
    ".#a.py",
    "#a.py#",
    ".idea/x",
    ".vscode/x",
    ".DS_Store",
    "._a.py",
    "Thumbs.db",
    "desktop.ini",
    "__pycache__/a.pyc",
    "b.pyc",
    "c.pyo",
    ".pytest_cache/x",
    ".mypy_cache/x",
    ".ruff_cache/x",
    ".venv/x",
  ];
  const kept = ["a.py", ".hidden", ".github/x", "data/#1.txt", "swp", "tests/a.py"];
  const both = [...kept, ...junk, ...junk.map((path) => `deep/${path}`)];
  const root = makeTree(Object.fromEntries(both.map((path) => [`src/${path}`, ""])));
  expect(pathsIn(root)).toEqual(kept.toSorted());
});

test.each([
  ["**/tests/**", ["a.py", "b/c.py", "b/notes.txt", ".x/y.txt", "!odd"]],
  ["tests", ["a.py", "b/c.py", "b/notes.txt", "b/tests/d.py", ".x/y.txt", "!odd"]],
  ["./tests/", ["a.py", "b/c.py", "b/notes.txt", "b/tests/d.py", ".x/y.txt", "!odd"]],
  ["**/*.txt", ["a.py", "b/c.py", "b/tests/d.py", "tests/e.py", "!odd"]],
  ["!odd", ["a.py", "b/c.py", "b/notes.txt", "b/tests/d.py", "tests/e.py", ".x/y.txt"]],
  ["**", []],
])("the glob %s leaves out what it matches, dot files too", (glob, expected) => {
  const files = ["a.py", "b/c.py", "b/notes.txt", "b/tests/d.py", "tests/e.py", ".x/y.txt", "!odd"];
  const root = makeTree(Object.fromEntries(files.map((path) => [`src/${path}`, ""])));
  expect(pathsIn(root, [glob])).toEqual(expected.toSorted());
});

describe("a symbolic link", () => {
  test("inside of the repository is followed, to files and folders", () => {
    const root = makeTree({ "src/a.py": "", "lib/common/x.py": "123", "lib/common/y/z.py": "", LICENSE: "" });
    symlinkSync("../lib/common", join(root, "src/common"));
    symlinkSync("../LICENSE", join(root, "src/LICENCE"));
    symlinkSync(join(root, "lib/common/x.py"), join(root, "src/absolute.py"));
    const { files, folders, links } = read(root);
    expect(files.map(({ path, file }) => [path, file.slice(root.length + 1)])).toEqual([
      ["LICENCE", "LICENSE"],
      ["a.py", "src/a.py"],
      ["absolute.py", "lib/common/x.py"],
      ["common/x.py", "lib/common/x.py"],
      ["common/y/z.py", "lib/common/y/z.py"],
    ]);
    expect(files[2]?.size).toBe(3);
    expect(folders.map(({ folder }) => folder)).toContain(join(root, "lib/common"));
    expect(links.map(({ link }) => link.slice(root.length + 1)).toSorted()).toEqual([
      "src/LICENCE",
      "src/absolute.py",
      "src/common",
    ]);
  });

  test("may be the source folder itself", () => {
    const root = makeTree({ "lib/x.py": "" });
    symlinkSync("lib", join(root, "src"));
    expect(pathsIn(root)).toEqual(["x.py"]);
  });

  test.each([
    [
      "out of the repository",
      "/etc/hostname",
      "link-outside: src/link is a symbolic link out of the repository",
    ],
    ["to a folder outside", "/etc", "link-outside: src/link is a symbolic link out of the repository"],
    [
      "to a neighbour that begins alike",
      "SIBLING",
      "link-outside: src/link is a symbolic link out of the repository",
    ],
    ["into .git", "../.git/config", "link-outside: src/link is a symbolic link into .git"],
    ["to nothing", "nothing.py", "source-missing: src/link is a symbolic link to nothing"],
    ["to itself", "link", "source-missing: src/link is a symbolic link that goes round in a circle"],
    ["to its own folder", ".", "source-missing: src/link is a symbolic link that goes round in a circle"],
    ["through a file", "a.py/x", "source-missing: src/link is a symbolic link to nothing"],
  ])("%s is refused", (_, target, message) => {
    const root = makeTree({ "src/a.py": "", ".git/config": "" });
    const sibling = `${root}-sibling`;
    if (target === "SIBLING") execFileSync("mkdir", ["-p", sibling]);
    symlinkSync(target === "SIBLING" ? sibling : target, join(root, "src/link"));
    expect(refused(root)).toBe(message);
    execFileSync("rm", ["-rf", sibling]);
  });

  test("above the folder that it is in goes round", () => {
    const root = makeTree({ "src/a/b/x.py": "" });
    symlinkSync("../..", join(root, "src/a/b/up"));
    expect(refused(root)).toBe("source-missing: src/a/b/up is a symbolic link that goes round in a circle");
  });

  test("that is excluded is not looked at", () => {
    const root = makeTree({ "src/a.py": "" });
    symlinkSync("/etc", join(root, "src/link"));
    expect(pathsIn(root, ["link"])).toEqual(["a.py"]);
  });

  test("to a shared folder may come twice; links that multiply without end are stopped", () => {
    const root = makeTree({ "src/": "", "lib/0/x.py": "" });
    symlinkSync("../lib/0", join(root, "src/one"));
    symlinkSync("../lib/0", join(root, "src/two"));
    expect(pathsIn(root)).toEqual(["one/x.py", "two/x.py"]);
    for (let level = 1; level <= 40; level += 1) {
      mkdirSync(join(root, `lib/${level}`));
      symlinkSync(`../${level - 1}`, join(root, `lib/${level}/a`));
      symlinkSync(`../${level - 1}`, join(root, `lib/${level}/b`));
    }
    symlinkSync("../lib/40", join(root, "src/bomb"));
    expect(refused(root)).toMatch(/^source-missing: src has over 10000 symbolic links$/);
  });
});

describe("refused as source-missing:", () => {
  test("no folder, a file in its place, a source outside", () => {
    const root = makeTree();
    expect(refused(root)).toBe("source-missing: there is no folder src");
    writeFileSync(join(root, "src"), "");
    expect(refused(root)).toBe("source-missing: src is not a folder");
    const outside = (): unknown => readSources({ folder: "/etc", boundary: root, exclude: [] });
    expect(outside).toThrow(expect.objectContaining({ code: "link-outside" }));
  });

  test("a pipe", () => {
    const root = makeTree({ "src/": "" });
    execFileSync("mkfifo", [join(root, "src/pipe")]);
    expect(refused(root)).toBe("source-missing: src/pipe is a pipe, which no zip can hold");
  });

  test.skipIf(process.platform !== "linux")("a name that is not UTF-8", () => {
    const root = makeTree({ "src/\uFFFD fine": "" });
    expect(pathsIn(root)).toEqual(["\uFFFD fine"]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/src/caf`), Buffer.from([0xe9])]), "");
    expect(refused(root)).toBe("source-missing: the name of src/caf? is not UTF-8 (bytes 636166e9)");
  });
});

test("any tree of plain names is listed whole, in bytewise order", () => {
  const name = fc.string({
    unit: fc.constantFrom("a", "B", "é", "𐀀", "\uE000", " "),
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, name), { maxLength: 8, selector: String }), (pairs) => {
      const root = makeTree({ "src/": "" });
      const paths = pairs.map(([folder, file]) => `${folder}d/${file}`);
      writeTree(join(root, "src"), Object.fromEntries(paths.map((path) => [path, ""])));
      const sorted = [...new Set(paths)].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(pathsIn(root)).toEqual(sorted);
    }),
    { numRuns: 20 },
  );
});
