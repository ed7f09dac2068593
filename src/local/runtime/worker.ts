/** One process that runs a function's code: started once, given one invocation after another, never mended. */
export interface Worker {
  readonly pid: number;
  /** Process groups beside that of `pid`: extensions. */
  readonly otherGroups?: readonly number[];
  /** Settles when the function's module is loaded or has failed to; stays open when the process ends first. */
  readonly ready: Promise<InitAnswer>;
  /** Settles when the process has ended and everything it wrote has been handed on. */
  readonly exited: Promise<ProcessEnd>;
  /** Settles with the answer; stays open when the process ends first. */
  readonly invoke: (invocation: Invocation) => Promise<RuntimeAnswer>;
  /** Settles when the worker asks for the next invocation; a worker without it does so by answering. */
  readonly rested?: () => Promise<void>;
  /** Milliseconds for which it has waited for this machine, not for itself: they do not count as the function's time. */
  readonly held?: () => number;
  /** Ends the process and its whole group at once. */
  readonly kill: () => void;
  /** Ends it in an orderly way: whoever asked to be told (an extension) gets to know the reason. */
  readonly shutDown?: (reason: "SPINDOWN" | "TIMEOUT" | "FAILURE") => Promise<void>;
}

export interface Invocation {
  readonly requestId: string;
  readonly payload: Buffer;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  readonly invokedArn: string;
  readonly clientContext: string | undefined;
  readonly cognitoIdentity: string | undefined;
  readonly traceId: string | undefined;
  readonly tenantId: string | undefined;
  readonly onChunk: ((chunk: Buffer, contentType: string) => void) | undefined;
}

export type InitAnswer =
  | { readonly kind: "ready" }
  /** There is no program to start; the reason as Lambda words it. */
  | { readonly kind: "no-entrypoint"; readonly reason: string }
  | { readonly kind: "init-error"; readonly errorType: string; readonly payload: Buffer };

export type RuntimeAnswer =
  | { readonly kind: "response"; readonly payload: Buffer; readonly contentType: string }
  | {
      readonly kind: "streamed";
      readonly payload: Buffer;
      readonly contentType: string;
      readonly fault: { readonly type: string; readonly body: string } | undefined;
    }
  | {
      readonly kind: "error";
      readonly errorType: string;
      readonly payload: Buffer;
      /** The process is about to end. */
      readonly last: boolean;
    }
  | { readonly kind: "too-large" };

export interface ProcessEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The program of a worker and what it starts with. */
export interface WorkerProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /**
   * It makes a process group of its own before any code of the function runs, so that it can stay in the service's
   * session: where the system shares its processors out among sessions, a worker in another one waits for its turn.
   */
  readonly makesGroup?: boolean;
}

/** Where a worker's output goes. */
export interface WorkerOutput {
  readonly onLog: (message: string) => void;
}

/** The longest answer of a function in bytes, headers and all: 6 MiB and 100 bytes. */
export const longestResponse = 6_291_556;
