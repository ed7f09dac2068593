import fc from "fast-check";
import { expect, test } from "vitest";
import { withUnknownMembers } from "./unknown-members.ts";

test("puts back what was dropped, at every depth and in lists", () => {
  const shaped = { A: 1, B: { C: 2 }, D: [{ E: 3 }], F: new Date(0) };
  const whole = { A: 9, B: { C: 9, New: [4] }, D: [{ E: 9, New: 5 }], F: 9, New: { G: 6 } };
  expect(withUnknownMembers(shaped, whole)).toEqual({
    A: 1,
    B: { C: 2, New: [4] },
    D: [{ E: 3, New: 5 }],
    F: new Date(0),
    New: { G: 6 },
  });
});

test("what is null in an answer is not there: a last page has no next one", () => {
  expect(withUnknownMembers({ Versions: [] }, { Versions: [], NextMarker: null })).toEqual({ Versions: [] });
});

test("bytes and lists of another length stay as the SDK made them", () => {
  const bytes = new Uint8Array([1]);
  expect(withUnknownMembers({ ZipFile: "AQ==" }, { ZipFile: bytes })).toEqual({ ZipFile: "AQ==" });
  expect(withUnknownMembers({ L: [1] }, { L: [1, 2] })).toEqual({ L: [1] });
  expect(withUnknownMembers({ L: bytes }, { L: { 0: 1 } })).toEqual({ L: bytes });
});

test("nothing is lost, and nothing is invented", () => {
  const json = fc.dictionary(
    fc.string(),
    fc.jsonValue().filter((value) => !JSON.stringify(value).includes("null")),
  );
  fc.assert(
    fc.property(json, (whole) => {
      expect(withUnknownMembers({}, whole)).toEqual(whole);
      expect(withUnknownMembers(whole, {})).toEqual(whole);
    }),
  );
});
