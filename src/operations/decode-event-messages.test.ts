import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeInvokeComplete, encodePayloadChunk } from "../local/invoke/event-stream.ts";
import { decodeEventMessages } from "./decode-event-messages.ts";

test("reads what the service writes, however it is cut into pieces", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 50 })),
      fc.integer({ min: 1, max: 40 }),
      (chunks, size) => {
        const stream = Buffer.concat([
          ...chunks.map((chunk) => encodePayloadChunk(Buffer.from(chunk))),
          encodeInvokeComplete({ ErrorCode: "E", LogResult: "bG9n" }),
        ]);
        const got: Buffer[] = [];
        const decoder = decodeEventMessages((chunk) => got.push(Buffer.from(chunk)));
        for (let at = 0; at < stream.length; at += size) decoder.add(stream.subarray(at, at + size));
        expect(Buffer.concat(got)).toEqual(Buffer.concat(chunks));
        expect(got).toHaveLength(chunks.length);
        expect(decoder.end()).toEqual({ ErrorCode: "E", LogResult: "bG9n" });
      },
    ),
  );
});
