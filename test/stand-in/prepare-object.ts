import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../../src/local/read-body.ts";
import { type PrepareParts, type Prepared, bodyLimit } from "./prepared.ts";
import { checkPartAlgorithm, nameObjectOperation } from "./s3.ts";

export function prepareObject(
  request: IncomingMessage,
  response: ServerResponse,
  rawPath: string,
  rawQuery: string,
  region: string,
  { world, s3, store }: PrepareParts,
): Prepared {
  const query = new URLSearchParams(rawQuery);
  const method = request.method ?? "GET";
  const isCopy = request.headers["x-amz-copy-source"] !== undefined;
  const operation = nameObjectOperation(method, rawPath, query, isCopy);
  const length = request.headers["x-amz-decoded-content-length"] ?? request.headers["content-length"] ?? 0;
  const range = request.headers["x-amz-copy-source-range"];
  return {
    call: {
      service: "s3",
      operation,
      region,
      functionName: undefined,
      qualifier: undefined,
      input: {
        path: decodeURIComponent(rawPath),
        ...(range !== undefined && { range }),
        ...(query.has("partNumber") && { partNumber: Number(query.get("partNumber")) }),
      },
      bytes: Number(length),
      writes: method !== "GET" && method !== "HEAD",
    },
    protocol: "s3-xml",
    run: async () => {
      if (operation === "UploadPart") checkPartAlgorithm(store, query.get("uploadId"), request.headers);
      return {
        answer: await s3({
          operation,
          labels: {},
          query,
          region,
          account: world.account,
          requestId: randomUUID(),
          endpoint: `http://${request.headers.host}`,
          request,
          response,
          readBody: () => readBody(request, bodyLimit, operation),
        }),
      };
    },
  };
}
