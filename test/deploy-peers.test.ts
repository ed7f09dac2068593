/**
 * What brig deployed, as others see it: the AWS CLI and boto3 read it back from the stand-in, and moto's server, another
 * emulator, takes the same deploys.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { commit, type Env, git, makeWorkspace, runProgram } from "./support/brig.ts";
import { brigHere, helloFiles, role, sourceOf } from "./support/deploy.ts";
import { motoPackages, startMoto } from "./support/moto.ts";
import { installPackages } from "./support/python-environment.ts";
import { standInAccount, startStandIn } from "./stand-in/stand-in.ts";

/** moto answers the URL's InvokeMode as "Buffered", which AWS never does, so that it can never be as it should. */
const members = (url: string): string =>
  `{FunctionName: hello, Timeout: 11, MemorySize: 256, Environment: {Variables: {LEVEL: info}}, Tags: {team: a}, ${url}` +
  `ReservedConcurrentExecutions: 3, EventInvokeConfig: {MaximumRetryAttempts: 0}, Permissions: [{StatementId: bucket, ` +
  `Action: "lambda:InvokeFunction", Principal: s3.amazonaws.com, SourceAccount: "${standInAccount}"}]}`;
const deploy = ["deploy", "hello", "--target", "live", "--yes", "--json"];

let cli: string | undefined;
let peers: string | undefined;
beforeAll(async () => {
  [cli, peers] = await Promise.all([
    installPackages("awscli", ["awscli==1.46.3"]),
    installPackages("moto", motoPackages),
  ]);
});

interface Seen {
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly alias: Readonly<Record<string, unknown>>;
  readonly version: Readonly<Record<string, unknown>>;
}

/** The AWS CLI's answers. */
async function readWithCli(bin: string, env: Env): Promise<Seen> {
  const ask = async (...args: readonly string[]): Promise<Seen["alias"]> => {
    const all = ["lambda", ...args, "--function-name", "hello", "--output", "json"];
    const { status, stdout, stderr } = await runProgram(join(bin, "aws"), all, "/", env);
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout) as Seen["alias"];
  };
  const [configuration, alias, version] = await Promise.all([
    ask("get-function-configuration"),
    ask("get-alias", "--name", "live"),
    ask("get-function-configuration", "--qualifier", "live"),
  ]);
  return { configuration, alias, version };
}

/** The same questions with boto3. */
async function readWithBoto3(bin: string, env: Env): Promise<Seen> {
  const program = `
import boto3, json
aws = boto3.client("lambda")
answers = {
    "configuration": aws.get_function_configuration(FunctionName="hello"),
    "alias": aws.get_alias(FunctionName="hello", Name="live"),
    "version": aws.get_function_configuration(FunctionName="hello", Qualifier="live"),
}
for answer in answers.values():
    answer.pop("ResponseMetadata")
print(json.dumps(answers, default=str))
`;
  const { status, stdout, stderr } = await runProgram(join(bin, "python"), ["-c", program], "/", env);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Seen;
}

function zipDigest(folder: string): string {
  const zip = readFileSync(join(folder, "functions/hello/builds/current"));
  return createHash("sha256").update(zip).digest("base64");
}

function expected(folder: string, version: string): object {
  const head = git(folder, "rev-parse", "HEAD");
  const common = {
    CodeSha256: zipDigest(folder),
    Runtime: "python3.13",
    Handler: "lambda_function.lambda_handler",
    Role: role,
    Timeout: 11,
    MemorySize: 256,
    Environment: { Variables: { LEVEL: "info" } },
  };
  return {
    configuration: { ...common, Version: "$LATEST" },
    alias: { Name: "live", FunctionVersion: version },
    version: { ...common, Version: version, Description: expect.stringMatching(new RegExp(`^brig ${head}`)) },
  };
}

async function deployTwice(
  folder: string,
  env: Env,
  check: (version: string) => Promise<void>,
): Promise<void> {
  for (const version of ["1", "2"]) {
    writeFileSync(join(folder, "functions/hello/src/lambda_function.py"), sourceOf(Number(version)));
    commit(folder, `Edition ${version}`);
    const { status, stdout, stderr } = await brigHere(folder, deploy, env);
    expect(status, stdout + stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ functions: [{ status: "deployed", version }] });
    await check(version);
  }
  const again = await brigHere(folder, deploy, env);
  expect(JSON.parse(again.stdout)).toMatchObject({ functions: [{ status: "unchanged", unchanged: true }] });
}

describe("what brig deployed to the stand-in", () => {
  test("reads back with the AWS CLI and boto3", async ({ skip }) => {
    if (cli === undefined || peers === undefined)
      return skip("the AWS CLI or boto3 cannot be installed here");
    const aws = await startStandIn();
    try {
      const folder = makeWorkspace(helloFiles(members("FunctionUrlConfig: {AuthType: AWS_IAM}, ")));
      const env = { ...aws.env, AWS_DEFAULT_REGION: "us-east-1" };
      await deployTwice(folder, env, async (version) => {
        const wanted = expected(folder, version);
        expect(await readWithCli(cli!, env)).toMatchObject(wanted);
        expect(await readWithBoto3(peers!, env)).toMatchObject(wanted);
      });
      expect(aws.violations).toEqual([]);
    } finally {
      await aws.dispose();
    }
  });
});

describe("moto's server", () => {
  test("takes brig's deploys, and reads back with the AWS CLI and boto3", async ({ skip }) => {
    if (cli === undefined || peers === undefined) return skip("moto cannot be installed here");
    const moto = await startMoto(peers);
    try {
      const env = {
        AWS_ENDPOINT_URL: moto.endpoint,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_EC2_METADATA_DISABLED: "true",
      };
      await fetch(`${moto.endpoint}/moto-api/config`, {
        method: "POST",
        body: JSON.stringify({ lambda: { use_docker: false } }),
      });
      const roleProgram = `import boto3; boto3.client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument="{}")`;
      const made = await runProgram(join(peers, "python"), ["-c", roleProgram], "/", env);
      expect(made.status, made.stderr).toBe(0);
      const folder = makeWorkspace(helloFiles(members("")));
      await deployTwice(folder, env, async (version) => {
        const wanted = expected(folder, version);
        expect(await readWithCli(cli!, env)).toMatchObject(wanted);
        expect(await readWithBoto3(peers!, env)).toMatchObject(wanted);
      });
    } finally {
      moto.child.kill();
    }
  });
});
