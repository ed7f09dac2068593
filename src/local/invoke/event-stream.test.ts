import { crc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeEventMessage, encodeInvokeComplete } from "./event-stream.ts";

/** Reads a message back by the format's description. */
function decode(message: Buffer): { headers: Record<string, string>; payload: Buffer } {
  expect(message.readUInt32BE(0)).toBe(message.length);
  expect(message.readUInt32BE(8)).toBe(crc32(message.subarray(0, 8)));
  expect(message.readUInt32BE(message.length - 4)).toBe(crc32(message.subarray(0, -4)));
  const end = 12 + message.readUInt32BE(4);
  const headers: Record<string, string> = {};
  for (let at = 12; at < end;) {
    const nameEnd = at + 1 + message[at]!;
    const name = message.toString("utf8", at + 1, nameEnd);
    expect(message[nameEnd]).toBe(7);
    const valueEnd = nameEnd + 3 + message.readUInt16BE(nameEnd + 1);
    headers[name] = message.toString("utf8", nameEnd + 3, valueEnd);
    at = valueEnd;
  }
  return { headers, payload: message.subarray(end, -4) };
}

test("what is encoded can be read back", () => {
  const name = fc.stringMatching(/^:?[a-z][a-z-]{0,30}$/);
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.string({ unit: "grapheme-ascii" }), { maxKeys: 4 }),
      fc.uint8Array(),
      (headers, bytes) => {
        const payload = Buffer.from(bytes);
        const read = decode(encodeEventMessage(headers, payload));
        expect(read.headers).toEqual({ ...headers });
        expect(read.payload.equals(payload)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test("the last message is JSON", () => {
  const { headers, payload } = decode(encodeInvokeComplete({ LogResult: "eA==" }));
  expect(headers).toEqual({
    ":message-type": "event",
    ":event-type": "InvokeComplete",
    ":content-type": "application/json",
  });
  expect(payload.toString()).toBe('{"LogResult":"eA=="}');
});
