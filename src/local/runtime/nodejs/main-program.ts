/** Part of the Node bootstrap: one invocation after another, in the forms that a handler may have. */
export const mainProgram = String.raw`
/** Called when the event loop is empty. */
let onEmpty;
let started = false;

process.on("beforeExit", () => onEmpty?.());
// From Node 24 on they end the process as they do anywhere.
if (major < 24) {
  process.on("uncaughtException", (error) => {
    logFault("Uncaught Exception", error);
    end(error, 129);
  });
  process.on("unhandledRejection", (reason, promise) => {
    const error = Object.assign(makeFault("UnhandledPromiseRejection", String(reason)), { reason, promise });
    logFault("Unhandled Promise Rejection", error);
    end(error, 128);
  });
}

function end(error, status) {
  const report = describeFault(error);
  send({ kind: started ? "error" : "init-error", errorType: report.errorType, last: true }, JSON.stringify(report));
  process.exit(status);
}

function answerFault(error) {
  logFault("Invoke Error", error);
  const report = describeFault(error);
  send({ kind: "error", errorType: report.errorType }, JSON.stringify(report));
}

function answer(result) {
  let text;
  try {
    text = JSON.stringify(result === undefined ? null : result) ?? "";
  } catch {
    const error = new Error("Unable to stringify response body");
    return answerFault(major >= 24 ? Object.assign(error, { name: "Runtime.JSONStringifyError" }) : error);
  }
  if (Buffer.byteLength(text) > longestResponse) send({ kind: "too-large" });
  else send({ kind: "response", contentType: "application/json" }, text);
}

function isPromise(value) {
  return typeof value?.then === "function";
}

function makeContext(header) {
  const parse = (text) => (text === undefined ? undefined : JSON.parse(text));
  const { env } = process;
  const ofFunction = {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
  const ofInvocation = {
    clientContext: parse(header.clientContext),
    identity: parse(header.cognitoIdentity),
    invokedFunctionArn: header.invokedArn,
    awsRequestId: header.requestId,
    tenantId: header.tenantId,
    ...(major >= 24 ? { xRayTraceId: header.traceId } : {}),
    getRemainingTimeInMillis: () => header.deadlineMs - Date.now(),
  };
  if (major < 24) return { ...ofFunction, ...ofInvocation };
  const { functionVersion, functionName, ...others } = ofFunction;
  return { ...ofInvocation, functionName, functionVersion, ...others };
}

/** The handler is called as its method: that is what this is, and how traces name a handler without a name. */
class Runtime {
  constructor(handler) {
    this.handler = handler;
  }
}

/** Their names from Node 24 on. */
class BufferedInvokeProcessor extends Runtime {}
class StreamingInvokeProcessor extends Runtime {}

/** Settles when the next invocation may come. */
function runWithCallback(runtime, event, header) {
  let resolve;
  // Not called within the promise's own function, which would stand in every trace.
  const settled = new Promise((done) => {
    resolve = done;
  });
  let finished = false;
  let waits = true;
  const finish = (error, result, mayWait) => {
    if (finished) return;
    finished = true;
    onEmpty = undefined;
    const conclude = () => {
      if (error !== undefined && error !== null) answerFault(error);
      else answer(result);
      resolve();
    };
    // A callback's result is held back until nothing is left to do, unless the function says otherwise.
    if (mayWait && waits && (error === undefined || error === null)) onEmpty = () => { onEmpty = undefined; setImmediate(conclude); };
    else conclude();
  };
  const succeed = (result) => finish(null, result, false);
  const fail = (error) => finish(error ?? "handled", null, false);
  const callback = (error, result) => finish(error, result, true);
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
    succeed,
    fail,
    done: (error, result) => finish(error, result, false),
  };
  // A handler that neither returns a promise nor calls back gives null when there is nothing left to do.
  onEmpty = () => finish(null, null, false);
  try {
    const result = runtime.handler(event, Object.assign(context, makeContext(header)), callback);
    if (isPromise(result)) result.then(succeed, fail);
  } catch (error) {
    callback(error);
  }
  return settled;
}

async function runAsync(runtime, event, header) {
  let result;
  try {
    result = await runtime.handler(event, makeContext(header));
  } catch (error) {
    return answerFault(error);
  }
  answer(result);
}

/** A frame holds so much of a stream at a time, in bytes. */
const longestPiece = 1024 * 1024;

class ResponseStream extends Writable {
  contentType = "application/octet-stream";
  started = false;

  setContentType(contentType) {
    if (this.started) throw makeFault("InvalidStreamingOperation", "Cannot set content-type, too late.");
    this.contentType = contentType;
  }

  write(chunk, ...rest) {
    if (!this.started) {
      this.started = true;
      this._onBeforeFirstWrite?.((first) => super.write(first));
    }
    return super.write(typeof chunk === "string" || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk), ...rest);
  }

  end(chunk, ...rest) {
    if (chunk !== undefined && chunk !== null && typeof chunk !== "function") this.write(chunk);
    return typeof chunk === "function" ? super.end(chunk) : super.end(...rest.filter((each) => typeof each === "function"));
  }

  _write(chunk, _encoding, done) {
    for (let at = 0; at < chunk.length; at += longestPiece)
      send({ kind: "chunk", contentType: this.contentType }, chunk.subarray(at, at + longestPiece));
    done();
  }

  _final(done) {
    done();
  }
}

async function runStreaming(runtime, event, header) {
  const stream = new ResponseStream({ highWaterMark: runtime.handler[streamingBuffer], decodeStrings: true });
  stream.on("error", () => {});
  // A response that is not ended keeps the invocation going, until its time is over.
  channel.ref();
  const end = { kind: "end" };
  try {
    const result = runtime.handler(event, stream, Object.assign(major >= 24 ? {} : { callbackWaitsForEmptyEventLoop: true }, makeContext(header)));
    const complaint = "Streaming does not support non-async handlers.";
    if (!isPromise(result)) throw major >= 24 ? new Error(complaint) : complaint;
    const value = await result;
    if (value !== undefined) console.warn("Streaming handlers ignore return values.");
    if (!stream.writableFinished) {
      await new Promise((resolve, reject) => {
        stream.once("finish", resolve);
        stream.once("error", reject);
      });
    }
  } catch (error) {
    logFault("Invoke Error", error);
    // What has been ended is whole.
    if (!stream.writableEnded) {
      const report = describeFault(error);
      Object.assign(end, { errorType: report.errorType, errorBody: JSON.stringify(report) });
    }
    stream._write = (_chunk, _encoding, done) => done();
    stream.destroy();
  }
  channel.unref();
  // Only now: what the function has logged up to here belongs to the invocation.
  send({ ...end, contentType: stream.contentType });
}

async function main() {
  const { header: settings } = await receive();
  token = Buffer.from(settings.token, "hex");
  patchConsole();
  if (settings.sdkPlaces.length > 0) provideSdk(settings.sdkPlaces);
  let handler;
  try {
    handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    logFault(major >= 24 ? "Init Error" : "Uncaught Exception", error);
    return end(error, major >= 24 ? 1 : 129);
  }
  started = true;
  send({ kind: "ready" });
  const Holder = major < 24 ? Runtime : handler[streaming] ? StreamingInvokeProcessor : BufferedInvokeProcessor;
  const runtime = new Holder(handler);
  const run = handler[streaming] ? runStreaming : major >= 24 ? runAsync : runWithCallback;
  const within = major >= 24 ? (work) => awslambda.InvokeStore.run(storeOf(current), work) : (work) => work();
  for (;;) {
    const { header, body } = await receive();
    current = header;
    if (header.traceId) process.env._X_AMZN_TRACE_ID = header.traceId;
    else delete process.env._X_AMZN_TRACE_ID;
    await within(() => run(runtime, JSON.parse(body.toString()), header));
  }
}

await main();
`;
