/**
 * How the service and brig's own bootstraps talk over file descriptor 3: two little-endian 32-bit lengths, a
 * header of JSON, a body of bytes. A private way for the runtimes that brig brings along: it costs a third of
 * what the HTTP of the Runtime API does.
 */
export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** Header and body together never come near it: a response is at most 6 MiB, an event 6 MB. */
const longestFrame = 64 * 1024 * 1024;

const nothing = Buffer.alloc(0);

export function renderFrame(header: Readonly<Record<string, unknown>>, body: Buffer = nothing): Buffer {
  const text = JSON.stringify(header);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(8 + length + body.length);
  frame.writeUInt32LE(length, 0);
  frame.writeUInt32LE(body.length, 4);
  frame.write(text, 8);
  body.copy(frame, 8 + length);
  return frame;
}

/**
 * Takes bytes as they come and hands on whole frames.
 *
 * @throws Error when the bytes are no frames: something else wrote to the descriptor
 */
export function createFrameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let size = 0;
  let wanted = 8;
  return (chunk) => {
    parts.push(chunk);
    size += chunk.length;
    if (size < wanted) return;
    let bytes = parts.length === 1 ? chunk : Buffer.concat(parts);
    for (;;) {
      wanted = frameLength(bytes);
      if (bytes.length < wanted || bytes.length < 8) break;
      onFrame(parseFrame(bytes.subarray(0, wanted)));
      bytes = bytes.subarray(wanted);
    }
    parts = bytes.length === 0 ? [] : [bytes];
    size = bytes.length;
  };
}

function frameLength(bytes: Buffer): number {
  if (bytes.length < 8) return 8;
  const length = 8 + bytes.readUInt32LE(0) + bytes.readUInt32LE(4);
  if (length > longestFrame) throw new Error(`a frame of ${length} bytes`);
  return length;
}

function parseFrame(bytes: Buffer): Frame {
  const start = 8 + bytes.readUInt32LE(0);
  const header: unknown = JSON.parse(bytes.toString("utf8", 8, start));
  if (typeof header !== "object" || header === null) throw new Error("a frame without a header");
  return { header: { ...header }, body: bytes.subarray(start) };
}
