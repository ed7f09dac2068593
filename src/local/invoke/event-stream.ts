import { crc32 } from "node:zlib";

/**
 * One message of `application/vnd.amazon.eventstream`: total length, headers' length, CRC-32 of these eight bytes,
 * headers, payload, CRC-32 of all before. Header values are strings (type 7). Source: Smithy, "Amazon Event Stream".
 */
export function encodeEventMessage(headers: Readonly<Record<string, string>>, payload: Buffer): Buffer {
  const encoded = Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => encodeHeader(name, value)),
  );
  const length = 12 + encoded.length + payload.length + 4;
  const message = Buffer.alloc(length);
  message.writeUInt32BE(length, 0);
  message.writeUInt32BE(encoded.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  encoded.copy(message, 12);
  payload.copy(message, 12 + encoded.length);
  message.writeUInt32BE(crc32(message.subarray(0, length - 4)), length - 4);
  return message;
}

/** A piece of the function's answer, as `InvokeWithResponseStream` sends it. */
export function encodePayloadChunk(chunk: Buffer): Buffer {
  return encodeEventMessage(
    {
      ":message-type": "event",
      ":event-type": "PayloadChunk",
      ":content-type": "application/octet-stream",
    },
    chunk,
  );
}

export interface InvokeComplete {
  readonly ErrorCode?: string;
  readonly ErrorDetails?: string;
  /** Base64. */
  readonly LogResult?: string;
}

/** The last message of a response stream. */
export function encodeInvokeComplete(complete: InvokeComplete): Buffer {
  return encodeEventMessage(
    { ":message-type": "event", ":event-type": "InvokeComplete", ":content-type": "application/json" },
    Buffer.from(JSON.stringify(complete)),
  );
}

function encodeHeader(name: string, value: string): Buffer[] {
  const nameBytes = Buffer.from(name);
  const valueBytes = Buffer.from(value);
  const length = Buffer.alloc(3);
  length.writeUInt8(7, 0);
  length.writeUInt16BE(valueBytes.length, 1);
  return [Buffer.from([nameBytes.length]), nameBytes, length, valueBytes];
}
