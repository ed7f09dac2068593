import { describe, expect, test } from "vitest";
import { BrigError, type Warning } from "../errors.ts";
import { parseSettings } from "./parse-settings.ts";

const path = "functions/hello/brig.yaml";
const faultOf = (text: string): { message: string; hint: string | null } => {
  try {
    parseSettings(text, path);
  } catch (error) {
    if (error instanceof BrigError && error.code === "config-invalid")
      return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error("nothing was wrong");
};

test("everything that the design shows passes", () => {
  const text = `
function:                       # AWS's own names
  Runtime: python3.13
  Handler: lambda_function.lambda_handler
  Architectures: [arm64]
  MemorySize: 256
  Timeout: 30
  Environment: {Variables: {LOG_LEVEL: info, TOKEN: "\${env:TOKEN}"}}
  Permissions: [{StatementId: s3, Action: "lambda:InvokeFunction", Principal: s3.amazonaws.com, SourceArn: "arn:aws:s3:::b"}]
  FunctionUrlConfig: {AuthType: NONE}
  ReservedConcurrentExecutions: 0
  ProvisionedConcurrentExecutions: 2
  EventInvokeConfig: {MaximumRetryAttempts: 0}
  BrandNewMember: {Of: [AWS]}
build:
  exclude: ["**/tests/**"]
  bytecode: true
test:
  requirements: [pytest, responses]
targets:
  staged: {region: us-east-1, function: {FunctionName: hello-staged}}
  prod:   {region: us-east-1, account: "012345678901", alias: live, protected: true, function: {FunctionName: hello, Role: "arn:aws:iam::1:role/x"}}
`;
  const { value, warnings } = parseSettings(text, path);
  expect(warnings).toEqual([]);
  expect(value.function).toMatchObject({ Timeout: 30, BrandNewMember: { Of: ["AWS"] } });
  expect(value.targets?.["prod"]?.account).toBe("012345678901");
});

test.each(["", "# nothing\n", "build:\n", "function:\n  # Timeout: 3\nbuild:\ntest:\ntargets:\n"])(
  "%j says nothing",
  (text) => {
    expect(parseSettings(text, path).value).toEqual({});
  },
);

test("a permission without what AWS needs of it is told before anything is deployed", () => {
  const { message } = faultOf(
    "function:\n  Permissions:\n    - {Action: lambda:InvokeFunction, Principal: s3}\n",
  );
  expect(message).toContain("StatementId");
});

describe("an unknown key names its place and the nearest known one", () => {
  test.each([
    [
      "build:\n  source: src\n  exlude: [x]\n",
      '3:3: unknown key "exlude" under "build"',
      "did you mean exclude?",
    ],
    ["fuction: {}\n", '1:1: unknown key "fuction" at the top', "did you mean function?"],
    [
      "test: {requirement: [x]}\n",
      '1:8: unknown key "requirement" under "test"',
      "did you mean requirements?",
    ],
    [
      "targets:\n  prod:\n    Region: x\n",
      '3:5: unknown key "Region" under "targets.prod"',
      "did you mean region?",
    ],
    [
      "function: {}\nzebra: 1\n",
      '2:1: unknown key "zebra" at the top',
      "known are function, build, test, targets",
    ],
    [
      "constructor: 1\n",
      '1:1: unknown key "constructor" at the top',
      "known are function, build, test, targets",
    ],
  ])("%j", (text, message, hint) => {
    expect(faultOf(text)).toEqual({ message: `${path}:${message}`, hint });
  });
});

describe("a wrong value names what it must be", () => {
  test.each([
    ["[]\n", "1:1: brig.yaml must be a map, not a list"],
    ["text\n", "1:1: brig.yaml must be a map, not text"],
    ["build: 3\n", '1:8: "build" must be a map, not a number'],
    ["build: {exclude: tests}\n", '1:18: "build.exclude" must be a list, not text'],
    ["build:\n  bytecode: yes\n", '2:13: "build.bytecode" must be true or false, not text'],
    ["build: {command: []}\n", '1:18: "build.command" must not be empty'],
    ["build: {command: make}\n", '1:18: "build.command" must be a list, not text'],
    [
      "build: {source: /etc}\n",
      '1:17: "build.source" must be a relative path inside the repository, not "/etc"',
    ],
    [
      "build: {source: ~/x}\n",
      '1:17: "build.source" must be a relative path inside the repository, not "~/x"',
    ],
    [
      'build: {output: "a\\\\b"}\n',
      '1:17: "build.output" must be a path with / between its parts, not "a\\b"',
    ],
    ["function: {Timeout: 3.5}\n", '1:21: "function.Timeout" must be a whole number, not a number'],
    ["function: {Timeout: soon}\n", '1:21: "function.Timeout" must be a whole number, not text'],
    ["function: {Timeout: .inf}\n", '1:21: "function.Timeout" must be a whole number, not a number'],
    ["function: {Timeout: 0}\n", '1:21: "function.Timeout" must be at least 1'],
    ["function:\n  Timeout:\n", '"function.Timeout" must be a whole number, not empty'],
    ["function: {Layers: arn}\n", '1:20: "function.Layers" must be a list, not text'],
    [
      "function: {Architectures: [x86_64, arm64]}\n",
      '"function.Architectures" must hold exactly one of x86_64 and arm64',
    ],
    ["function: {Architectures: []}\n", '"function.Architectures" must hold exactly one of x86_64 and arm64'],
    [
      "function: {Environment: {Variables: [A]}}\n",
      '"function.Environment.Variables" must be a map, not a list',
    ],
    ["targets: {prod: {account: 12}}\n", '1:27: "targets.prod.account" must be text, not a number'],
    [
      'targets: {prod: {account: "12"}}\n',
      '"targets.prod.account" must be the 12 digits of an AWS account, not "12"',
    ],
    [
      "targets: {prod: {region: Ohio}}\n",
      '"targets.prod.region" must be a region of AWS, as us-east-1, not "Ohio"',
    ],
    ['targets: {"7": {}}\n', '1:11: "7" must be letters, digits, - and _, and not digits alone'],
    [
      "targets: {prod: {function: {Timeout: x}}}\n",
      '"targets.prod.function.Timeout" must be a whole number, not text',
    ],
  ])("%j", (text, message) => {
    expect(faultOf(text).message).toMatch(/^functions\/hello\/brig\.yaml:\d+:\d+: /);
    expect(faultOf(text).message).toContain(message);
  });

  test("and the way out", () => {
    expect(faultOf("function: {Architectures: [x86-64]}\n").hint).toBe("did you mean x86_64?");
    expect(faultOf("function: {Runtime: Python 3.13}\n").hint).toBe("did you mean python3.13?");
    expect(faultOf("targets: {prod: {account: 123456789012}}\n").hint).toBe('put it in quotes: account: "…"');
  });

  test("but never that of an environment variable", () => {
    const { message, hint } = faultOf("function:\n  Environment:\n    Variables:\n      PIN: 918273\n");
    expect(message).toBe(`${path}:4:12: "function.Environment.Variables.PIN" must be text, not a number`);
    expect(hint).toBe('put it in quotes: PIN: "…"');
  });
});

test("an unknown member of function near to a known one warns, one far from all passes", () => {
  const text =
    "function:\n  Timout: 3\n  Zebra: 1\n  runtime: x\ntargets:\n  prod:\n    function: {MemorySzie: 1}\n";
  const { value, warnings } = parseSettings(text, path);
  expect(value.function).toMatchObject({ Timout: 3, Zebra: 1 });
  expect(warnings.map(({ code, message, hint }: Warning) => [code, message.split(": ")[0], hint])).toEqual([
    ["function-member-unknown", `${path}:2:3`, "did you mean Timeout?"],
    ["function-member-unknown", `${path}:4:3`, "did you mean Runtime?"],
    ["function-member-unknown", `${path}:7:16`, "did you mean MemorySize?"],
  ]);
});

test("an unknown runtime passes, and warns when it is near to a known one", () => {
  expect(parseSettings("function: {Runtime: python3.31}\n", path).warnings).toMatchObject([
    { code: "function-member-unknown", hint: "did you mean python3.13?" },
  ]);
  expect(parseSettings("function: {Runtime: cobol2030.x}\n", path).warnings).toEqual([]);
});
