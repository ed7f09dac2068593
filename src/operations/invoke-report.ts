import { BrigError } from "../errors.ts";

/** What one invocation gave, whoever ran it. */
export interface InvokeReport {
  /** 200, or 202 of an event that was only queued. */
  readonly statusCode: number;
  readonly functionError: string | null;
  /** `null` where nobody says it, as of an event that was only queued. */
  readonly executedVersion: string | null;
  readonly payload: Buffer;
  /** All that was logged, Lambda's own lines included; of a running service its last 4 KB. */
  readonly logs: string;
  /** Milliseconds. */
  readonly duration: number | null;
  /** Milliseconds; `null` when the environment was warm. */
  readonly initDuration: number | null;
  /** MB. */
  readonly memoryUsed: number | null;
  readonly memorySize: number | null;
}

/** What AWS's runtime clients call a handler that is not there. */
const withoutHandler = new Set([
  "Runtime.HandlerNotFound",
  "Runtime.MalformedHandlerName",
  "Runtime.InvalidEntrypoint",
]);

/**
 * What went wrong with an invocation, `undefined` when nothing did.
 *
 * @param handler as settled: whether an import that failed is that of the handler's own module
 */
export function invokeFault(name: string, handler: string, report: InvokeReport): BrigError | undefined {
  if (report.functionError === null) return undefined;
  const { type, message } = readError(report.payload);
  if (type === "Sandbox.Timedout") {
    const sentence = /Task timed out after .*/.exec(message)?.[0] ?? message;
    return new BrigError(
      "function-timed-out",
      `${name}: ${sentence}`,
      "in its brig.yaml: function: {Timeout: 30}",
    );
  }
  if (withoutHandler.has(type) || (type === "Runtime.ImportModuleError" && lacksModule(message, handler))) {
    return new BrigError(
      "handler-missing",
      `${name} has no ${`handler ${handler}`.trim()}: ${message}`,
      "name the handler in its brig.yaml: function: {Handler: module.function}",
    );
  }
  const detail = [type, message].filter((part) => part !== "").join(": ");
  return new BrigError("function-failed", `${name} failed${detail === "" ? "" : `: ${detail}`}`);
}

/** `Unable to import module 'app': No module named 'app'`, `Error: Cannot find module 'index'`. */
function lacksModule(message: string, handler: string): boolean {
  const module = handler.slice(0, Math.max(handler.lastIndexOf("."), 0));
  const dotted = module.replaceAll("/", ".");
  return (
    message.endsWith(`No module named '${dotted}'`) || message.includes(`Cannot find module '${module}'`)
  );
}

function readError(payload: Buffer): { readonly type: string; readonly message: string } {
  try {
    const value = JSON.parse(payload.toString("utf8")) as Record<string, unknown> | null;
    const text = (name: string): string => {
      const member = value?.[name];
      return typeof member === "string" ? member : "";
    };
    const [line = ""] = text("errorMessage").split("\n");
    return { type: text("errorType"), message: line };
  } catch {
    return { type: "", message: "" };
  }
}
