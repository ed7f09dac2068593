import fc from "fast-check";
import { expect, test } from "vitest";
import { diffExpectation, renderDifferences } from "./expectation.ts";

const given = (value: unknown, functionError: string | null = null) => ({
  payload: Buffer.from(JSON.stringify(value)),
  functionError,
});

test.each([
  [{ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } }],
  [{ a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }] }],
  [null, null],
  [-0, 0],
  ["x", "x"],
  [{ a: 1 }, {}],
])("%j is as expected by %j", (value, expectation) => {
  expect(diffExpectation(given(value), expectation)).toEqual([]);
});

test("differences name the place, what was expected and what came", () => {
  const answer = given({
    statusCode: 500,
    headers: { "content-type": "text/html" },
    list: [1, 3],
    more: true,
  });
  const expectation = { statusCode: 200, headers: { "content-type": "a", x: "1" }, list: [1, 2, 4] };
  expect(renderDifferences(diffExpectation(answer, expectation))).toMatchInlineSnapshot(`
    "$.statusCode
      - expected 200
      + got      500
    $.headers["content-type"]
      - expected "a"
      + got      "text/html"
    $.headers.x
      - expected "1"
      + got      <missing>
    $.list[1]
      - expected 2
      + got      3
    $.list[2]
      - expected 4
      + got      <missing>
    "
  `);
});

test.each([
  ["a longer list", { a: [1, 2] }, { a: [1] }, "$.a[1]", "<nothing>", "2"],
  ["a list of another order", { a: [1] }, { a: [2] }, "$.a[0]", "2", "1"],
  ["a number for a string", { a: 1 }, { a: "1" }, "$.a", '"1"', "1"],
  ["an object for a list", { a: {} }, { a: [] }, "$.a", "[]", "{}"],
  ["an inherited member", {}, { toString: 1 }, "$.toString", "1", "<missing>"],
  ["null for an object", { a: null }, { a: {} }, "$.a", "{}", "null"],
])("sees %s", (_, value, expectation, path, expected, actual) => {
  expect(diffExpectation(given(value), expectation)).toEqual([{ path, expected, actual }]);
});

test("an expected error is the type of a function that failed", () => {
  const failed = given({ errorType: "ValueError", errorMessage: "bad" }, "Unhandled");
  expect(diffExpectation(failed, { $error: "ValueError" })).toEqual([]);
  expect(diffExpectation(failed, { $error: "KeyError" })).toEqual([
    { path: "$", expected: "<the error KeyError>", actual: "<the error ValueError: bad>" },
  ]);
  expect(diffExpectation(given({ errorType: "ValueError" }), { $error: "ValueError" })).toHaveLength(1);
  expect(diffExpectation(failed, { errorType: "ValueError" })).toEqual([
    { path: "$", expected: '{"errorType":"ValueError"}', actual: "<the error ValueError: bad>" },
  ]);
});

test("a payload that is no JSON, or nested without end, is a difference", () => {
  const answer = (payload: string) => ({ payload: Buffer.from(payload), functionError: null });
  expect(diffExpectation(answer("NaN"), {})).toEqual([
    { path: "$", expected: "{}", actual: "<no JSON: NaN>" },
  ]);
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  expect(diffExpectation(answer(deep), 1)).toHaveLength(1);
});

test("every value is as expected by itself, and by less of itself", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (value, more) => {
      expect(diffExpectation(given(value), JSON.parse(JSON.stringify({ v: value })).v)).toEqual([]);
      if ("$error" in more) return;
      expect(diffExpectation(given({ ...more, extra: 1 }), JSON.parse(JSON.stringify(more)))).toEqual([]);
    }),
  );
});
