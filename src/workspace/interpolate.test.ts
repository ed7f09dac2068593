import { expect, test } from "vitest";
import { interpolate } from "./interpolate.ts";

const env = { TOKEN: "abc", EMPTY: "" };

test("takes values from the environment, at any depth", () => {
  const value = { A: "x${env:TOKEN}y${env:TOKEN}", B: ["${env:TOKEN}", 3, null], C: { D: "${env:EMPTY}" } };
  expect(interpolate(value, "function", env)).toEqual({ A: "xabcyabc", B: ["abc", 3, null], C: { D: "" } });
});

test("a default stands in for what is unset or empty", () => {
  expect(interpolate("${env:NONE:-a b}/${env:EMPTY:-c}/${env:TOKEN:-d}/${env:NONE:-}", "p", env)).toBe(
    "a b/c/abc/",
  );
});

test("$${ is a literal, and other braces are nobody's business", () => {
  expect(interpolate("$${env:TOKEN} ${AWS::Region} $TOKEN", "p", env)).toBe(
    "${env:TOKEN} ${AWS::Region} $TOKEN",
  );
});

test("a value is not looked into again", () => {
  expect(interpolate("${env:A}", "p", { A: "${env:B}" })).toBe("${env:B}");
});

test("what is missing is named, with its place", () => {
  expect(() => interpolate({ V: ["", "${env:NONE}"] }, "function.X", env)).toThrow(
    expect.objectContaining({
      code: "config-invalid",
      message: expect.stringContaining("function.X.V[1]") as string,
    }),
  );
  expect(() => interpolate("${env:NO-NAME}", "p", env)).toThrow(
    expect.objectContaining({ code: "config-invalid" }),
  );
});
