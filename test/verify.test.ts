/** `brig verify` against local Lambda: a version is what its commit says, or brig shows where it is not. */
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  LambdaClient,
  PublishVersionCommand,
  type Runtime,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestService, testCredentials, testRole, type TestService } from "../src/local/test-service.ts";
import { makeZip } from "../src/zip/test-zip.ts";
import { brig, buildOne, commit, makeWorkspace, writeFiles } from "./support/brig.ts";
import { runtime } from "./support/python.ts";

let service: TestService;
let lambda: LambdaClient;
let aws: Record<string, string>;
let root: string;
let head: string;

beforeAll(async () => {
  service = await startTestService();
  aws = {
    AWS_ENDPOINT_URL: service.endpoint,
    AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
  };
  lambda = new LambdaClient({
    endpoint: service.endpoint,
    region: "us-east-1",
    credentials: testCredentials,
  });
  root = makeWorkspace({
    "brig.yaml": "targets:\n  prod: {region: us-east-1, alias: live}\n",
    "functions/hello/brig.yaml": `function: {Runtime: ${runtime}}\nbuild: {bytecode: false}\n`,
    "functions/loose/brig.yaml": `function: {Runtime: ${runtime}, FunctionName: hello}\nbuild: {bytecode: false}\n`,
    "functions/loose/requirements.txt": "requests\n",
    "functions/loose/src/lambda_function.py": "",
    "functions/hello/src/lambda_function.py": "def lambda_handler(event, context):\n    return 1\n",
  });
  head = commit(root, "Second");
  const row = await buildOne(root, ["build", "hello"]);
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: "hello",
      Runtime: runtime as Runtime,
      Handler: "lambda_function.lambda_handler",
      Role: testRole,
      Code: { ZipFile: readFileSync(join(root, row.zip!)) },
    }),
  );
  const version = await publish(`brig ${head}`);
  await lambda.send(
    new CreateAliasCommand({ FunctionName: "hello", Name: "live", FunctionVersion: version }),
  );
}, 60_000);

afterAll(async () => {
  lambda.destroy();
  await service.dispose();
});

async function publish(description: string): Promise<string> {
  const { Version } = await lambda.send(
    new PublishVersionCommand({ FunctionName: "hello", Description: description }),
  );
  return Version!;
}

async function run(code: Buffer, description: string): Promise<string> {
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "hello", ZipFile: code }));
  const FunctionVersion = await publish(description);
  await lambda.send(new UpdateAliasCommand({ FunctionName: "hello", Name: "live", FunctionVersion }));
  return FunctionVersion;
}

const verify = (...flags: string[]) => brig(root, ["verify", "hello", "--target", "prod", ...flags], aws);

test("a version is proven, whatever the working tree looks like", async () => {
  writeFiles(root, { "functions/hello/src/lambda_function.py": "broken" });
  const { status, stdout } = await verify();
  expect(stdout).toMatch(/^proven: version 1 behind live is commit [0-9a-f]{7}, byte for byte/);
  expect(status).toBe(0);
  const json = await verify("--json");
  expect(JSON.parse(json.stdout)).toEqual({
    equal: true,
    commit: head,
    version: "1",
    differences: [],
    note: null,
  });
});

test("a folder that had another name in the commit is not said to be missing here", async () => {
  writeFiles(root, {
    "functions/renamed/brig.yaml": "function: {FunctionName: hello}\n",
    "functions/renamed/src/lambda_function.py": "",
  });
  const { status, stderr } = await brig(root, ["verify", "renamed", "--target", "prod"], aws);
  rmSync(join(root, "functions/renamed"), { recursive: true });
  expect(stderr).toContain(
    `error: function-not-found: the commit ${head} has no function renamed: its folder had another name then`,
  );
  expect(status).toBe(2);
});

test("a commit without a lock is no proof", async () => {
  const { status, stdout } = await brig(root, ["verify", "loose", "--target", "prod"], aws);
  expect(stdout).toMatch(/^not proven: [0-9a-f]{40} has no pylock.toml/);
  expect(status).toBe(1);
});

test("files that differ are named", async () => {
  const code = makeZip([
    { name: "lambda_function.py", contents: "edited in the console" },
    { name: "extra.py", contents: "" },
    { name: "link.py", contents: "lambda_function.py", mode: 0o120777 },
  ]);
  const version = await run(code, `brig ${head}`);
  const { status, stdout } = await verify("--json");
  expect(JSON.parse(stdout)).toMatchObject({
    equal: false,
    commit: head,
    version,
    differences: [
      { path: "extra.py", kind: "only-on-aws" },
      { path: "lambda_function.py", kind: "contents" },
      { path: "link.py", kind: "only-on-aws" },
    ],
  });
  expect(status).toBe(1);
});

test("the same files, packed by another program, are not taken for the same bytes", async () => {
  const handler = "def lambda_handler(event, context):\n    return 1\n";
  await run(makeZip([{ name: "lambda_function.py", contents: handler, method: 0 }]), `brig ${head}`);
  const { status, stdout } = await verify();
  expect(stdout).toContain("only the packing differs");
  expect(status).toBe(1);
});

test.each([
  [`a version without a commit`, "by hand", "does not say of which commit"],
  [`a dirty version`, `brig ${"1".repeat(40)}-dirty`, "nobody committed"],
])("%s cannot be proven", async (_, description, note) => {
  await run(makeZip([{ name: description }]), description);
  const { status, stdout } = await verify();
  expect(stdout).toContain(note);
  expect(status).toBe(1);
});

test("a commit that is not here is an error with the command to fetch it", async () => {
  await run(makeZip([{ name: "later" }]), `brig ${"2".repeat(40)}`);
  const { status, stderr } = await verify();
  expect(stderr).toContain(`hint: git fetch origin ${"2".repeat(40)}`);
  expect(status).toBe(1);
});
