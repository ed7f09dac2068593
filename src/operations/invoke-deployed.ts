import type { Context } from "../context.ts";
import { AwsError } from "../deploy/aws/aws-error.ts";
import type { LambdaCalls } from "../deploy/aws/lambda-calls.ts";
import { shareSessions } from "../deploy/aws/sessions.ts";
import type { Members } from "../deploy/members.ts";
import { checkAsynchronousSize } from "../local/invoke/payload.ts";
import { type DeployedFunction, explainMissing, findDeployedFunction } from "./deployed-function.ts";
import type { invokeFunction, InvokeOptions } from "./invoke.ts";
import { checkClientContext, readInvokePayload } from "./invoke-payload.ts";
import type { InvokePorts, InvokeSettings } from "./invoke-ports.ts";
import { type InvokeReport, invokeFault } from "./invoke-report.ts";
import { parseReport } from "./parse-report.ts";

/**
 * Invokes a function on AWS, through the target's alias unless another qualifier is given. A call is never repeated: the function
 * may have done its work, though the answer was lost.
 *
 * @throws BrigError `target-not-found`, `not-deployed`, what AWS refuses
 */
export function invokeDeployed(target: string): typeof invokeFunction {
  return async (options, ports, context) => {
    const place = await findDeployedFunction(options.names, target, "invoke", context);
    await invokePlaced(place, options, ports, context);
  };
}

async function invokePlaced(
  place: DeployedFunction,
  options: InvokeOptions,
  ports: InvokePorts,
  context: Context,
): Promise<void> {
  if (options.clientContext !== undefined) checkClientContext(options.clientContext);
  const payload = await readInvokePayload(options, place.folder, context);
  if (options.asynchronous) checkAsynchronousSize(payload);
  const sessions = shareSessions(context);
  try {
    const { lambda } = await sessions.of(place.target);
    for (let count = 0; count < options.repeat; count += 1) {
      const report = await invokeOnce(lambda, place, payload, options, ports.onChunk);
      ports.onLog(report.logs);
      ports.onReport(
        place.folder.name,
        report,
        invokeFault(place.folder.name, place.settings.handler, report),
      );
    }
  } finally {
    sessions.dispose();
  }
}

/**
 * One invocation on AWS.
 *
 * @throws BrigError `not-deployed`, `aws-failed` where no answer came, …
 */
export async function invokeOnce(
  lambda: LambdaCalls,
  place: DeployedFunction,
  payload: Buffer,
  settings: InvokeSettings,
  onChunk: (chunk: Buffer) => void,
): Promise<InvokeReport> {
  const { asynchronous, clientContext, qualifier, stream } = settings;
  const input = {
    FunctionName: place.functionName,
    Qualifier: qualifier ?? place.alias,
    Payload: payload,
    InvocationType: asynchronous ? "Event" : "RequestResponse",
    ...(clientContext !== undefined && { ClientContext: Buffer.from(clientContext).toString("base64") }),
  };
  const send = stream ? sendStreaming : sendBuffered;
  try {
    return await send(lambda, asynchronous ? input : { ...input, LogType: "Tail" }, onChunk);
  } catch (fault) {
    // Some kinds of functions have no tail of their log; that is said before anything runs.
    if (fault instanceof AwsError && fault.statusCode === 400 && /tail logs/i.test(fault.message)) {
      return await send(lambda, input, onChunk);
    }
    throw explainMissing(place, fault, qualifier);
  }
}

type Send = (lambda: LambdaCalls, input: Members, onChunk: (chunk: Buffer) => void) => Promise<InvokeReport>;

const sendBuffered: Send = async (lambda, input) => {
  const answer = await lambda.call<{
    readonly StatusCode: number;
    readonly FunctionError?: string;
    readonly ExecutedVersion?: string;
    readonly LogResult?: string;
    readonly Payload?: Uint8Array;
  }>("Invoke", input);
  return describe(answer, Buffer.from(answer.Payload ?? []), answer.FunctionError ?? null, answer.LogResult);
};

const sendStreaming: Send = async (lambda, input, onChunk) => {
  const answer = await lambda.call<{
    readonly StatusCode: number;
    readonly ExecutedVersion?: string;
    readonly EventStream: AsyncIterable<StreamedEvent>;
  }>("InvokeWithResponseStream", input);
  const pieces: Buffer[] = [];
  let end: NonNullable<StreamedEvent["InvokeComplete"]> = {};
  for await (const { PayloadChunk, InvokeComplete } of answer.EventStream) {
    if (InvokeComplete !== undefined) end = InvokeComplete;
    if (PayloadChunk?.Payload === undefined) continue;
    const piece = Buffer.from(PayloadChunk.Payload);
    pieces.push(piece);
    onChunk(piece);
  }
  const hasFailed = end.ErrorCode !== undefined && end.ErrorCode !== "";
  const payload = hasFailed ? Buffer.from(end.ErrorDetails ?? "") : Buffer.concat(pieces);
  return describe(answer, payload, hasFailed ? "Unhandled" : null, end.LogResult);
};

interface StreamedEvent {
  readonly PayloadChunk?: { readonly Payload?: Uint8Array };
  readonly InvokeComplete?: {
    readonly ErrorCode?: string;
    readonly ErrorDetails?: string;
    readonly LogResult?: string;
  };
}

function describe(
  answer: { readonly StatusCode: number; readonly ExecutedVersion?: string },
  payload: Buffer,
  functionError: string | null,
  logResult = "",
): InvokeReport {
  const logs = Buffer.from(logResult, "base64").toString("utf8");
  return {
    statusCode: answer.StatusCode,
    functionError,
    executedVersion: answer.ExecutedVersion ?? null,
    payload,
    logs,
    ...parseReport(logs),
  };
}
