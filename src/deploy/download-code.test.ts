import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { downloadCode } from "./download-code.ts";

const bytes = Buffer.from("a zip");
const codeSha256 = createHash("sha256").update(bytes).digest("base64");
const { signal } = new AbortController();
let server: Server;
let address: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url!.startsWith("/gone")) return response.writeHead(403).end();
    if (request.url!.startsWith("/cut")) {
      response.writeHead(200, { "content-length": 100 }).write(bytes, () => response.destroy());
      return response;
    }
    return response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

test("code is what AWS reports, or an error", async () => {
  expect(await downloadCode(`${address}/code`, codeSha256, "hello", signal)).toEqual(bytes);
  await expect(downloadCode(`${address}/code`, "other", "hello", signal)).rejects.toMatchObject({
    code: "hash-mismatch",
  });
});

test.each(["gone", "cut"])("%s: no signature is shown", async (path) => {
  const failed = await downloadCode(
    `${address}/${path}?X-Amz-Signature=abc`,
    codeSha256,
    "hello",
    signal,
  ).catch((error: Error) => error);
  expect(failed).toMatchObject({ code: "download-failed" });
  expect(String(failed)).not.toContain("abc");
});

test("an interruption is one", async () => {
  const reason = new Error("interrupted");
  await expect(downloadCode(address, codeSha256, "hello", AbortSignal.abort(reason))).rejects.toBe(reason);
});
