import fc from "fast-check";
import { expect, test } from "vitest";
import { selectVersion } from "./create-directory.ts";
import { parseReference } from "./state/function-reference.ts";

test("weights of an alias choose the additional version with their share", () => {
  const alias = { functionVersion: "1", weights: { "2": 0.25 } };
  expect(selectVersion(alias, 0)).toBe("2");
  expect(selectVersion(alias, 0.2499)).toBe("2");
  expect(selectVersion(alias, 0.25)).toBe("1");
  expect(selectVersion(alias, 0.9999)).toBe("1");
  expect(selectVersion({ functionVersion: "1", weights: { "2": 0 } }, 0)).toBe("1");
  expect(selectVersion({ functionVersion: "1", weights: {} }, 0)).toBe("1");
});

test("every form of a reference names the same function", () => {
  const place = { region: "us-east-1", account: "000000000000" };
  const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-_]{0,20}$/);
  const qualifier = fc.option(fc.oneof(fc.constant("$LATEST"), fc.stringMatching(/^[a-zA-Z0-9-_]{1,10}$/)), {
    nil: undefined,
  });
  fc.assert(
    fc.property(name, qualifier, fc.nat(3), (functionName, wanted, form) => {
      // "function" alone before a qualifier reads as the word in an ARN.
      fc.pre(functionName !== "function");
      const prefixes = [
        "",
        "function:",
        "000000000000:function:",
        "arn:aws:lambda:us-east-1:000000000000:function:",
      ];
      const text = prefixes[form]! + functionName;
      expect(parseReference(text, wanted, place)).toEqual({ name: functionName, qualifier: wanted });
      expect(parseReference(wanted === undefined ? text : `${text}:${wanted}`, wanted, place)).toEqual({
        name: functionName,
        qualifier: wanted,
      });
    }),
  );
  expect(() => parseReference("123456789012:function:x", undefined, place)).toThrow("is not 000000000000");
  expect(() => parseReference("a b", undefined, place)).toThrow("1 validation error detected");
});
