/** `brig import` against local Lambda: what comes into the workspace, builds to what was on AWS. */
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  type Runtime,
} from "@aws-sdk/client-lambda";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestService, testCredentials, testRole, type TestService } from "../src/local/test-service.ts";
import { extractMember } from "../src/zip/extract.ts";
import { readZip } from "../src/zip/reader.ts";
import { makeZip, type TestEntry } from "../src/zip/test-zip.ts";
import { runtime, uvFile } from "./support/python.ts";
import { brig, buildOne, makeWorkspace, temporaryFolder } from "./support/brig.ts";
import { type SmallWheel, smallWheel, writeWheels } from "./support/wheels.ts";

const wheels = temporaryFolder("brig-wheels-");
const canary = "s3cret-canary-of-nobody";
let service: TestService;
let lambda: LambdaClient;
let aws: Record<string, string | undefined>;
let root: string;

beforeAll(async () => {
  service = await startTestService();
  const machine = Object.keys(process.env).filter((name) => /^(PIP|UV)_/.test(name));
  aws = {
    ...Object.fromEntries(machine.map((name) => [name, undefined])),
    AWS_ENDPOINT_URL: service.endpoint,
    AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
    AWS_REGION: "us-east-1",
    PATH: `${dirname(await uvFile())}:${process.env["PATH"]}`,
    PIP_CONFIG_FILE: "",
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: wheels,
  };
  lambda = new LambdaClient({
    endpoint: service.endpoint,
    region: "us-east-1",
    credentials: testCredentials,
  });
  writeWheels(wheels, alpha, beta);
  root = makeWorkspace({ "brig.yaml": "function: {Timeout: 30, MemorySize: 256}\n" });
  await create("hello", installed);
});

afterAll(async () => {
  lambda.destroy();
  await service.dispose();
});

const own: readonly TestEntry[] = [
  {
    name: "lambda_function.py",
    contents: "import alpha\n\ndef lambda_handler(event, context):\n    return 1\n",
  },
  { name: "alpha/extra.py", contents: "# put beside the package by hand\n" },
  { name: "run.sh", contents: "#!/bin/sh\n", mode: 0o100755 },
  { name: "__pycache__/lambda_function.cpython-313.pyc", contents: "old" },
];

const alpha = { name: "alpha", files: { "alpha/__init__.py": "x = 1\n", "alpha/data.txt": "data" } };
const beta = { name: "beta", requires: ["alpha"] };

/** What pip unpacks of a wheel. */
function unpacked(wheel: SmallWheel, record: boolean): TestEntry[] {
  const { bytes, name: file } = smallWheel(wheel);
  const members = readZip(bytes, file).filter(({ name }) => record || !name.endsWith("RECORD"));
  return members.map((member) => ({ name: member.name, contents: extractMember(bytes, member, file) }));
}

/** What `pip install --target` leaves behind; of beta somebody removed the RECORD. */
const installed: readonly TestEntry[] = [
  ...own,
  ...unpacked(alpha, true),
  { name: "alpha/__pycache__/__init__.cpython-313.pyc", contents: "old" },
  { name: "alpha-1.0.dist-info/INSTALLER", contents: "pip\n" },
  ...unpacked(beta, false),
];

async function create(FunctionName: string, entries: readonly TestEntry[]): Promise<void> {
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: runtime as Runtime,
      Handler: "lambda_function.lambda_handler",
      Role: testRole,
      Code: { ZipFile: makeZip(entries) },
      Timeout: 3,
      MemorySize: 512,
      Description: "greets ${name}",
      Environment: {
        Variables: { LEVEL: "info", API_TOKEN: canary, DATABASE: `postgres://me:${canary}@db/x` },
      },
      TracingConfig: { Mode: "Active" },
      LoggingConfig: { LogFormat: "JSON" },
      Tags: { team: "orders" },
    }),
  );
}

const importing = (...args: string[]) => brig(root, ["import", ...args, "--target", "prod"], aws);
const listFiles = (path: string): string[] =>
  readdirSync(join(root, path), { recursive: true, encoding: "utf8" }).toSorted();
const read = (path: string): string => readFileSync(join(root, path), "utf8");

test("a function becomes a folder: code, requirements, lock, configuration", async () => {
  await lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: "hello", ReservedConcurrentExecutions: 5 }),
  );
  await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "hello", AuthType: "AWS_IAM" }));
  const { status, stdout, stderr } = await importing("hello", "--json");
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    name: "hello",
    path: "functions/hello",
    functionName: "hello",
    target: "prod",
    region: "us-east-1",
    version: "$LATEST",
    runtime,
    files: ["README.md", "brig.yaml", "pylock.toml", "requirements.txt", "src"],
    requirements: ["alpha==1.0", "beta==1.0"],
    hidden: ["API_TOKEN", "DATABASE"],
    notes: [],
  });
  expect(read("functions/hello/brig.yaml"))
    .toBe(`# Imported from the Lambda function hello (us-east-1, 000000000000). What AWS takes by itself is left out.
function:
  Runtime: ${runtime}
  Handler: lambda_function.lambda_handler
  MemorySize: 512
  Timeout: 3
  Description: greets $\${name}
  Environment:
    Variables:
      LEVEL: info
      API_TOKEN: \${env:API_TOKEN}
      DATABASE: \${env:DATABASE}
  FunctionUrlConfig:
    Qualifier: $LATEST
    AuthType: AWS_IAM
  LoggingConfig:
    LogFormat: JSON
  ReservedConcurrentExecutions: 5
  Tags:
    team: orders
  TracingConfig:
    Mode: Active
targets:
  prod:
    region: us-east-1
    account: "000000000000"
    function:
      FunctionName: hello
      Role: ${testRole}
`);
  expect(listFiles("functions/hello/src")).toEqual([
    "alpha",
    "alpha/extra.py",
    "lambda_function.py",
    "run.sh",
  ]);
  expect(statSync(join(root, "functions/hello/src/run.sh")).mode & 0o111).toBe(0o111);
  expect(read(".gitignore")).toContain("builds/");
  for (const text of [stdout, stderr, read("functions/hello/brig.yaml")]) expect(text).not.toContain(canary);
});

test("a deploy of it would change nothing but the zip", async () => {
  const { stdout, stderr } = await brig(
    root,
    ["deploy", "hello", "--target", "prod", "--dry-run", "--json"],
    { ...aws, API_TOKEN: canary, DATABASE: `postgres://me:${canary}@db/x` },
  );
  const plan = JSON.parse(stdout) as { functions: [{ steps: { call: string }[] }] };
  expect(
    plan.functions[0].steps.map(({ call }) => call),
    stderr,
  ).toEqual(["UpdateFunctionCode", "PublishVersion", "CreateAlias"]);
  expect(stdout + stderr).not.toContain(canary);
});

test("its build has the files that were on AWS, and can be imported again without a RECORD", async () => {
  const row = await buildOne(root, ["build", "hello", "--no-test"], aws);
  const bytes = readFileSync(join(root, row.zip!));
  const files = new Map(
    readZip(bytes, "built").map((member) => [member.name, extractMember(bytes, member, "built").toString()]),
  );
  const kept = installed.filter(({ name }) => !/__pycache__|RECORD|INSTALLER/.test(String(name)));
  for (const { name, contents } of kept) expect(files.get(String(name)), String(name)).toBe(String(contents));
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: "again",
      Runtime: runtime as Runtime,
      Handler: "lambda_function.lambda_handler",
      Role: testRole,
      Code: { ZipFile: bytes },
    }),
  );
  const { status, stdout, stderr } = await importing("again", "--name", "orders/again", "--json");
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ path: "apis/orders/functions/again", notes: [] });
  const place = "apis/orders/functions/again";
  expect(read(`${place}/requirements.txt`)).toBe("alpha==1.0\nbeta==1.0\n");
  expect(listFiles(`${place}/src`)).toEqual(["alpha", "alpha/extra.py", "lambda_function.py", "run.sh"]);
  const second = await buildOne(root, ["build", "orders/again", "--no-test"], aws);
  expect(second.sha256).toBe(row.sha256);
});

test("without the packages at hand, those with a RECORD are known, and the others stay in src/", async () => {
  const { status, stdout, stderr } = await brig(
    root,
    ["import", "hello", "--name", "alone", "--target", "prod", "--json"],
    { ...aws, PIP_FIND_LINKS: temporaryFolder("brig-none-") },
  );
  expect(status, stderr).toBe(0);
  const { requirements, notes } = JSON.parse(stdout) as { requirements: string[]; notes: string[] };
  expect(requirements).toEqual(["alpha==1.0"]);
  expect(notes[0]).toMatch(/^there is no pylock.toml yet .*; 1 package without a RECORD stays in src\/$/);
  expect(listFiles("functions/alone/src")).toEqual([
    "alpha",
    "alpha/extra.py",
    "beta-1.0.dist-info",
    "beta-1.0.dist-info/METADATA",
    "beta-1.0.dist-info/WHEEL",
    "beta.py",
    "lambda_function.py",
    "run.sh",
  ]);
  expect(existsSync(join(root, "functions/alone/pylock.toml"))).toBe(false);
});

test("what differs from the packages is told", async () => {
  await create("edited", [
    ...own,
    { name: "alpha/__init__.py", contents: "x = 2\n" },
    ...unpacked(alpha, false).filter(({ name }) => String(name).includes("dist-info")),
    { name: ".env", contents: "A=1" },
  ]);
  const { stdout } = await importing("edited", "--json");
  const { notes } = JSON.parse(stdout) as { notes: string[] };
  expect(notes).toEqual([
    "these differ from what their package publishes: alpha/__init__.py",
    expect.stringContaining("alpha/data.txt"),
    expect.stringMatching(/look like secrets.*\.env/),
  ]);
});

test("symbolic links in the zip come along, and a build follows them", async () => {
  await create("linked", [...own, { name: "bin/go", contents: "../run.sh", mode: 0o120777 }]);
  const { status, stdout, stderr } = await importing("linked", "--json");
  expect([status, stderr]).toEqual([0, expect.stringContaining("next: ")]);
  expect(JSON.parse(stdout)).toMatchObject({ notes: [] });
  expect(readlinkSync(join(root, "functions/linked/src/bin/go"))).toBe("../run.sh");
  const row = await buildOne(root, ["build", "linked", "--no-test"], aws);
  expect(readZip(readFileSync(join(root, row.zip!)), "built").map(({ name }) => name)).toContain("bin/go");
});

test("what git would leave out of every commit is told", async () => {
  await create("ignored", [...own, { name: "builds/data.txt", contents: "1" }]);
  const { stdout } = await importing("ignored", "--json");
  expect((JSON.parse(stdout) as { notes: string[] }).notes).toEqual([
    "git ignores builds/data.txt: git add --force 'functions/ignored/src'",
  ]);
});

test("an alias is imported as what it runs", async () => {
  const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName: "hello" }));
  await lambda.send(
    new CreateAliasCommand({ FunctionName: "hello", Name: "live", FunctionVersion: Version! }),
  );
  const { stdout } = await importing("hello:live", "--name", "behind", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ version: Version });
  expect(read("functions/behind/brig.yaml")).toContain("    alias: live\n");
});

test("what stands in the folder's place is refused, whatever it is", async () => {
  const place = join(root, "functions/taken");
  const stands: readonly (() => void)[] = [
    () => writeFileSync(place, ""),
    () => symlinkSync("nowhere", place),
    () => symlinkSync(temporaryFolder(), place),
    () => mkdirSync(place),
  ];
  for (const stand of stands) {
    stand();
    const { status, stderr } = await importing("hello", "--name", "taken");
    expect([status, stderr]).toEqual([
      1,
      "error: already-exists: functions/taken is there already\nhint: brig import hello --target prod --name taken-2\n",
    ]);
    rmSync(place, { recursive: true });
  }
});

test("a target that brig.yaml could not hold is refused before anything is made", async () => {
  const { status, stderr } = await brig(root, ["import", "hello", "--name", "other", "--target", "7"], aws);
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^error: usage-invalid: "7" cannot be the name of a target: .*\nhint: brig import hello --target prod\n$/,
  );
  expect(existsSync(join(root, "functions/other"))).toBe(false);
});

test("nothing is written over, nor left of what failed", async () => {
  const before = readdirSync(join(root, "functions"));
  const again = await importing("hello");
  expect(again.stderr).toContain("error: already-exists: functions/hello is there already");
  expect(again.stderr).toContain("hint: brig import hello --target prod --name hello-2");
  const nowhere = await importing("nobody");
  expect(nowhere.stderr).toContain("error: not-deployed: AWS has no function nobody in us-east-1");
  for (const { status } of [again, nowhere]) expect(status).toBe(1);
  expect(readdirSync(join(root, "functions"))).toEqual(before);
});
