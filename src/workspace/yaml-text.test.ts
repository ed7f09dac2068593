import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { BrigError } from "../errors.ts";
import { parseYaml } from "./yaml-text.ts";

const faultOf = (text: string): string => {
  try {
    parseYaml(text, "brig.yaml");
  } catch (error) {
    if (error instanceof BrigError && error.code === "config-invalid") return error.message;
    throw error;
  }
  return "none";
};

test("reads plain data and tells where each part stands", () => {
  const yaml = parseYaml("a:\n  b: [1, two]\n'c d': null\n", "x/brig.yaml");
  expect(yaml.value).toEqual({ a: { b: [1, "two"] }, "c d": null });
  expect(yaml.locateKey(["a", "b"])).toBe("x/brig.yaml:2:3");
  expect(yaml.locateValue(["a", "b", 1])).toBe("x/brig.yaml:2:10");
  expect(yaml.locateKey(["c d"])).toBe("x/brig.yaml:3:1");
  expect(yaml.locateValue(["a", "missing", "deep"])).toBe("x/brig.yaml:2:3");
});

test("an empty text, or one of comments, has no value", () => {
  expect(parseYaml("", "brig.yaml").value).toBeUndefined();
  expect(parseYaml("# nothing\n", "brig.yaml").value).toBeUndefined();
});

test("an alias that does not multiply is followed", () => {
  expect(parseYaml("a: &x {b: 1}\nc: *x\n", "brig.yaml").value).toEqual({ a: { b: 1 }, c: { b: 1 } });
});

describe("refuses, with line and column,", () => {
  const laughs = Array.from(
    { length: 9 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(", ")}]`,
  );
  test.each([
    ["a duplicate key", "a: 1\nb: 2\na: 3\n", 'brig.yaml:3:1: the key "a" stands here twice'],
    [
      "a duplicate key deep inside",
      "a:\n  - {b: 1, b: 2}\n",
      'brig.yaml:2:12: the key "b" stands here twice',
    ],
    ["a tag of its own", "a: !x 1\n", 'tags are not supported: "!x"'],
    ["a standard tag", "a: !!str 1\n", "tags are not supported"],
    ["a tag of a map", "!!map\na: 1\n", "tags are not supported"],
    ["a tag without a value", "a: !x\n", "tags are not supported"],
    ["a tag of a key", "!!str a: 1\n", "brig.yaml:1:"],
    ["a bare tag", "a: ! 1\n", "tags are not supported"],
    ["two documents", "a: 1\n---\nb: 2\n", "only one document"],
    ["a merge key", "a: &x {b: 1}\nc:\n  <<: *x\n", 'brig.yaml:3:3: the key "<<" is not supported'],
    ["a prototype", "function:\n  __proto__: {Timeout: 1}\n", 'brig.yaml:2:3: the key "__proto__"'],
    ["a number for a key", "a: {1: 2}\n", "brig.yaml:1:5: a key must be text"],
    ["a list for a key", "? [a]\n: 1\n", "a key must be text"],
    ["an empty key", ": 1\n", "a key must be text"],
    ["a syntax error", "a: [1, 2\nb: 3\n", "brig.yaml:2:1: not YAML"],
    ["a tab", "a:\n\tb: 1\n", "brig.yaml:2:1: not YAML"],
    ["an unknown alias", "a: *b\n", 'brig.yaml:1:4: no anchor "&b" stands before this alias'],
    ["anchors that explode", `l0: &l0 [x]\n${laughs.join("\n")}\n`, "more than 10000 values"],
    ["an alias inside itself", "a: &x [*x]\n", "nested too deeply, or an alias inside itself"],
    ["a text over 1 MiB", `a: ${"x".repeat(1_048_576)}\n`, "larger than 1048576 bytes"],
    ["brackets without end", "[".repeat(1_000_000), "brig.yaml:1:1: nested too deeply"],
    ["braces without end", "{a: ".repeat(200_000), "nested too deeply"],
    ["dashes without end", "- ".repeat(500_000), "nested too deeply"],
    ["keys without end", "? ".repeat(500_000), "nested too deeply"],
    [
      "steps without end",
      Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
      "nested too deeply",
    ],
  ])("%s", (_, text, message) => {
    expect(faultOf(text)).toMatch(/^brig\.yaml:\d+:\d+: /);
    expect(faultOf(text)).toContain(message);
  });
});

test("whatever the text is, the answer is data or config-invalid, soon", () => {
  const pieces = fc.constantFrom(
    "a",
    ": ",
    "- ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    "&x ",
    "*x",
    "!t ",
    "'",
    '"',
    "|",
    "#",
    "? ",
    "---",
    "%",
    "\t",
    "<<",
    "\0",
    "é",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      faultOf(parts.join(""));
    }),
    { numRuns: 500 },
  );
});

test("plain data survives the way through text", () => {
  const key = fc.string({ minLength: 1, maxLength: 5 }).filter((name) => !["__proto__", "<<"].includes(name));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, tree, { noNullPrototype: true }), (data) => {
      expect(parseYaml(stringify(data), "brig.yaml").value).toEqual(data);
    }),
  );
});
