import { request } from "node:http";
import { expect, test } from "vitest";
import { startRuntimeApi } from "./runtime-api.ts";

test("restoring, which does not happen here, is answered nevertheless", async () => {
  const api = await startRuntimeApi(() => false);
  const base = `http://${api.address}/2018-06-01/runtime/restore`;
  expect((await fetch(`${base}/next`)).status).toBe(200);
  expect((await fetch(`${base}/error`, { method: "POST", body: "{}" })).status).toBe(202);
  api.close();
});

test("who is not the runtime takes no invocation: a web page, also under a name of its own", async () => {
  const api = await startRuntimeApi(() => false);
  const [host, port] = api.address.split(":");
  const ask = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const path = "/2018-06-01/runtime/invocation/next";
      request({ host, port, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });
  try {
    for (const headers of [
      { host: "evil.example" },
      { host: `127.0.0.1.evil.example:${port}` },
      { host: api.address, origin: "null" },
      { host: api.address, origin: "https://evil.example" },
      { host: api.address, "sec-fetch-site": "cross-site" },
    ]) {
      expect([headers, await ask(headers)]).toEqual([headers, 403]);
    }
    const own = ask({ host: "lambda" });
    expect(await api.ready).toEqual({ kind: "ready" });
    void api.invoke({
      requestId: "one",
      payload: Buffer.from("{}"),
      deadlineMs: 1,
      invokedArn: "arn",
      clientContext: undefined,
      cognitoIdentity: undefined,
      traceId: undefined,
      tenantId: undefined,
      onChunk: undefined,
    });
    expect(await own).toBe(200);
  } finally {
    api.close();
  }
});
