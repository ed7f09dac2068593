import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BrigError } from "../../errors.ts";
import { canonicalVersion } from "./canonical-version.ts";
import { normaliseName } from "./project-name.ts";
import { matchWheelName, parseWheelName } from "./wheel-name.ts";

test("the parts of a wheel's name", () => {
  expect(
    parseWheelName("zope.interface-8.7-2b-cp313.py3-abi3-manylinux1_x86_64.manylinux_2_17_x86_64.whl"),
  ).toEqual({
    name: "zope.interface",
    version: "8.7",
    build: { number: 2n, suffix: "b" },
    pythons: ["cp313", "py3"],
    abis: ["abi3"],
    platforms: ["manylinux1_x86_64", "manylinux_2_17_x86_64"],
  });
  expect(parseWheelName("torch-2.0+cu118-cp313-cp313-linux_x86_64.whl")).toMatchObject({
    version: "2.0+cu118",
    build: undefined,
  });
});

test.each([
  "",
  "demo-1.0.tar.gz",
  "demo-1.0-py3-none-any.zip",
  "demo-1.0-py3-none.whl",
  "demo-1.0-x1-py3-none-any.whl",
  "demo-1.0-1-2-py3-none-any.whl",
  "-1.0-py3-none-any.whl",
  "../demo-1.0-py3-none-any.whl",
  "demo-1/0-py3-none-any.whl",
  "demo--py3-none-any.whl",
  "demo-1.0-py3-none-any .whl",
  "demo-1.0-py3--any.whl",
])("%j is no wheel", (file) => {
  expect(matchWheelName(file)).toBeUndefined();
  expect(() => parseWheelName(file)).toThrow(BrigError);
});

test("no text crashes it, and what is a name has all its tags", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const tags = matchWheelName(`${text}-py3-none-any.whl`)?.pythons ?? ["py3"];
      expect(tags).toEqual(["py3"]);
    }),
  );
});

test("names are compared as the index does", () => {
  expect(["Zope.Interface", "zope_interface", "zope-._interface"].map(normaliseName)).toEqual(
    Array.from({ length: 3 }, () => "zope-interface"),
  );
});

test.each([
  ["1", ["1.0", "1.0.0", "v1", "01.00", "0!1", " 1.0 "]],
  ["1a1", ["1.0a1", "1.0.alpha-1", "1_a_01", "1.0ALPHA1"]],
  ["1rc0", ["1c", "1.0-pre", "1.preview0", "1rc"]],
  ["1.post1", ["1.0-1", "1.0.post1", "1.0_post1", "1.0.rev1", "1r1"]],
  ["1.post0", ["1.post", "1post"]],
  ["1b2.post3.dev4", ["1.0.beta2-3.dev4", "1b2post3dev4"]],
  ["2!1.dev0", ["2!1.0.0dev"]],
  ["1+ubuntu.1", ["1.0+ubuntu-1", "1+Ubuntu_01"]],
  ["not-a-version", ["Not_A-Version"]],
])("%s is how these are spelt: %j", (expected, spellings) => {
  for (const spelling of spellings) expect(canonicalVersion(spelling)).toBe(expected);
});

test("different versions stay different", () => {
  const versions = ["1", "10", "1.1", "1.0.1", "1a0", "1b0", "1rc0", "1.post0", "1.dev0", "1+local", "1!1"];
  expect(new Set(versions.map(canonicalVersion)).size).toBe(versions.length);
});
