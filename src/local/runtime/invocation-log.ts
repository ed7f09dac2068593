import type { LogSink } from "../contract.ts";

/** What an environment writes, as events of its log stream and, while an invocation runs, as that one's tail. */
export interface InvocationLog {
  readonly write: (message: string) => void;
  /** From here on it is this invocation's, what init writes for it included. */
  readonly begin: (requestId: string) => void;
  /** The last 4 KB (X-Amz-Log-Result) of what was written since `begin`. */
  readonly end: () => Buffer;
}

const tailSize = 4096;

export function createInvocationLog(
  sink: LogSink,
  now: () => Date,
  group: string,
  stream: string,
): InvocationLog {
  let requestId: string | undefined;
  let tail = "";
  return {
    write: (message) => {
      sink({ timestamp: now().getTime(), message, group, stream, requestId });
      if (requestId === undefined) return;
      tail += message.endsWith("\n") ? message : `${message}\n`;
      if (tail.length > 4 * tailSize) tail = tail.slice(-tailSize);
    },
    begin: (id) => {
      requestId = id;
    },
    end: () => {
      const bytes = Buffer.from(tail);
      requestId = undefined;
      tail = "";
      return bytes.subarray(Math.max(0, bytes.length - tailSize));
    },
  };
}
