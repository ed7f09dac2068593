import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Pinned: AWS changes details of its service model nearly every week. */
const version = "1.44.5";

/** A Python with boto3, kept between runs of the tests; undefined where neither it nor a package index can be had. */
export async function findBoto3(): Promise<string | undefined> {
  const folder = join(homedir(), ".cache", "brig-tests-boto3");
  const python = join(folder, "bin", "python");
  const works = (): Promise<boolean> =>
    run(python, ["-c", `import boto3; assert boto3.__version__ == "${version}"`]).then(
      () => true,
      () => false,
    );
  if (existsSync(python) && (await works())) return python;
  try {
    await run("python3", ["-m", "venv", "--clear", folder]);
    await run(python, ["-m", "pip", "install", "--quiet", `boto3==${version}`]);
  } catch {
    return undefined;
  }
  return (await works()) ? python : undefined;
}

/** Runs a program with `client(service)`, `zip_of(files)` and `failure(call)`; answers what it prints. */
export async function runBoto3(python: string, endpoint: string, program: string): Promise<string> {
  const { stdout } = await run(python, ["-c", prelude + program], {
    env: {
      PATH: process.env["PATH"],
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    timeout: 50_000,
  });
  return stdout;
}

const prelude = `
import boto3, io, json, zipfile
from botocore.config import Config
from botocore.exceptions import ClientError

def client(service):
    return boto3.client(service, config=Config(retries={"total_max_attempts": 1}))

def zip_of(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()

def failure(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        detail = error.response
        return [detail["ResponseMetadata"]["HTTPStatusCode"], detail["Error"]["Code"], detail["Error"]["Message"]]
    raise AssertionError("no failure")
`;
