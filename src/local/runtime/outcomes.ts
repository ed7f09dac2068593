import { constants } from "node:os";
import type { InvokeInput } from "../contract.ts";
import type { InvocationReport } from "./report-lines.ts";
import type { Settled } from "./settle.ts";
import { longestResponse, type InitAnswer, type ProcessEnd, type RuntimeAnswer } from "./worker.ts";

/** What an invocation gives, of all that its caller sees. */
export interface Result {
  readonly payload: Buffer;
  readonly contentType: string;
  readonly status: InvocationReport["status"];
  readonly errorType: string | undefined;
  readonly streamError: { readonly type: string; readonly body: string } | undefined;
  /** What Lambda itself writes to the log about it. */
  readonly logLines: readonly string[];
}

/** The result of an invocation whose worker answered, ended, or took too long: payloads as recorded from AWS. */
export function planResult(
  { requestId, streaming }: Pick<InvokeInput, "requestId" | "streaming">,
  timeout: number,
  settled: Settled<RuntimeAnswer | InitAnswer>,
  time: Date,
): Result {
  if (settled.kind === "exit") return describeExit(requestId, settled.end);
  if (settled.kind === "time") return describeTimeout(requestId, timeout, time);
  const { answer } = settled;
  switch (answer.kind) {
    case "response":
      return answer.payload.length > longestResponse
        ? describeTooLarge()
        : succeed(answer.payload, answer.contentType);
    case "streamed":
      if (answer.fault === undefined) return succeed(answer.payload, answer.contentType);
      // Who does not take it as a stream gets the fault in the place of what came before it.
      if (!streaming) return fail("error", answer.fault.type, Buffer.from(answer.fault.body), []);
      return {
        ...succeed(answer.payload, answer.contentType),
        status: "error",
        errorType: answer.fault.type,
        streamError: answer.fault,
      };
    case "error":
    case "init-error":
      return fail("error", answer.errorType, answer.payload, []);
    case "no-entrypoint":
      return failPlatform(
        "failure",
        "Runtime.InvalidEntrypoint",
        `RequestId: ${requestId} Error: ${answer.reason}`,
        [`RequestId: ${requestId} Error: ${answer.reason}\nRuntime.InvalidEntrypoint\n`],
      );
    case "too-large":
      return describeTooLarge();
    case "ready":
      throw new Error("init is no end of an invocation");
  }
}

function succeed(payload: Buffer, contentType: string): Result {
  return {
    payload,
    contentType,
    status: "success",
    errorType: undefined,
    streamError: undefined,
    logLines: [],
  };
}

function fail(
  status: Result["status"],
  errorType: string,
  payload: Buffer,
  logLines: readonly string[],
): Result {
  return { payload, contentType: "application/json", status, errorType, streamError: undefined, logLines };
}

function failPlatform(
  status: Result["status"],
  errorType: string,
  errorMessage: string,
  logLines: readonly string[],
): Result {
  return fail(status, errorType, Buffer.from(JSON.stringify({ errorType, errorMessage })), logLines);
}

/** The process ended without an answer. */
function describeExit(requestId: string, end: ProcessEnd): Result {
  const message = `RequestId: ${requestId} Error: ${describeEnd(end)}`;
  return failPlatform("failure", "Runtime.ExitError", message, [`${message}\nRuntime.ExitError\n`]);
}

function describeEnd({ status, signal }: ProcessEnd): string {
  if (signal !== null)
    return `Runtime exited with error: signal: ${signalNames[signal] ?? constants.signals[signal]}`;
  return status === 0
    ? "Runtime exited without providing a reason"
    : `Runtime exited with error: exit status ${status}`;
}

/** Signals as Go's syscall package, in which Lambda's own part is written, names them. */
const signalNames: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: "killed",
  SIGTERM: "terminated",
  SIGSEGV: "segmentation fault",
  SIGABRT: "aborted",
  SIGINT: "interrupt",
  SIGHUP: "hangup",
  SIGBUS: "bus error",
  SIGFPE: "floating point exception",
  SIGILL: "illegal instruction",
  SIGPIPE: "broken pipe",
};

/** The function ran longer than its timeout (seconds). */
function describeTimeout(requestId: string, timeout: number, time: Date): Result {
  const sentence = `Task timed out after ${timeout.toFixed(2)} seconds`;
  return failPlatform("timeout", "Sandbox.Timedout", `RequestId: ${requestId} Error: ${sentence}`, [
    `${time.toISOString()} ${requestId} ${sentence}\n\n`,
  ]);
}

function describeTooLarge(): Result {
  const message = `Response payload size exceeded maximum allowed payload size (${longestResponse} bytes).`;
  return failPlatform("error", "Function.ResponseSizeTooLarge", message, []);
}
