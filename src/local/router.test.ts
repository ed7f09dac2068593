import fc from "fast-check";
import { expect, test } from "vitest";
import { compileRouter } from "./router.ts";

const router = compileRouter([
  { method: "GET", pattern: "/v/functions" },
  { method: "GET", pattern: "/v/functions/{FunctionName}" },
  { method: "PUT", pattern: "/v/functions/{FunctionName}/code" },
  { method: "GET", pattern: "/v/layers" },
  { method: "GET", pattern: "/v/layers", withQuery: { name: "find", value: "LayerVersion" } },
  { method: "GET", pattern: "/v/{A}/{B}" },
]);

const find = (method: string, path: string, query = ""): [string, object] | undefined => {
  const match = router(method, path, query);
  return match === undefined
    ? undefined
    : [match.entry.pattern + (match.entry.withQuery ? "?" : ""), match.labels];
};

test("paths are matched raw and labels decoded one by one", () => {
  expect(find("GET", "/v/functions")).toEqual(["/v/functions", {}]);
  expect(find("GET", "/v/functions/")).toEqual(["/v/functions", {}]);
  expect(find("GET", "/v/functions/f%3Alive")).toEqual([
    "/v/functions/{FunctionName}",
    { FunctionName: "f:live" },
  ]);
  expect(find("GET", "/v/functions/a%2Fb")).toEqual(["/v/functions/{FunctionName}", { FunctionName: "a/b" }]);
  expect(find("POST", "/v/functions")).toBeUndefined();
  expect(find("PUT", "/v/functions//code")).toBeUndefined();
  expect(find("GET", "/")).toBeUndefined();
  expect(() => find("GET", "/v/functions/%E0%A4%A")).toThrow("not valid UTF-8");
});

test("a query may choose between two operations of one path", () => {
  expect(find("GET", "/v/layers")).toEqual(["/v/layers", {}]);
  expect(find("GET", "/v/layers", "find=LayerVersion&Arn=x")).toEqual(["/v/layers?", {}]);
  expect(find("GET", "/v/layers", "find=other")).toEqual(["/v/layers", {}]);
});

test("every label comes back as it was", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (label) => {
      expect(find("PUT", `/v/functions/${encodeURIComponent(label)}/code`)?.[1]).toEqual({
        FunctionName: label,
      });
    }),
  );
});
