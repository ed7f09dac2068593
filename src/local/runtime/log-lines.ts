/**
 * Turns what a runtime writes to its standard output into log events. A printed line is an event of its own;
 * a message of several lines (a log record, a trace) comes framed by brig's own bootstraps, a token, a
 * little-endian 32-bit length, the text, in the same pipe, so that the order of lines and messages is kept.
 */
export interface LogLines {
  readonly push: (chunk: Buffer) => void;
  /** Hands on a line that has no end yet. */
  readonly flush: () => void;
}

/** A line without an end is cut here, and a message cannot be longer: CloudWatch's limit of an event is near. */
const longestEvent = 1024 * 1024;

export function createLogLines(token: Buffer | undefined, onEvent: (message: string) => void): LogLines {
  let rest: Buffer = Buffer.alloc(0);
  const emit = (bytes: Buffer): void => {
    if (bytes.length > 0) onEvent(bytes.toString("utf8"));
  };
  /** Hands on all whole lines and returns what is left. */
  const takeLines = (bytes: Buffer): Buffer => {
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      emit(bytes.subarray(start, end + 1));
      start = end + 1;
    }
    return bytes.subarray(start);
  };
  return {
    push: (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (;;) {
        const at = token === undefined ? -1 : rest.indexOf(token);
        if (token === undefined || at === -1) break;
        emit(takeLines(rest.subarray(0, at)));
        rest = rest.subarray(at);
        const start = token.length + 4;
        if (rest.length < start) return;
        const end = start + Math.min(rest.readUInt32LE(token.length), longestEvent);
        if (rest.length < end) return;
        emit(rest.subarray(start, end));
        rest = rest.subarray(end);
      }
      rest = takeLines(rest);
      if (rest.length > longestEvent) {
        emit(rest);
        rest = Buffer.alloc(0);
      }
    },
    flush: () => {
      emit(rest);
      rest = Buffer.alloc(0);
    },
  };
}
