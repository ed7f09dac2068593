import { expect, test } from "vitest";
import { parseAwsFunction } from "./parse-aws-function.ts";

const none = { qualifier: undefined, region: undefined, account: undefined };
const arn = "arn:aws:lambda:eu-west-1:123456789012:function:hello";

test.each([
  ["hello", { ...none, name: "hello" }],
  ["hello:live", { ...none, name: "hello", qualifier: "live" }],
  ["hello:7", { ...none, name: "hello", qualifier: "7" }],
  ["hello:$LATEST", { ...none, name: "hello" }],
  [arn, { ...none, name: "hello", region: "eu-west-1", account: "123456789012" }],
  [`${arn}:live`, { name: "hello", qualifier: "live", region: "eu-west-1", account: "123456789012" }],
])("%s", (text, expected) => {
  expect(parseAwsFunction(text)).toEqual(expected);
});

test.each(["", "a b", "orders/ingest", "arn:aws:s3:::bucket", `${arn}:a:b`])("%j is none", (text) => {
  expect(() => parseAwsFunction(text)).toThrow("neither the name nor the ARN");
});
