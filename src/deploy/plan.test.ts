import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noRemote, type Remote } from "./desired.ts";
import { describeMove, planFunction } from "./plan.ts";
import { applyToModel } from "./test-model.ts";
import { makeDesired, makeRemote, makeVersion, testRecord } from "./test-desired.ts";

function callsOf(...input: Parameters<typeof planFunction>): string[] {
  return planFunction(...input).steps.map(({ call }) => call);
}

describe("what is to be done", () => {
  test("nothing, where everything is as wished", () => {
    expect(planFunction(makeDesired(), makeRemote())).toMatchObject({ steps: [], unchanged: true });
  });

  test("a function that is not there is created, published, tested and gets its alias", () => {
    expect(callsOf(makeDesired(), noRemote)).toEqual([
      "CreateFunction",
      "PublishVersion",
      "Invoke",
      "CreateAlias",
    ]);
    expect(callsOf(makeDesired({ smokeTests: 0 }), noRemote)).not.toContain("Invoke");
  });

  test("without a role nothing can be created", () => {
    expect(() => planFunction(makeDesired({ configuration: {} }), noRemote)).toThrow(
      expect.objectContaining({ code: "config-invalid" }),
    );
  });

  test("other code and other settings, each by its call, then a version and the alias", () => {
    const remote = makeRemote({ CodeSha256: "old", Timeout: 3 });
    const plan = planFunction(makeDesired(), remote, [{ path: "a.py", from: "1", to: "2" }]);
    expect(plan.steps).toMatchObject([
      { call: "UpdateFunctionCode", why: "code differs", changes: [{ path: "a.py" }] },
      { call: "UpdateFunctionConfiguration", changes: [{ path: "Timeout", from: 3, to: 10 }] },
      { call: "PublishVersion" },
      { call: "Invoke", why: "smoke test" },
      { call: "UpdateAlias", changes: [{ path: "FunctionVersion", from: "7", to: "new" }] },
    ]);
    expect(plan.steps[1]!.input).toEqual({ FunctionName: "f", Timeout: 10 });
  });

  test("what a killed deployment did already is not done again", () => {
    const remote = makeRemote({}, { live: makeVersion("7", { CodeSha256: "old" }) });
    expect(callsOf(makeDesired(), remote)).toEqual(["PublishVersion", "Invoke", "UpdateAlias"]);
    expect(callsOf(makeDesired(), { ...remote, live: undefined, alias: undefined })).toEqual([
      "PublishVersion",
      "Invoke",
      "CreateAlias",
    ]);
  });

  test("a zip for another runtime than AWS has is refused, unless a brig.yaml says so", () => {
    const creation = { Runtime: "python3.13", Handler: "lambda_function.lambda_handler" };
    const remote = makeRemote({ Runtime: "python3.9" });
    const { Runtime: _, ...configuration } = makeDesired().configuration;
    expect(() => planFunction(makeDesired({ creation, configuration }), remote)).toThrow(
      expect.objectContaining({ code: "config-invalid", message: expect.stringContaining("python3.9") }),
    );
    expect(callsOf(makeDesired({ creation }), remote)).toContain("UpdateFunctionConfiguration");
  });

  test("an update that failed is done again", () => {
    const remote = makeRemote();
    const latest = makeVersion("$LATEST", { LastUpdateStatus: "Failed" });
    expect(planFunction(makeDesired(), { ...remote, latest }).steps[0]).toMatchObject({
      call: "UpdateFunctionCode",
      why: "the last update failed",
    });
  });

  test("weights that a killed canary left go first", () => {
    const alias = { version: "7", revisionId: "r", description: "", weights: { "8": 0.1 } };
    const remote = makeRemote({ CodeSha256: "old" }, { alias });
    const [first] = planFunction(makeDesired(), remote).steps;
    expect(first).toMatchObject({
      call: "UpdateAlias",
      input: { RoutingConfig: { AdditionalVersionWeights: {} } },
    });
  });

  test("architecture and code are one call", () => {
    const desired = makeDesired({ architecture: "arm64", architectureMentioned: true });
    const [step] = planFunction(desired, makeRemote()).steps;
    expect(step).toMatchObject({ call: "UpdateFunctionCode", input: { Architectures: ["arm64"] } });
  });

  test("an architecture that nobody mentions is not changed, and code for another not sent", () => {
    expect(() => planFunction(makeDesired(), makeRemote({ Architectures: ["arm64"] }))).toThrow(
      expect.objectContaining({ code: "config-invalid" }),
    );
  });
});

describe("the record of the commit", () => {
  const zip = makeDesired().zip;

  test.each([undefined, "", "theirs", `${testRecord}-dirty`])(
    "code that runs as %j is published once more when it is committed",
    (Description) => {
      const remote = makeRemote({ Description: "mine" }, { live: makeVersion("7", { Description }) });
      expect(planFunction(makeDesired(), remote).steps).toMatchObject([
        { call: "UpdateFunctionConfiguration", input: { Description: `${testRecord} mine` } },
        { call: "PublishVersion" },
        { call: "UpdateFunctionConfiguration", input: { Description: "mine" } },
        { call: "Invoke" },
        { call: "UpdateAlias" },
      ]);
      const dirty = makeDesired({ zip: { ...zip, record: { commit: "b".repeat(40), dirty: true } } });
      expect(planFunction(dirty, remote).unchanged).toBe(true);
      expect(planFunction(makeDesired({ zip: { ...zip, record: undefined } }), remote).unchanged).toBe(true);
    },
  );

  test("another commit of the same code is no reason", () => {
    const desired = makeDesired({ zip: { ...zip, record: { commit: "b".repeat(40), dirty: false } } });
    expect(planFunction(desired, makeRemote()).unchanged).toBe(true);
  });

  test("what a killed brig left in the function's own Description goes", () => {
    const { steps } = planFunction(
      makeDesired(),
      makeRemote({ Description: `${testRecord} +12345678 mine` }),
    );
    expect(steps).toMatchObject([{ call: "UpdateFunctionConfiguration", input: { Description: "mine" } }]);
  });
});

describe("who owns what", () => {
  test("what no brig.yaml mentions is left alone", () => {
    const remote = makeRemote({ MemorySize: 512, Environment: { Variables: { A: "1" } }, Layers: [] });
    expect(planFunction(makeDesired(), remote).unchanged).toBe(true);
  });

  test("AWS's own description of a version is no difference, another one of the function is", () => {
    const configuration = { Description: "mine" };
    const live = makeVersion("7", { Description: `brig ${"a".repeat(40)} mine` });
    const same = makeRemote({ Description: "mine" }, { live });
    expect(planFunction(makeDesired({ configuration }), same).unchanged).toBe(true);
    const other = makeRemote({ Description: "" }, { live });
    expect(callsOf(makeDesired({ configuration }), other)[0]).toBe("UpdateFunctionConfiguration");
  });

  test("a member that brig does not know is sent, and compared when AWS answers it", () => {
    const desired = makeDesired({ configuration: { Tomorrow: { Mode: "on" } } });
    expect(planFunction(desired, makeRemote({ Tomorrow: { Mode: "on", Since: 3 } })).unchanged).toBe(true);
    expect(planFunction(desired, makeRemote({ Tomorrow: { Mode: "off" } })).steps[0]).toMatchObject({
      changes: [{ path: "Tomorrow.Mode", from: "off", to: "on" }],
      input: { Tomorrow: { Mode: "on" } },
    });
    expect(callsOf(desired, makeRemote())[0]).toBe("UpdateFunctionConfiguration");
  });
});

describe("environment variables", () => {
  const wish = (variables: Record<string, string>): ReturnType<typeof makeDesired> =>
    makeDesired({ configuration: { Environment: { Variables: variables } } });
  const there = (variables: Record<string, string>, live = variables): Remote =>
    makeRemote(
      { Environment: { Variables: variables } },
      { live: makeVersion("7", { Environment: { Variables: live } }) },
    );

  test("are shown by name, never by value", () => {
    const plan = planFunction(
      wish({ AA: "secret-1", CC: "secret-2" }),
      there({ AA: "secret-0", BB: "secret-3" }),
    );
    expect(plan.steps[0]!.changes).toEqual([
      { path: "Environment.Variables.AA", from: "***", to: "***" },
      { path: "Environment.Variables.BB", from: "***", to: null },
      { path: "Environment.Variables.CC", from: null, to: "***" },
    ]);
    expect(plan.steps[0]!.input).toMatchObject({
      Environment: { Variables: { AA: "secret-1", CC: "secret-2" } },
    });
    expect(plan.removesMost).toEqual([]);
  });

  test("most of them leaving is marked", () => {
    const plan = planFunction(wish({ AA: "1" }), there({ AA: "1", BB: "2", CC: "3" }));
    expect(plan.removesMost).toEqual(["BB", "CC"]);
    expect(plan.steps[0]!.why).toBe("removes 2 of 3 environment variables");
    expect(planFunction(wish({}), there({ AA: "1" })).removesMost).toEqual(["AA"]);
    expect(planFunction(wish({ AA: "1" }), there({ AA: "1", BB: "2" })).removesMost).toEqual([]);
  });

  test("of somebody else stop a deployment", () => {
    const remote = there({ AA: "1", HOTFIX: "x" }, { AA: "1" });
    expect(() => planFunction(wish({ AA: "2" }), remote)).toThrow(
      expect.objectContaining({ code: "drifted", message: expect.stringContaining("HOTFIX") as string }),
    );
    // One that brig placed in a version that never came behind the alias is brig's to remove.
    const own = { ...remote, placedByBrig: new Set(["HOTFIX"]) };
    expect(planFunction(wish({ AA: "2" }), own).unchanged).toBe(false);
  });

  test("a name of Object.prototype is a name like others", () => {
    const plan = planFunction(wish({ constructor: "1" }), there({}));
    expect(plan.steps[0]!.changes).toEqual([
      { path: "Environment.Variables.constructor", from: null, to: "***" },
    ]);
  });
});

test("tags are exactly those mentioned, AWS's own left out", () => {
  const remote = makeRemote({}, { tags: { a: "1", b: "2", "aws:cloudformation:stack-name": "s" } });
  const { steps } = planFunction(makeDesired({ tags: { a: "3" } }), remote);
  expect(steps).toMatchObject([
    { call: "TagResource", input: { Tags: { a: "3" } } },
    { call: "UntagResource", input: { TagKeys: ["b"] } },
  ]);
  expect(planFunction(makeDesired(), remote).unchanged).toBe(true);
});

test("an alias tells the versions that it had before", () => {
  expect(describeMove("", "7", "8")).toBe("brig earlier: 7");
  expect(describeMove("mine brig earlier: 6 5", "7", "8")).toBe("mine brig earlier: 7 6 5");
});

const text = fc.constantFrom("", "a", "b");
const configurations = fc.record(
  {
    Timeout: fc.integer({ min: 1, max: 3 }),
    MemorySize: fc.constantFrom(128, 256),
    Description: text,
    Layers: fc.uniqueArray(fc.constantFrom("arn:l:1", "arn:l:2", "arn:l:3")),
    Environment: fc.record({ Variables: fc.dictionary(fc.constantFrom("AA", "BB", "CC"), text) }),
    VpcConfig: fc.record(
      {
        SubnetIds: fc.uniqueArray(fc.constantFrom("s-1", "s-2")),
        SecurityGroupIds: fc.uniqueArray(fc.constantFrom("g-1", "g-2")),
        Ipv6AllowedForDualStack: fc.boolean(),
      },
      { requiredKeys: ["SubnetIds"] },
    ),
    LoggingConfig: fc.constantFrom(
      { LogFormat: "Text" },
      { LogFormat: "JSON" },
      { LogFormat: "JSON", ApplicationLogLevel: "DEBUG" },
      { LogGroup: "/mine" },
    ),
    SnapStart: fc.record({ ApplyOn: fc.constantFrom("None", "PublishedVersions") }),
    DeadLetterConfig: fc.record({ TargetArn: text }),
    KMSKeyArn: text,
    Tomorrow: fc.record({ Mode: text }),
  },
  { requiredKeys: [] },
);
const desires = fc.record({
  configuration: configurations.map((members) => ({ Role: "r", ...members })),
  code: fc.constantFrom("one", "two"),
  tags: fc.option(fc.dictionary(fc.constantFrom("x", "y"), text), { nil: undefined }),
  reservedConcurrency: fc.option(fc.constantFrom(0, 1), { nil: undefined }),
  eventInvoke: fc.option(fc.constantFrom({}, { MaximumRetryAttempts: 0 }), { nil: undefined }),
  url: fc.option(
    fc.constantFrom({ AuthType: "NONE" }, { AuthType: "AWS_IAM", InvokeMode: "RESPONSE_STREAM" }),
    {
      nil: undefined,
    },
  ),
});

test("what was applied is unchanged, whatever was there before", () => {
  fc.assert(
    fc.property(fc.array(desires, { minLength: 1, maxLength: 4 }), (wishes) => {
      let remote: Remote = noRemote;
      for (const { code, ...rest } of wishes) {
        const desired = makeDesired({ ...rest, zip: { ...makeDesired().zip, codeSha256: code } });
        // Variables that an earlier wish placed are in the version behind the alias.
        remote = applyToModel(planFunction(desired, remote).steps, desired, remote);
        expect(planFunction(desired, remote).steps).toEqual([]);
        expect(remote.live?.codeSha256).toBe(code);
      }
    }),
  );
});
