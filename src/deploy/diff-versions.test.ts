import { expect, test } from "vitest";
import { diffVersions } from "./diff-versions.ts";

test("tells members and their parts, in both directions, and hides values of variables", () => {
  const from = {
    Timeout: 3,
    Environment: { Variables: { A: "secret-1", B: "same", C: "secret-2" } },
    VpcConfig: { SubnetIds: ["s1"], SecurityGroupIds: [], VpcId: "v" },
    Layers: [{ Arn: "arn:layer:1", CodeSize: 3 }],
  };
  const to = {
    Timeout: 30,
    MemorySize: 256,
    Environment: { Variables: { A: "secret-3", B: "same", D: "secret-4" } },
    Layers: [{ Arn: "arn:layer:2", CodeSize: 4 }],
  };
  const changes = diffVersions(from, to);
  expect(changes).toEqual([
    { path: "Environment.Variables.A", from: "***", to: "***" },
    { path: "Environment.Variables.C", from: "***", to: null },
    { path: "Environment.Variables.D", from: null, to: "***" },
    { path: "Layers", from: ["arn:layer:1"], to: ["arn:layer:2"] },
    { path: "MemorySize", from: null, to: 256 },
    { path: "Timeout", from: 3, to: 30 },
    { path: "VpcConfig.SubnetIds", from: ["s1"], to: null },
  ]);
});

test("what only tells of a version is no difference, nor what AWS writes in another way", () => {
  const common = { Timeout: 3, Handler: "a.b" };
  const from = {
    ...common,
    Version: "1",
    CodeSha256: "x",
    CodeSize: 1,
    RevisionId: "r",
    Description: "brig a",
    State: "Active",
  };
  const to = {
    ...common,
    Version: "2",
    CodeSha256: "y",
    CodeSize: 2,
    Environment: { Variables: {} },
    Layers: [],
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
  };
  expect(diffVersions({ ...from, SnapStart: { ApplyOn: "None", OptimizationStatus: "On" } }, to)).toEqual([]);
});
