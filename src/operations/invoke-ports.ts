import type { BrigError } from "../errors.ts";
import type { InvokeReport } from "./invoke-report.ts";

/** How a function is invoked. */
export interface InvokeSettings {
  readonly qualifier: string | undefined;
  /** The event is queued, and nobody waits for its answer. */
  readonly asynchronous: boolean;
  readonly stream: boolean;
  /** JSON text. */
  readonly clientContext: string | undefined;
}

/** What becomes known while a function runs. */
export interface InvokePorts {
  readonly onLog: (text: string) => void;
  /** A piece of a streamed answer. */
  readonly onChunk: (chunk: Buffer) => void;
  /** An invocation is over. */
  readonly onReport: (name: string, report: InvokeReport, fault: BrigError | undefined) => void;
}
