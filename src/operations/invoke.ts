import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { AwsFault } from "../local/aws-fault.ts";
import { type LogEvent, TooManyRequests } from "../local/contract.ts";
import type { InvokeTarget } from "../local/directory.ts";
import { createEventQueue } from "../local/invoke/event-queue.ts";
import { checkAsynchronousSize } from "../local/invoke/payload.ts";
import { makeTraceId } from "../local/invoke/trace-id.ts";
import type { LocalLambda } from "../local/local-lambda.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { selectFunctions } from "../workspace/select-functions.ts";
import { checkClientContext, readInvokePayload, type PayloadChoice } from "./invoke-payload.ts";
import type { InvokePorts, InvokeSettings } from "./invoke-ports.ts";
import { type InvokeReport, invokeFault } from "./invoke-report.ts";
import { localPlace } from "./local-place.ts";
import { knowOnly } from "./find-languages.ts";
import { openLocalLambda } from "./open-local-lambda.ts";
import { parseReport } from "./parse-report.ts";
import { readyFunction } from "./ready-function.ts";
import { findRunningService } from "./running-service.ts";

export interface InvokeOptions extends PayloadChoice, InvokeSettings {
  readonly names: readonly string[];
  /** How many times, one after the other. */
  readonly repeat: number;
  /** The function acts as the user at AWS. */
  readonly withCredentials: boolean;
}

/**
 * Invokes a function on this machine: in a running `brig serve` of the workspace, else in an environment of its own that
 * ends with the call, without a port.
 *
 * @throws BrigError `usage-invalid`, what stops its build, `handler-missing`
 */
export async function invokeFunction(
  options: InvokeOptions,
  ports: InvokePorts,
  context: Context,
): Promise<void> {
  const workspace = await findWorkspace(context);
  const selected = selectFunctions(workspace, context.cwd, { names: options.names, all: false });
  const folder = selected[0]!;
  if (selected.length > 1) {
    throw new BrigError(
      "usage-invalid",
      `${options.names.join(" ")} is ${selected.length} functions, and one is invoked at a time`,
      `brig invoke ${folder.name}`,
    );
  }
  if (options.clientContext !== undefined) checkClientContext(options.clientContext);
  const payload = await readInvokePayload(options, folder, context);
  const service = await findRunningService(workspace.root, folder.name, context);
  if (service !== undefined && (service.withCredentials || !options.withCredentials)) {
    const { invokeRunning } = await import("./invoke-running.ts");
    const name = service.functions[folder.name]!;
    for (let count = 0; count < options.repeat; count += 1) {
      const report = await invokeRunning(service, name, payload, options, ports, context);
      if (report === undefined) return invokeAlone(folder, payload, options, ports, context);
      ports.onLog(report.logs);
      conclude(folder.name, handlerOf(report), report, ports);
    }
    return;
  }
  await invokeAlone(folder, payload, options, ports, context);
}

/** A running service says what the handler is only in its errors. */
function handlerOf(report: InvokeReport): string {
  return /import module '([^']+)'/.exec(report.payload.toString("utf8"))?.[1]?.concat(".handler") ?? "";
}

async function invokeAlone(
  folder: FunctionFolder,
  payload: Buffer,
  options: InvokeOptions,
  ports: InvokePorts,
  context: Context,
): Promise<void> {
  const ready = await readyFunction(folder, context);
  const { interpreter } = ready.settled;
  let logs = "";
  const logSink = ({ message }: LogEvent): void => {
    const text = message.endsWith("\n") ? message : `${message}\n`;
    logs += text;
    ports.onLog(text);
  };
  const { withCredentials } = options;
  const setup = { known: knowOnly(interpreter), logSink, withCredentials };
  const lambda = await openLocalLambda(setup, context);
  const stop = (): void => void lambda.dispose().catch(() => {});
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    const put = await lambda.putFunction(ready.put);
    for (const layer of put.missingLayers) warnOfLayer(folder, layer, context);
    const { settings } = ready.settled;
    for (let count = 0; count < options.repeat; count += 1) {
      logs = "";
      const target = lambda.directory.resolveTarget(ready.put.name, options.qualifier, localPlace.region);
      const invoke = options.asynchronous ? queueEvent : invokeOnce;
      const report = await invoke(lambda, target, payload, options, ports, context, () => logs);
      context.signal.throwIfAborted();
      conclude(folder.name, settings.handler, report, ports);
    }
  } catch (cause) {
    if (cause instanceof AwsFault) throw awsFault(folder, cause);
    if (cause instanceof TooManyRequests) throw overConcurrency(folder);
    throw cause;
  } finally {
    context.signal.removeEventListener("abort", stop);
    await lambda.dispose();
  }
}

type InvokeIn = (
  lambda: LocalLambda,
  target: InvokeTarget,
  payload: Buffer,
  options: InvokeOptions,
  ports: InvokePorts,
  context: Context,
  logs: () => string,
) => Promise<InvokeReport>;

const invokeOnce: InvokeIn = async (lambda, target, payload, options, ports, context, logs) => {
  const outcome = await lambda.executor.invoke(target.version, {
    ...describeInput(target, payload, options, context),
    streaming: options.stream,
    onChunk: (chunk) => ports.onChunk(chunk),
  });
  const { streamError } = outcome;
  return {
    statusCode: 200,
    functionError: streamError === undefined ? outcome.functionError : "Unhandled",
    executedVersion: outcome.executedVersion,
    payload: streamError === undefined ? outcome.payload : Buffer.from(streamError.body),
    logs: logs(),
    duration: round(outcome.durationMs),
    initDuration: outcome.initMs === null ? null : round(outcome.initMs),
    memoryUsed: outcome.maxMemoryMb,
    memorySize: target.version.memorySize,
  };
};

/** The event leaves the queue before the command ends: nothing goes on running behind it. */
const queueEvent: InvokeIn = async (lambda, target, payload, options, _ports, context, logs) => {
  checkAsynchronousSize(payload);
  let trouble: string | undefined;
  const queue = createEventQueue({
    directory: lambda.directory,
    executor: lambda.executor,
    now: context.now,
    onTrouble: (message) => {
      trouble = message;
    },
    onUndelivered: (text) => context.report({ kind: "note", subject: target.version.functionName, text }),
  });
  queue.add(target, { ...describeInput(target, payload, options, context), streaming: false });
  while (queue.size > 0 && !context.signal.aborted) await sleep(5);
  queue.dispose();
  if (trouble !== undefined) throw new BrigError("function-failed", trouble);
  return {
    statusCode: 202,
    functionError: null,
    executedVersion: target.version.version,
    payload: Buffer.alloc(0),
    logs: logs(),
    ...parseReport(logs()),
    memorySize: target.version.memorySize,
  };
};

function describeInput(
  target: InvokeTarget,
  payload: Buffer,
  { clientContext }: InvokeOptions,
  context: Context,
): { requestId: string; payload: Buffer; invokedArn: string; traceId: string; clientContext?: string } {
  return {
    requestId: randomUUID(),
    payload,
    invokedArn: target.invokedArn,
    traceId: makeTraceId(context.now()),
    ...(clientContext !== undefined && { clientContext }),
  };
}

function conclude(name: string, handler: string, report: InvokeReport, ports: InvokePorts): void {
  const fault = invokeFault(name, handler, report);
  ports.onReport(name, report, fault);
}

function warnOfLayer(folder: FunctionFolder, layer: string, context: Context): void {
  context.report({
    kind: "note",
    subject: folder.name,
    text: `the layer ${layer} is not here: the function runs without it`,
  });
}

/** What AWS would refuse: the settings, or a qualifier that nothing was published for. */
function awsFault(folder: FunctionFolder, { code, message }: AwsFault): BrigError {
  if (code === "ResourceNotFoundException") {
    return new BrigError(
      "function-not-found",
      `${folder.name} has no such version or alias here: ${message}`,
      "without brig serve there is only $LATEST",
    );
  }
  const hint = `look at ${folder.path}/brig.yaml`;
  return new BrigError(code.startsWith("Request") ? "too-large" : "config-invalid", message, hint);
}

function overConcurrency(folder: FunctionFolder): BrigError {
  return new BrigError(
    "throttled",
    `${folder.name} may not run: its ReservedConcurrentExecutions are 0`,
    `look at ${folder.path}/brig.yaml`,
  );
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
