import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Context } from "../../context.ts";
import { startTestService, testCredentials, type TestService } from "../../local/test-service.ts";
import { makeZip } from "../../zip/test-zip.ts";
import { type LocalZip, objectKey, uploadZip } from "./upload-zip.ts";

const folder = mkdtempSync(join(tmpdir(), "brig-upload-"));
const place = { bucket: "zips", prefix: "brig/zips/" };
let service: TestService;
let clients: S3Client[] = [];

beforeAll(async () => {
  service = await startTestService();
  await connect([]).send(new CreateBucketCommand({ Bucket: place.bucket }));
});
afterEach(() => {
  for (const client of clients) client.destroy();
  clients = [];
});
afterAll(async () => {
  await service.dispose();
  rmSync(folder, { recursive: true });
});

interface Call {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** A client that writes down its calls; `change` may throw in place of a call, or alter its answer. */
function connect(
  calls: Call[],
  change: (call: Call, answer: Record<string, unknown>) => void = () => {},
): S3Client {
  const client = new S3Client({
    endpoint: service.endpoint,
    region: "us-east-1",
    credentials: testCredentials,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const call = {
          name: commandName.replace("Command", ""),
          input: args.input as Record<string, unknown>,
        };
        calls.push(call);
        const result = await next(args);
        change(call, result.output as unknown as Record<string, unknown>);
        return result;
      },
    { step: "initialize" },
  );
  clients.push(client);
  return client;
}

test("a bucket that cannot be reached, and credentials that have expired, are no fault of brig", async () => {
  const zip = write(randomBytes(1000));
  const settings = { region: "us-east-1", forcePathStyle: true, maxAttempts: 1 };
  const lost = new S3Client({ ...settings, endpoint: "http://127.0.0.1:1", credentials: testCredentials });
  const unreachable = { code: "aws-failed", message: expect.stringContaining("ECONNREFUSED") as string };
  await expect(uploadZip(lost, place, zip, undefined, contextWith())).rejects.toMatchObject(unreachable);
  const expired = new S3Client({
    ...settings,
    credentials: () =>
      Promise.reject(
        Object.assign(new Error("The SSO session has expired"), { name: "CredentialsProviderError" }),
      ),
  });
  await expect(uploadZip(expired, place, zip, undefined, contextWith())).rejects.toMatchObject({
    code: "credentials-expired",
  });
  clients.push(lost, expired);
});

function contextWith(signal = new AbortController().signal): Context {
  return { cwd: folder, env: {}, now: () => new Date(), signal, report: () => {} };
}

function write(bytes: Buffer): LocalZip {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const file = join(folder, `${sha256}.zip`);
  writeFileSync(file, bytes);
  return { file, sha256, size: bytes.length };
}

const mebibyte = 1 << 20;
const entry = (name: string, size: number) => ({ name, contents: randomBytes(size), method: 0 });
const large = [entry("a/one.so", 11 * mebibyte), entry("b/two.so", 20_000)];
const handler = (text: string) => ({ name: "lambda_function.py", contents: text });

async function uploaded(key: string): Promise<string> {
  const { Body } = await connect([]).send(new GetObjectCommand({ Bucket: place.bucket, Key: key }));
  return createHash("sha256")
    .update(await Body!.transformToByteArray())
    .digest("hex");
}

async function openUploads(): Promise<number> {
  const { Uploads } = await connect([]).send(new ListMultipartUploadsCommand({ Bucket: place.bucket }));
  return Uploads?.length ?? 0;
}

const first = write(makeZip([...large, handler("x = 1")]));
const previous = { key: objectKey(place.prefix, first.sha256) };

test("a zip is sent once, in parts, under its digest", async () => {
  const calls: Call[] = [];
  const result = await uploadZip(connect(calls), place, first, undefined, contextWith());
  expect(result).toEqual({ S3Bucket: "zips", S3Key: `brig/zips/${first.sha256}.zip`, uploaded: first.size });
  expect(calls.filter(({ name }) => name === "UploadPart").length).toBe(2);
  expect(await uploaded(result.S3Key)).toBe(first.sha256);

  const again: Call[] = [];
  expect(await uploadZip(connect(again), place, first, undefined, contextWith())).toEqual({
    ...result,
    uploaded: 0,
  });
  expect(again.map(({ name }) => name)).toEqual(["HeadObject"]);
});

test("an edit of the source sends little, the rest is copied on the server", async () => {
  const next = write(makeZip([...large, handler("x = 2")]));
  const calls: Call[] = [];
  const result = await uploadZip(connect(calls), place, next, previous, contextWith());
  expect(result.uploaded).toBeLessThan(2000);
  expect(calls.filter(({ name }) => name === "UploadPartCopy").length).toBeGreaterThan(0);
  expect(await uploaded(result.S3Key)).toBe(next.sha256);
});

test("dependencies that moved are copied from where they were", async () => {
  const next = write(makeZip([entry("a/new.so", 300), ...large, handler("x = 3")]));
  const result = await uploadZip(connect([]), place, next, previous, contextWith());
  // The short new entry needs a part of 5 MiB, as it is not the last.
  expect(result.uploaded).toBeLessThan(5 * mebibyte + 2000);
  expect(await uploaded(result.S3Key)).toBe(next.sha256);
});

const fallbacks: Record<string, (call: Call, answer: Record<string, unknown>) => void> = {
  "S3 copies other bytes": ({ name }, answer) => {
    if (name === "UploadPartCopy") Object.assign(answer["CopyPartResult"] as object, { ChecksumSHA256: "x" });
  },
  "S3 does not say what it copied": ({ name }, answer) => {
    if (name === "UploadPartCopy") delete (answer["CopyPartResult"] as Call["input"])["ChecksumSHA256"];
  },
  "the previous object cannot be copied": ({ name }) => {
    if (name === "UploadPartCopy") {
      throw Object.assign(new Error("no"), { name: "AccessDenied", $metadata: { httpStatusCode: 403 } });
    }
  },
  "the previous object cannot be read": ({ name }) => {
    if (name === "GetObject") throw new Error("no");
  },
};

test.each(Object.entries(fallbacks))("%s: all is sent", async (name, change) => {
  const next = write(makeZip([...large, handler(name)]));
  const result = await uploadZip(connect([], change), place, next, previous, contextWith());
  expect(result.uploaded).toBe(next.size);
  expect(await uploaded(result.S3Key)).toBe(next.sha256);
  expect(await openUploads()).toBe(0);
});

test("a previous object that is gone, or no zip, is none", async () => {
  const client = connect([]);
  await client.send(new PutObjectCommand({ Bucket: place.bucket, Key: "text.zip", Body: "no zip" }));
  for (const key of ["gone.zip", "text.zip"]) {
    const next = write(makeZip([handler(key)]));
    expect((await uploadZip(client, place, next, { key }, contextWith())).uploaded).toBe(next.size);
  }
});

test("the same names and checksums with other bytes do not pass for the same", async () => {
  // Directories alike, contents not: as if two compressors had made the same file.
  const twin = makeZip([{ ...large[0]!, crc32: 1 }, large[1]!]);
  const other = makeZip([{ ...entry("a/one.so", 11 * mebibyte), crc32: 1 }, large[1]!]);
  const before = write(twin);
  await uploadZip(connect([]), place, before, undefined, contextWith());
  const next = write(other);
  const result = await uploadZip(
    connect([]),
    place,
    next,
    { key: objectKey(place.prefix, before.sha256) },
    contextWith(),
  );
  expect(await uploaded(result.S3Key)).toBe(next.sha256);
});

test("a fault aborts the upload", async () => {
  const next = write(makeZip([...large, handler("fault")]));
  const failing = connect([], ({ name, input }) => {
    if (name === "UploadPart" && input["PartNumber"] === 2) throw new Error("the connection broke");
  });
  await expect(uploadZip(failing, place, next, undefined, contextWith())).rejects.toThrow("connection broke");
  expect(await openUploads()).toBe(0);
  await expect(uploaded(objectKey(place.prefix, next.sha256))).rejects.toThrow("key");
});

test("an interruption aborts the upload", async () => {
  const next = write(makeZip([...large, handler("interrupt")]));
  const controller = new AbortController();
  const reason = new Error("interrupted");
  const calls: Call[] = [];
  const interrupting = connect(calls, ({ name }) => {
    if (name === "UploadPart") controller.abort(reason);
  });
  await expect(uploadZip(interrupting, place, next, undefined, contextWith(controller.signal))).rejects.toBe(
    reason,
  );
  expect(calls.at(-1)?.name).toBe("AbortMultipartUpload");
  expect(await openUploads()).toBe(0);
});

test("an answer that is lost after the last call is no fault", async () => {
  const next = write(makeZip([...large, handler("lost")]));
  const losing = connect([], ({ name }) => {
    if (name === "CompleteMultipartUpload") throw new Error("the connection broke");
  });
  expect((await uploadZip(losing, place, next, undefined, contextWith())).uploaded).toBe(next.size);
});

test("a file that is not what was built is not sent", async () => {
  const next = { ...write(makeZip([handler("changed")])), sha256: "0".repeat(64) };
  const calls: Call[] = [];
  await expect(uploadZip(connect(calls), place, next, undefined, contextWith())).rejects.toMatchObject({
    code: "hash-mismatch",
  });
  expect(calls.map(({ name }) => name)).toEqual(["HeadObject"]);
});

test("a bucket that is not there is named", async () => {
  const nowhere = { bucket: "nowhere", prefix: "" };
  await expect(uploadZip(connect([]), nowhere, first, undefined, contextWith())).rejects.toMatchObject({
    code: "aws-failed",
    message: expect.stringContaining("nowhere") as string,
    hint: "aws s3 mb s3://nowhere",
  });
});
