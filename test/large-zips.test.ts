/** A zip over 50 MB goes to AWS through S3, and the next one as far as it differs. */
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestService, testCredentials, testRole, type TestService } from "../src/local/test-service.ts";
import { makeWheel } from "../src/python/wheel/test-wheel.ts";
import { brig, makeWorkspace, temporaryFolder, writeFiles } from "./support/brig.ts";
import { runtime, uvFile } from "./support/python.ts";

const wheels = temporaryFolder("brig-wheels-");
let service: TestService;
let s3: S3Client;
let root: string;
let uvFolder: string;

beforeAll(async () => {
  service = await startTestService();
  uvFolder = dirname(await uvFile());
  const { endpoint } = service;
  s3 = new S3Client({ endpoint, region: "us-east-1", credentials: testCredentials, forcePathStyle: true });
  root = makeWorkspace({
    "brig.yaml": "build: {bytecode: false}\ntargets:\n  prod: {region: us-east-1}\n",
    "functions/model/brig.yaml": `function: {Runtime: ${runtime}, Role: "${testRole}", Code: {S3Bucket: zips, S3Key: brig}}\n`,
    "functions/model/requirements.txt": "weights\n",
    "functions/model/src/lambda_function.py": "x = 1\n",
  });
  const entries = [{ name: "weights/all.bin", contents: randomBytes(53_000_000), method: 0 }];
  const bytes = makeWheel({ name: "weights", version: "1.0", entries });
  writeFileSync(join(wheels, "weights-1.0-py3-none-any.whl"), bytes);
});

afterAll(async () => {
  s3.destroy();
  await service.dispose();
});

function deploy(): ReturnType<typeof brig> {
  return brig(root, ["deploy", "model", "--target", "prod", "--yes"], {
    AWS_ENDPOINT_URL: service.endpoint,
    AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
    PATH: `${uvFolder}:${process.env["PATH"]}`,
    PIP_CONFIG_FILE: "",
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: wheels,
  });
}

async function runningCode(): Promise<string> {
  const { endpoint } = service;
  const lambda = new LambdaClient({ endpoint, region: "us-east-1", credentials: testCredentials });
  const { Configuration } = await lambda.send(
    new GetFunctionCommand({ FunctionName: "model", Qualifier: "prod" }),
  );
  lambda.destroy();
  return Buffer.from(Configuration!.CodeSha256!, "base64").toString("hex");
}

test("whole at first, then what changed; each object is named by its digest", async () => {
  await s3.send(new CreateBucketCommand({ Bucket: "zips" }));
  const first = await deploy();
  expect(first.stdout + first.stderr).toContain("uploaded 53.0 MB");
  const before = await runningCode();

  writeFiles(root, { "functions/model/src/lambda_function.py": "x = 2\n" });
  const second = await deploy();
  expect(second.stdout + second.stderr).toMatch(/uploaded \d{2,3} B/);
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: "zips" }));
  const after = await runningCode();
  expect(Contents?.map(({ Key }) => Key).toSorted()).toEqual(
    [`brig/${before}.zip`, `brig/${after}.zip`].toSorted(),
  );
  const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket: "zips" }));
  expect(Uploads).toBeUndefined();
});
