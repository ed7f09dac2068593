/** How a response stream ended. */
export interface StreamEnd {
  readonly ErrorCode?: string;
  readonly ErrorDetails?: string;
  /** Base64. */
  readonly LogResult?: string;
}

export interface EventDecoder {
  readonly add: (bytes: Buffer) => void;
  /** What the last message said. */
  readonly end: () => StreamEnd;
}

/**
 * Reads the messages of `InvokeWithResponseStream` (`application/vnd.amazon.eventstream`: total length, headers' length,
 * a checksum, headers, payload, a checksum). The service is brig's own and on this machine: checksums are passed over.
 */
export function decodeEventMessages(onChunk: (chunk: Buffer) => void): EventDecoder {
  let pending: Buffer = Buffer.alloc(0);
  let end: StreamEnd = {};
  return {
    add: (bytes) => {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
      while (pending.length >= 12) {
        const length = pending.readUInt32BE(0);
        if (pending.length < length) return;
        const head = 12 + pending.readUInt32BE(4);
        const payload = pending.subarray(head, length - 4);
        if (pending.subarray(12, head).includes("PayloadChunk")) onChunk(payload);
        else end = JSON.parse(payload.toString("utf8")) as StreamEnd;
        pending = pending.subarray(length);
      }
    },
    end: () => end,
  };
}
