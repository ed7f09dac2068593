import type { InvokeOutcome } from "../contract.ts";
import type { Handler } from "../route.ts";
import { encodeInvokeComplete, encodePayloadChunk, type InvokeComplete } from "./event-stream.ts";
import { runInvocation, versionHeader, type InvokePorts } from "./invoke.ts";
import { parsePayload, readPayload } from "./payload.ts";
import { readInvocationType, readInvokeInput, wantsLogTail } from "./read-request.ts";

/** `InvokeWithResponseStream`: pieces of the answer as the function writes them, then how it ended. */
export function createInvokeWithResponseStream(ports: InvokePorts): Handler {
  return async (context) => {
    const { headers } = context.request;
    const type = readInvocationType(headers, ["RequestResponse", "DryRun"]);
    const logTail = wantsLogTail(headers);
    const payload = parsePayload(await readPayload(context.readBody));
    const reference = context.labels["FunctionName"] ?? "";
    const { version, invokedArn } = ports.directory.resolveTarget(
      reference,
      context.query.get("Qualifier"),
      context.region,
    );
    if (type === "DryRun") return { status: 204, headers: versionHeader(version) };

    const { response } = context;
    const begin = (contentType: string): void => {
      if (response.headersSent) return;
      response.writeHead(200, {
        ...versionHeader(version),
        "content-type": "application/vnd.amazon.eventstream",
        "x-amzn-remapped-content-type": contentType,
      });
    };
    let streamed = false;
    const input = readInvokeInput(context, payload, invokedArn, ports.now());
    const onChunk = (chunk: Buffer, contentType: string): void => {
      begin(contentType);
      streamed = true;
      if (chunk.length > 0) response.write(encodePayloadChunk(chunk));
    };
    let outcome: InvokeOutcome;
    try {
      outcome = await runInvocation(ports.executor, version, { ...input, streaming: true, onChunk });
    } catch (fault) {
      if (!response.headersSent) throw fault;
      response.destroy();
      return undefined;
    }
    begin(outcome.contentType);
    // A function that does not stream, or failed before it began to.
    if (!streamed && outcome.payload.length > 0) response.write(encodePayloadChunk(outcome.payload));
    response.end(encodeInvokeComplete(describeEnd(outcome, logTail)));
    return undefined;
  };
}

function describeEnd(outcome: InvokeOutcome, logTail: boolean): InvokeComplete {
  const log = logTail ? { LogResult: outcome.logTail.toString("base64") } : {};
  if (outcome.streamError !== undefined) {
    return { ErrorCode: outcome.streamError.type, ErrorDetails: outcome.streamError.body, ...log };
  }
  if (outcome.functionError === null) return log;
  return {
    ErrorCode: outcome.errorType ?? outcome.functionError,
    ErrorDetails: outcome.payload.toString("utf8"),
    ...log,
  };
}
