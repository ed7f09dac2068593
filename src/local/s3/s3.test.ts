import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListPartsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
  paginateListObjectsV2,
  type ChecksumAlgorithm,
} from "@aws-sdk/client-s3";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeZip, startTestService, testCredentials, testRole, type TestService } from "../test-service.ts";

let service: TestService;
let s3: S3Client;
const Bucket = "code-bucket";

beforeAll(async () => {
  service = await startTestService();
  s3 = new S3Client({
    endpoint: service.endpoint,
    region: "us-east-1",
    credentials: testCredentials,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  s3.destroy();
  await service.dispose();
  expect(service.faults).toEqual([]);
});

async function failureOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "none",
    (error: Error) => error.name,
  );
}

const md5 = (bytes: Buffer): string => createHash("md5").update(bytes).digest("hex");

async function read(Key: string, Range?: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...(Range && { Range }) }));
  return Buffer.from(await Body!.transformToByteArray());
}

test("objects come back as they were put, whole and in ranges", async () => {
  const bytes = randomBytes(300_000);
  const Key = "folder/ü%&+ <key>.zip";
  const put = await s3.send(
    new PutObjectCommand({
      Bucket,
      Key,
      Body: bytes,
      ContentType: "application/zip",
      Metadata: { by: "me" },
    }),
  );
  expect(put.ETag).toBe(`"${md5(bytes)}"`);
  expect(put.ChecksumCRC32).toBeDefined();
  expect((await read(Key)).equals(bytes)).toBe(true);
  expect((await read(Key, "bytes=10-19")).equals(bytes.subarray(10, 20))).toBe(true);
  expect((await read(Key, "bytes=-5")).equals(bytes.subarray(-5))).toBe(true);
  expect((await read(Key, "bytes=299990-400000")).equals(bytes.subarray(299_990))).toBe(true);
  expect(await failureOf(read(Key, "bytes=300000-"))).toBe("InvalidRange");
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
  expect(head).toMatchObject({
    ContentLength: 300_000,
    ContentType: "application/zip",
    Metadata: { by: "me" },
    ChecksumCRC32: put.ChecksumCRC32,
  });
  expect(await failureOf(s3.send(new HeadObjectCommand({ Bucket, Key: "absent" })))).toBe("NotFound");
  expect(await failureOf(s3.send(new GetObjectCommand({ Bucket, Key: "absent" })))).toBe("NoSuchKey");
  expect(await failureOf(s3.send(new GetObjectCommand({ Bucket: "absent", Key })))).toBe("NoSuchBucket");
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  expect(await failureOf(read(Key))).toBe("NoSuchKey");
});

test("streams in the aws-chunked encoding, with every checksum", async () => {
  const bytes = randomBytes(200_000);
  for (const ChecksumAlgorithm of [
    "CRC32",
    "CRC32C",
    "CRC64NVME",
    "SHA1",
    "SHA256",
  ] satisfies ChecksumAlgorithm[]) {
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: "streamed",
        Body: Readable.from([bytes.subarray(0, 70_001), bytes.subarray(70_001)]),
        ContentLength: bytes.length,
        ChecksumAlgorithm,
      }),
    );
    // The client compares what it receives with the checksum again.
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key: "streamed", ChecksumMode: "ENABLED" }));
    expect(Buffer.from(await answer.Body!.transformToByteArray()).equals(bytes)).toBe(true);
    expect(answer).toHaveProperty(`Checksum${ChecksumAlgorithm}`);
    expect(answer.ContentEncoding).toBeUndefined();
  }
  expect(
    await failureOf(
      s3.send(new PutObjectCommand({ Bucket, Key: "bad", Body: "x", ChecksumCRC32: "AAAAAA==" })),
    ),
  ).toBe("BadDigest");
  expect(await failureOf(read("bad"))).toBe("NoSuchKey");
});

test("conditions on writing and reading", async () => {
  const Key = "conditions";
  const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: "one", IfNoneMatch: "*" }));
  expect(await failureOf(s3.send(new PutObjectCommand({ Bucket, Key, Body: "two", IfNoneMatch: "*" })))).toBe(
    "PreconditionFailed",
  );
  expect((await read(Key)).toString()).toBe("one");
  expect(await failureOf(s3.send(new GetObjectCommand({ Bucket, Key, IfMatch: '"other"' })))).toBe(
    "PreconditionFailed",
  );
  const unchanged = s3.send(new GetObjectCommand({ Bucket, Key, IfNoneMatch: ETag }));
  await expect(unchanged).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
});

test("lists have prefixes, delimiters and pages in order of bytes", async () => {
  const bucket = { Bucket: "list-bucket" };
  await s3.send(new CreateBucketCommand(bucket));
  const keys = ["a/1", "a/2", "a/b/3", "b", "ä", "z/4", "z&<5>"];
  for (const Key of keys) await s3.send(new PutObjectCommand({ ...bucket, Key, Body: "" }));
  const found: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3, pageSize: 2 }, { ...bucket })) {
    expect(page.Contents?.length ?? 0).toBeLessThanOrEqual(2);
    found.push(...(page.Contents ?? []).map((each) => each.Key!));
  }
  expect(found).toEqual(["a/1", "a/2", "a/b/3", "b", "z&<5>", "z/4", "ä"]);
  const folders: (string | undefined)[] = [];
  for await (const page of paginateListObjectsV2(
    { client: s3, pageSize: 1 },
    { ...bucket, Delimiter: "/" },
  )) {
    folders.push(
      ...(page.CommonPrefixes ?? []).map((each) => each.Prefix),
      ...(page.Contents ?? []).map((each) => each.Key),
    );
  }
  expect(folders).toEqual(["a/", "b", "z&<5>", "z/", "ä"]);
  const old = await s3.send(
    new ListObjectsCommand({ ...bucket, Prefix: "a/", Delimiter: "/", EncodingType: "url" }),
  );
  expect(old.Contents?.map((each) => each.Key)).toEqual(["a/1", "a/2"]);
  expect(old.CommonPrefixes).toEqual([{ Prefix: "a/b/" }]);
  expect(await failureOf(s3.send(new DeleteBucketCommand(bucket)))).toBe("BucketNotEmpty");
  const deleted = await s3.send(
    new DeleteObjectsCommand({ ...bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
  );
  expect(deleted.Deleted).toHaveLength(keys.length);
  await s3.send(new DeleteBucketCommand(bucket));
  expect(await failureOf(s3.send(new HeadBucketCommand(bucket)))).toBe("NotFound");
  expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
});

test("uploads in parts, copied ones too, with a checksum of each part", async () => {
  const first = randomBytes(5 * 1024 * 1024);
  const second = randomBytes(1000);
  await s3.send(new PutObjectCommand({ Bucket, Key: "source", Body: first }));
  const Key = "in-parts";
  for (const ChecksumAlgorithm of ["SHA256", "CRC64NVME", undefined] as const) {
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ...(ChecksumAlgorithm && { ChecksumAlgorithm }) }),
    );
    const copied = await s3.send(
      new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber: 1, CopySource: `${Bucket}/source` }),
    );
    const sent = await s3.send(
      new UploadPartCommand({
        Bucket,
        Key,
        UploadId,
        PartNumber: 2,
        Body: second,
        ...(ChecksumAlgorithm && { ChecksumAlgorithm }),
      }),
    );
    expect((await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts).toHaveLength(2);
    const parts = [
      { PartNumber: 1, ...copied.CopyPartResult },
      { PartNumber: 2, ...sent },
    ].map(({ PartNumber, ETag, ChecksumSHA256, ChecksumCRC64NVME }) => ({
      PartNumber,
      ETag,
      ChecksumSHA256,
      ChecksumCRC64NVME,
    }));
    const complete = (Parts: object[]): Promise<{ ETag?: string | undefined }> =>
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    expect(await failureOf(complete(parts.toReversed()))).toBe("InvalidPartOrder");
    expect(await failureOf(complete([{ ...parts[0], ETag: '"other"' }]))).toBe("InvalidPart");
    if (ChecksumAlgorithm === "SHA256") {
      expect(await failureOf(complete(parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }))))).toBe(
        "InvalidRequest",
      );
    }
    const { ETag } = await complete(parts);
    const digests = [first, second].map((bytes) => Buffer.from(md5(bytes), "hex"));
    expect(ETag).toBe(`"${md5(Buffer.concat(digests))}-2"`);
    expect((await read(Key)).equals(Buffer.concat([first, second]))).toBe(true);
    expect(await failureOf(s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })))).toBe(
      "NoSuchUpload",
    );
  }
  const copy = await s3.send(
    new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `/${Bucket}/in-parts` }),
  );
  expect(copy.CopyObjectResult?.ETag).toBe(`"${md5(Buffer.concat([first, second]))}"`);
  const ranged = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const piece = await s3.send(
    new UploadPartCopyCommand({
      Bucket,
      Key,
      UploadId: ranged.UploadId,
      PartNumber: 1,
      CopySource: `${Bucket}/source`,
      CopySourceRange: "bytes=100-199",
    }),
  );
  expect(piece.CopyPartResult?.ETag).toBe(`"${md5(first.subarray(100, 200))}"`);
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: ranged.UploadId }));
});

test("what Terraform asks of a bucket has an answer", async () => {
  expect(await failureOf(s3.send(new GetBucketPolicyCommand({ Bucket })))).toBe("NoSuchBucketPolicy");
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
  const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
  expect(encryption.ServerSideEncryptionConfiguration?.Rules).toHaveLength(1);
  expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: "a", Value: "1" }] } }));
  expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([{ Key: "a", Value: "1" }]);
  const versioning = new PutBucketVersioningCommand({
    Bucket,
    VersioningConfiguration: { Status: "Enabled" },
  });
  expect(await failureOf(s3.send(versioning))).toBe("NotImplemented");
  await s3.send(new PutObjectCommand({ Bucket, Key: "tagged", Body: "x", Tagging: "b=2" }));
  expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: "tagged" }))).TagSet).toEqual([
    { Key: "b", Value: "2" },
  ]);
});

test("buckets in the host name need a signature for S3", async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: "hosted", Body: "by host" }));
  const ask = (headers: Record<string, string>): Promise<[number, string]> =>
    new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: service.port, path: "/hosted" };
      const host = `${Bucket}.localhost:${service.port}`;
      httpRequest({ ...options, headers: { host, ...headers } }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () => resolve([response.statusCode ?? 0, text]));
      })
        .on("error", reject)
        .end();
    });
  const authorization =
    "AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
  expect(await ask({ authorization })).toEqual([200, "by host"]);
  expect((await ask({}))[0]).toBe(403);
});

test("functions take their code from a bucket; STS knows who calls", async () => {
  const zip = makeZip({ "app.py": "from S3" });
  await s3.send(new PutObjectCommand({ Bucket, Key: "code.zip", Body: zip }));
  const settings = { endpoint: service.endpoint, region: "us-east-1", credentials: testCredentials };
  const lambda = new LambdaClient({ ...settings, maxAttempts: 1 });
  const base = { FunctionName: "from-s3", Runtime: "python3.12", Handler: "app.h", Role: testRole } as const;
  const made = await lambda.send(
    new CreateFunctionCommand({ ...base, Code: { S3Bucket: Bucket, S3Key: "code.zip" } }),
  );
  expect(made.CodeSha256).toBe(createHash("sha256").update(zip).digest("base64"));
  const { codeFolder } = service.directory.resolveTarget("from-s3", undefined, "us-east-1").version;
  expect(readFileSync(`${codeFolder}/app.py`, "utf8")).toBe("from S3");
  const absent = lambda.send(
    new CreateFunctionCommand({
      ...base,
      FunctionName: "other",
      Code: { S3Bucket: Bucket, S3Key: "absent" },
    }),
  );
  await expect(absent).rejects.toThrow(
    "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
  );
  const sts = new STSClient(settings);
  expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe("000000000000");
  lambda.destroy();
  sts.destroy();
});
