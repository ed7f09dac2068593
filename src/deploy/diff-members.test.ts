import { expect, test } from "vitest";
import { completeMember, diffMember } from "./diff-members.ts";
import type { Members } from "./members.ts";

const cors = { AllowOrigins: ["*"], AllowCredentials: true, MaxAge: 30 };
const destinations = { OnSuccess: { Destination: "arn:a" }, OnFailure: { Destination: "arn:b" } };

test.each<readonly [string, Members, Members, readonly string[]]>([
  [
    "FunctionUrlConfig",
    { AuthType: "NONE", Cors: { AllowOrigins: ["*"] } },
    { AuthType: "NONE", Cors: cors },
    ["Cors.AllowCredentials", "Cors.MaxAge"],
  ],
  [
    "FunctionUrlConfig",
    { AuthType: "NONE" },
    { AuthType: "NONE", Cors: { AllowOrigins: ["*"] } },
    ["Cors.AllowOrigins"],
  ],
  [
    "EventInvokeConfig",
    { DestinationConfig: { OnSuccess: destinations.OnSuccess } },
    { DestinationConfig: destinations },
    ["DestinationConfig.OnFailure.Destination"],
  ],
  [
    "EventInvokeConfig",
    {},
    { DestinationConfig: destinations },
    ["DestinationConfig.OnSuccess.Destination", "DestinationConfig.OnFailure.Destination"],
  ],
  ["DeadLetterConfig", {}, { TargetArn: "arn:a" }, ["TargetArn"]],
])("%s %j: what left brig.yaml is a difference to %j", (name, wished, actual, paths) => {
  const found = diffMember(name, wished, actual, "f");
  expect(found.map(({ path }) => path)).toEqual(paths.map((path) => `${name}.${path}`));
  expect(found.every(({ to }) => to === null || to === 0 || to === false)).toBe(true);
});

test.each<readonly [string, Members, Members]>([
  [
    "FunctionUrlConfig",
    { AuthType: "NONE", Cors: { AllowOrigins: ["*"] } },
    {
      AuthType: "NONE",
      FunctionUrl: "https://x",
      InvokeMode: "BUFFERED",
      Cors: { AllowOrigins: ["*"], AllowCredentials: false, MaxAge: 0, AllowHeaders: [] },
    },
  ],
  [
    "EventInvokeConfig",
    { DestinationConfig: { OnSuccess: { Destination: "arn:a" } } },
    { DestinationConfig: { OnSuccess: { Destination: "arn:a" }, OnFailure: {} } },
  ],
  ["DeadLetterConfig", {}, {}],
])("%s: what AWS answers by itself is none", (name, wished, actual) => {
  expect(diffMember(name, wished, actual, "f")).toEqual([]);
});

test("a dead letter queue that left brig.yaml is sent as none", () => {
  expect(completeMember("DeadLetterConfig", {}, { TargetArn: "arn:a" }, "f")).toEqual({ TargetArn: "" });
});
