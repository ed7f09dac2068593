import fc from "fast-check";
import { expect, test } from "vitest";
import { AwsFault } from "../aws-fault.ts";
import { parseFilterPattern } from "./filter-pattern.ts";

const message = "[ERROR] 2026 request failed: timeout after 3s";

test.each([
  ["", true],
  ["ERROR", true],
  ["error", false],
  ["ERROR timeout", true],
  ["ERROR nothing", false],
  ['"request failed"', true],
  ['"failed request"', false],
  ["?nothing ?timeout", true],
  ["?nothing ?neither", false],
  ["ERROR -timeout", false],
  ["ERROR -nothing", true],
  ['-"request failed"', false],
  ["ERROR ?nothing", true],
])("the terms %s fit: %s", (pattern, fits) => {
  expect(parseFilterPattern(pattern)(message)).toBe(fits);
});

const record = JSON.stringify({
  level: "ERROR",
  status: 503,
  ok: false,
  user: { name: "anna", "x-id": "7", tags: ["a", "b"], none: null },
});

test.each([
  ['{ $.level = "ERROR" }', true],
  ["{$.level=ERROR}", true],
  ['{ $.level != "ERROR" }', false],
  ["{ $.missing != 1 }", false],
  ["{ $.status = 503 }", true],
  ["{ $.status >= 500 && $.status < 504 }", true],
  ["{ $.status > 503 }", false],
  ["{ $.status = 1 || $.user.name = an* }", true],
  ["{ ($.status = 1 || $.status = 503) && $.user.name = *n*a }", true],
  ["{ $.user.name = *n }", false],
  ["{ $.user.tags[1] = b }", true],
  ['{ $.user["x-id"] = "7" }', true],
  ["{ $.user.x-id = 7 }", true],
  ["{ $.ok IS FALSE }", true],
  ["{ $.ok IS TRUE }", false],
  ["{ $.user.none IS NULL }", true],
  ["{ $.user.missing NOT EXISTS }", true],
  ["{ $.level NOT EXISTS }", false],
  ["{ $.level > 3 }", false],
  ['{ $.constructor.name = "Object" }', false],
])("the condition %s fits: %s", (pattern, fits) => {
  expect(parseFilterPattern(pattern)(record)).toBe(fits);
  expect(parseFilterPattern(pattern)("no JSON")).toBe(false);
});

test.each([
  "{ $.a }",
  "{ $.a = 1",
  "{ a = 1 }",
  "{ $.a > x }",
  "{ $.a = 1 } x",
  "{ $.a IS 5 }",
  "{ $.a ! 5 }",
  "[ip, user]",
  "%regex%",
  'a "b',
  `{ ${"(".repeat(10_000)} }`,
])("refuses %s", (pattern) => {
  expect(() => parseFilterPattern(pattern)).toThrow(
    expect.objectContaining({ code: "InvalidParameterException" }),
  );
});

test("any text is either a pattern or refused in AWS's way", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    "(",
    ")",
    "$",
    ".a",
    "[0]",
    "=",
    "!=",
    "&&",
    "||",
    "*",
    '"',
    "\\",
    " ",
    "?",
    "-",
    "1",
    "IS",
    "%",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
      try {
        parseFilterPattern(parts.join(""))(record);
      } catch (fault) {
        expect(fault).toBeInstanceOf(AwsFault);
      }
    }),
  );
});
