import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseNetrc, selectNetrcEntry } from "./netrc.ts";

const text = `# machine commented login no password no
machine one.example.org login alice password "two words\\""
machine two.example.org
  login bob
  account ignored
  password #hash
macdef init
machine three.example.org login macro password macro

default login anyone password p
`;

test("machines, default, quotes, macros and comments", () => {
  const entries = parseNetrc(text);
  expect(selectNetrcEntry(entries, "ONE.example.org")).toMatchObject({
    login: "alice",
    password: 'two words"',
  });
  expect(selectNetrcEntry(entries, "two.example.org")).toMatchObject({ login: "bob", password: "#hash" });
  expect(selectNetrcEntry(entries, "three.example.org")).toMatchObject({ login: "anyone", password: "p" });
  expect(selectNetrcEntry(parseNetrc("machine a login b"), "c")).toBeUndefined();
});

test("nonsense is never an error", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.array(fc.constantFrom("machine", "login", "default", '"', "\n", " ", "macdef", "#")),
      (junk, words) => {
        expect(Array.isArray(parseNetrc(junk + words.join(" ")))).toBe(true);
      },
    ),
  );
});
