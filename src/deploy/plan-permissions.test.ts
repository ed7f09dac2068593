import { expect, test } from "vitest";
import { planPermissions } from "./plan-permissions.ts";

const permission = {
  StatementId: "events",
  Action: "lambda:InvokeFunction",
  Principal: "events.amazonaws.com",
};

test("two statements of one name are refused, unless they stand in different places", () => {
  const other = { ...permission, Principal: "s3.amazonaws.com" };
  const plan = (second: typeof permission & { readonly Qualifier?: string }): readonly string[] =>
    planPermissions("f", "live", [permission, second], [], new Map()).map(({ call }) => call);
  expect(() => plan(other)).toThrow(
    expect.objectContaining({ code: "config-invalid", message: expect.stringContaining("events on live") }),
  );
  expect(plan({ ...other, Qualifier: "7" })).toEqual(["AddPermission", "AddPermission"]);
});
