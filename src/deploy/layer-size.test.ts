import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { makeZip } from "../local/test-service.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import { readLayerSize } from "./layer-size.ts";

const { signal } = new AbortController();

function answering(answer: object): LambdaCalls {
  return { call: async <T>() => ({ Content: answer }) as T };
}

async function serve(zip: Buffer, withRanges: boolean): Promise<string> {
  const server = createServer((request, response) => {
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
    if (withRanges) response.writeHead(206).end(zip.subarray(Number(start), Number(end) + 1));
    else response.end(zip);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/layer.zip`;
}

test.each([true, false])(
  "tells what a layer unpacks to (the server knows ranges: %s)",
  async (withRanges) => {
    const zip = makeZip({ "python/a.py": "a".repeat(100_000), "python/b.py": "b".repeat(50_000) });
    expect(zip.length).toBeLessThan(10_000);
    const lambda = answering({ CodeSize: zip.length, Location: await serve(zip, withRanges) });
    expect(await readLayerSize(lambda, "arn", signal)).toBe(150_000);
  },
);

test("the zip's size is the least that it can be", async () => {
  expect(await readLayerSize(answering({ CodeSize: 7 }), "arn", signal)).toBe(7);
  const refusing: LambdaCalls = { call: () => Promise.reject(new Error("denied")) };
  expect(await readLayerSize(refusing, "arn", signal)).toBe(0);
});
