import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeTree } from "../workspace/testing.ts";
import { compareBytewise } from "../workspace/compare-bytewise.ts";
import { type Dependency, type Layout, planLayout, sourceOfBytecode } from "./layout.ts";
import { unzippedLimit } from "./limits.ts";
import { bytecodeEntry, imaginedArchive, sourceEntry } from "./test-tree.ts";

const options = { exclude: [], bytecode: undefined };

function dependency(owner: string, files: Readonly<Record<string, number>>, seed = owner): Dependency {
  return { owner, archive: imaginedArchive(files, seed), bytecode: undefined };
}

function paths(layout: Layout): { dependencies: string[]; firstParty: string[] } {
  const names = (entries: Layout["dependencies"]): string[] => entries.map(({ path }) => path);
  return { dependencies: names(layout.dependencies), firstParty: names(layout.firstParty) };
}

describe("planLayout", () => {
  test("dependencies first, then first-party files with their bytecode, each bytewise by path", () => {
    const sources = [
      sourceEntry(makeTree(), "b.py", "b"),
      sourceEntry(makeTree(), "B.py", "B"),
      sourceEntry(makeTree(), "a/é.py", "e"),
      bytecodeEntry("__pycache__/b.cpython-313.pyc", "code"),
    ];
    const layout = planLayout(
      [dependency("z", { "z/z.py": 1, "a.py": 1 }), dependency("m", { "m.py": 1 })],
      sources,
      options,
    );
    expect(paths(layout)).toEqual({
      dependencies: ["a.py", "m.py", "z/z.py"],
      firstParty: ["B.py", "__pycache__/b.cpython-313.pyc", "a/é.py", "b.py"],
    });
    expect(layout.unzippedSize).toBe(3 + 1 + 1 + 1 + 4);
    expect(layout.bytecode).toBe(true);
  });

  test("one path with other bytes from two owners: both are named", () => {
    const both = [dependency("one 1.0", { "x/y.py": 1 }), dependency("two 2.0", { "x/y.py": 1 })];
    expect(() => planLayout(both, [], options)).toThrow(
      expect.objectContaining({
        code: "path-collision",
        message: expect.stringMatching(/x\/y\.py.*one 1\.0.*two 2\.0/),
      }),
    );
    const own = [sourceEntry(makeTree(), "x/y.py", "mine")];
    expect(() => planLayout([both[0]!], own, options)).toThrow(/one 1\.0.*the function's source/);
  });

  test("the same bytes from two owners are one file; the first keeps it", () => {
    const layout = planLayout(
      [
        dependency("one", { "x/__init__.py": 5 }, "same"),
        dependency("two", { "x/__init__.py": 5, "x/b.py": 1 }, "same"),
      ],
      [],
      options,
    );
    expect(paths(layout).dependencies).toEqual(["x/__init__.py", "x/b.py"]);
  });

  test("a file where another needs a folder: refused, whoever comes first", () => {
    const file = dependency("file", { pkg: 1 });
    const deep = dependency("deep", { "pkg/sub/x.py": 1 });
    for (const pair of [
      [file, deep],
      [deep, file],
    ]) {
      expect(() => planLayout(pair, [], options)).toThrow(
        expect.objectContaining({ code: "path-collision" }),
      );
    }
  });

  test("excludes leave out files, and the bytecode of what they leave out", () => {
    const code = imaginedArchive({
      "pkg/__pycache__/a.cpython-313.pyc": 1,
      "pkg/tests/__pycache__/t.cpython-313.pyc": 1,
    });
    const one = {
      ...dependency("pkg", { "pkg/a.py": 1, "pkg/tests/t.py": 1, "pkg/.hidden/x": 1 }),
      bytecode: code,
    };
    const layout = planLayout([one], [sourceEntry(makeTree(), "tests/own.py", "x")], {
      exclude: ["**/tests/**", "**/.hidden/**"],
      bytecode: undefined,
    });
    expect(paths(layout)).toEqual({
      dependencies: ["pkg/__pycache__/a.cpython-313.pyc", "pkg/a.py"],
      firstParty: [],
    });
  });

  test("an exclude settles a collision", () => {
    const both = [dependency("one", { "x.py": 1 }), dependency("two", { "x.py": 1, "y.py": 1 })];
    expect(paths(planLayout(both, [], { exclude: ["x.py"], bytecode: true })).dependencies).toEqual(["y.py"]);
  });

  test("bytecode is on to the last byte of the limit, unless it is said", () => {
    const code = imaginedArchive({ "__pycache__/a.cpython-313.pyc": 100 });
    const of = (size: number, bytecode: boolean | undefined): Layout =>
      planLayout([{ ...dependency("big", { "a.py": size }), bytecode: code }], [], { exclude: [], bytecode });
    expect(of(unzippedLimit - 100, undefined)).toMatchObject({ bytecode: true, unzippedSize: unzippedLimit });
    expect(of(unzippedLimit - 99, undefined)).toMatchObject({
      bytecode: false,
      unzippedSize: unzippedLimit - 99,
    });
    expect(of(unzippedLimit, true)).toMatchObject({ bytecode: true, unzippedSize: unzippedLimit + 100 });
    expect(of(1, false)).toMatchObject({ bytecode: false, unzippedSize: 1 });
  });

  test("no path twice, none lost, sorted, sizes add up, whatever the order of the owners' files", () => {
    const path = fc
      .array(fc.constantFrom("a", "b", "B", "é", "z.py", "\u{1f600}"), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join("/"));
    const files = fc.dictionary(path, fc.nat(1000), { maxKeys: 6 });
    fc.assert(
      fc.property(files, files, (one, two) => {
        const all = [dependency("one", one, "same"), dependency("two", two, "same")];
        const names = new Set([...Object.keys(one), ...Object.keys(two)]);
        const clashes = [...names].some((name) => [...names].some((other) => other.startsWith(`${name}/`)));
        if (clashes) {
          expect(() => planLayout(all, [], options)).toThrow(
            expect.objectContaining({ code: "path-collision" }),
          );
          return;
        }
        const layout = planLayout(all, [], options);
        expect(paths(layout).dependencies).toEqual([...names].toSorted(compareBytewise));
        expect(layout.unzippedSize).toBe(
          [...names].reduce((sum, name) => sum + (one[name] ?? two[name]!), 0),
        );
        expect(paths(planLayout(all.toReversed(), [], options))).toEqual(paths(layout));
      }),
    );
  });
});

test("sourceOfBytecode", () => {
  expect(sourceOfBytecode("a/__pycache__/b.cpython-313.pyc")).toBe("a/b.py");
  expect(sourceOfBytecode("__pycache__/b.c.cpython-39.pyc")).toBe("b.c.py");
  for (const other of ["a/b.pyc", "__pycache__/b.pyc", "a/__pycache__/b/c.cpython-313.pyc", "x.py"]) {
    expect(sourceOfBytecode(other)).toBeUndefined();
  }
});
