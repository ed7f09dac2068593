import { BrigError } from "../../errors.ts";
import { AwsFault } from "../aws-fault.ts";
import {
  TooManyRequests,
  type Executor,
  type InvokeInput,
  type InvokeOutcome,
  type RunnableVersion,
} from "../contract.ts";
import type { Directory } from "../directory.ts";
import type { Answer, Handler, RequestContext } from "../route.ts";
import type { EventQueue } from "./event-queue.ts";
import { checkAsynchronousSize, parsePayload, readPayload } from "./payload.ts";
import { readInvocationType, readInvokeInput, wantsLogTail } from "./read-request.ts";

/** What invoking works with. */
export interface InvokePorts {
  readonly directory: Directory;
  readonly executor: Executor;
  readonly queue: EventQueue;
  readonly now: () => Date;
}

/** `Invoke`: waits for the answer, queues the event, or only says whether it would be invoked. */
export function createInvoke(ports: InvokePorts): Handler {
  return async (context) => {
    const { headers } = context.request;
    const type = readInvocationType(headers, ["Event", "RequestResponse", "DryRun"]);
    const logTail = wantsLogTail(headers);
    const payload = parsePayload(await readPayload(context.readBody));
    const reference = context.labels["FunctionName"] ?? "";
    const target = ports.directory.resolveTarget(reference, context.query.get("Qualifier"), context.region);
    const input = readInvokeInput(context, payload, target.invokedArn, ports.now());
    if (type === "DryRun") return { status: 204, headers: versionHeader(target.version) };
    if (type === "Event") {
      checkAsynchronousSize(payload);
      ports.queue.add(target, input);
      return { status: 202 };
    }
    return answer(await runInvocation(ports.executor, target.version, input), input, logTail);
  };
}

/** `InvokeAsync`, the old way to queue an event: no type, no qualifier, an empty answer. */
export function createInvokeAsync(ports: InvokePorts): Handler {
  return async (context: RequestContext) => {
    const payload = parsePayload(await readPayload(context.readBody));
    checkAsynchronousSize(payload);
    const target = ports.directory.resolveTarget(
      context.labels["FunctionName"] ?? "",
      undefined,
      context.region,
    );
    ports.queue.add(target, readInvokeInput(context, payload, target.invokedArn, ports.now()));
    return { status: 202, headers: { "content-type": "application/json" }, body: "{}" };
  };
}

/**
 * @throws AwsFault 429 when the function runs as often as it may, 502 when nothing on this machine runs its runtime
 */
export async function runInvocation(
  executor: Executor,
  version: RunnableVersion,
  input: InvokeInput,
): Promise<InvokeOutcome> {
  try {
    return await executor.invoke(version, input);
  } catch (fault) {
    if (fault instanceof TooManyRequests) {
      throw new AwsFault(429, "TooManyRequestsException", "Rate Exceeded.", { Reason: fault.reason });
    }
    if (fault instanceof BrigError) {
      const hint = fault.hint === null ? "" : ` (${fault.hint})`;
      throw new AwsFault(502, "InvalidRuntimeException", `${fault.message}${hint}`);
    }
    throw fault;
  }
}

export function versionHeader(version: RunnableVersion): Readonly<Record<string, string>> {
  return { "x-amz-executed-version": version.version };
}

/** A failed function is no failed call: 200 too, with a header that says so. */
function answer(outcome: InvokeOutcome, input: InvokeInput, logTail: boolean): Answer {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "x-amz-executed-version": outcome.executedVersion,
  };
  if (input.traceId !== undefined) headers["x-amzn-trace-id"] = input.traceId;
  if (outcome.functionError !== null) headers["x-amz-function-error"] = outcome.functionError;
  if (logTail) headers["x-amz-log-result"] = outcome.logTail.toString("base64");
  return { status: 200, headers, body: outcome.payload };
}
