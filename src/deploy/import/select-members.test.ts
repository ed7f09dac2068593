import { expect, test } from "vitest";
import { selectMembers } from "./select-members.ts";

const none = { everywhere: {}, there: {} };

/** What AWS answers of a function that was created with nothing but what it must have. */
const bare = {
  FunctionName: "hello",
  FunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:hello",
  Runtime: "python3.13",
  Role: "arn:aws:iam::123456789012:role/hello",
  Handler: "lambda_function.lambda_handler",
  CodeSize: 300,
  Description: "",
  Timeout: 3,
  MemorySize: 128,
  LastModified: "2026-11-24T03:00:00.000+0000",
  CodeSha256: "x",
  Version: "$LATEST",
  VpcConfig: { SubnetIds: [], SecurityGroupIds: [], VpcId: "", Ipv6AllowedForDualStack: false },
  TracingConfig: { Mode: "PassThrough" },
  RevisionId: "r",
  State: "Active",
  LastUpdateStatus: "Successful",
  PackageType: "Zip",
  Architectures: ["x86_64"],
  EphemeralStorage: { Size: 512 },
  SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
  RuntimeVersionConfig: { RuntimeVersionArn: "arn" },
  LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/hello" },
  ConfigSha256: "y",
  SomethingOfTomorrow: { Told: true },
};

test("of a plain function little is left", () => {
  expect(selectMembers(bare, none, "hello")).toEqual({
    everywhere: { Runtime: "python3.13", Handler: "lambda_function.lambda_handler" },
    there: { Role: "arn:aws:iam::123456789012:role/hello" },
  });
});

test("what was set is written as AWS takes it", () => {
  const { everywhere } = selectMembers(
    {
      ...bare,
      Timeout: 30,
      Description: "greets",
      Layers: [{ Arn: "arn:aws:lambda:us-east-1:1:layer:x:3", CodeSize: 5 }],
      VpcConfig: { SubnetIds: ["s"], SecurityGroupIds: ["g"], VpcId: "v", Ipv6AllowedForDualStack: false },
      SnapStart: { ApplyOn: "PublishedVersions", OptimizationStatus: "On" },
      LoggingConfig: {
        LogFormat: "JSON",
        ApplicationLogLevel: "DEBUG",
        SystemLogLevel: "INFO",
        LogGroup: "own",
      },
      Environment: { Variables: { A: "b" } },
    },
    none,
    "hello",
  );
  expect(everywhere).toEqual({
    Runtime: "python3.13",
    Handler: "lambda_function.lambda_handler",
    Timeout: 30,
    Description: "greets",
    Layers: ["arn:aws:lambda:us-east-1:1:layer:x:3"],
    VpcConfig: { SubnetIds: ["s"], SecurityGroupIds: ["g"] },
    SnapStart: { ApplyOn: "PublishedVersions" },
    LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "DEBUG", LogGroup: "own" },
    Environment: { Variables: { A: "b" } },
  });
});

test("what a brig.yaml above says is written only where it differs, and where it counts", () => {
  const inherited = {
    everywhere: { Runtime: "python3.13", Timeout: 30, TracingConfig: { Mode: "Active" } },
    there: { MemorySize: 512, Role: bare.Role },
  };
  expect(selectMembers(bare, inherited, "hello")).toEqual({
    everywhere: {
      Handler: "lambda_function.lambda_handler",
      Timeout: 3,
      TracingConfig: { Mode: "PassThrough" },
    },
    there: { MemorySize: 128 },
  });
});

test("brig's record is no Description of the function", () => {
  const Description = `brig ${"a".repeat(40)}`;
  expect(selectMembers({ ...bare, Description }, none, "hello").everywhere).not.toHaveProperty("Description");
});
