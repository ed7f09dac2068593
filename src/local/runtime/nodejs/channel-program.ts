/** Part of the Node bootstrap: frames to and from the service (frames.ts has their form), log events, faults as JSON. */
export const channelProgram = String.raw`
import fs from "node:fs";
import Module, { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import util from "node:util";

const major = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV)?.[1]);
const longestResponse = 6291556;
const channel = new net.Socket({ fd: 3 });
const frames = [];
let deliver;
let unread = Buffer.alloc(0);
let token;
/** What logs and faults say of the invocation under way, or of there being none. */
let current = major >= 24 ? { requestId: "-" } : {};

channel.unref();
channel.on("data", (chunk) => {
  unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
  while (unread.length >= 8) {
    const start = 8 + unread.readUInt32LE(0);
    const end = start + unread.readUInt32LE(4);
    if (unread.length < end) break;
    frames.push({ header: JSON.parse(unread.toString("utf8", 8, start)), body: unread.subarray(start, end) });
    unread = unread.subarray(end);
  }
  if (deliver && frames.length > 0) {
    channel.unref();
    const resolve = deliver;
    deliver = undefined;
    resolve(frames.shift());
  }
});
// The service is gone: so is this environment, with all that the function has started.
channel.on("error", endGroup).on("end", endGroup);

function endGroup() {
  process.kill(-process.pid, "SIGKILL");
}

/** Only while an invocation is waited for does the channel keep the event loop from being empty. */
function receive() {
  if (frames.length > 0) return Promise.resolve(frames.shift());
  channel.ref();
  return new Promise((resolve) => {
    deliver = resolve;
  });
}

const moment = new Int32Array(new SharedArrayBuffer(4));

function writeAll(descriptor, bytes) {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(descriptor, bytes, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(moment, 0, 0, 1);
    }
  }
}

function send(header, body = "") {
  const text = Buffer.from(JSON.stringify(header));
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const lengths = Buffer.allocUnsafe(8);
  lengths.writeUInt32LE(text.length, 0);
  lengths.writeUInt32LE(bytes.length, 4);
  writeAll(3, Buffer.concat([lengths, text, bytes]));
}

function writeEvent(text) {
  const length = Buffer.allocUnsafe(4);
  const body = Buffer.from(text);
  length.writeUInt32LE(body.length, 0);
  writeAll(1, Buffer.concat([token, length, body]));
}

const levels = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 };
const logAsJson = process.env.AWS_LAMBDA_LOG_FORMAT === "JSON";

function patchConsole() {
  const lowest = levels[process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()] ?? levels.TRACE;
  const write = logAsJson ? writeJsonLog : writeTextLog;
  for (const [method, level] of [["trace", "TRACE"], ["debug", "DEBUG"], ["info", "INFO"], ["log", "INFO"], ["warn", "WARN"], ["error", "ERROR"], ["fatal", "FATAL"]])
    console[method] = levels[level] >= lowest ? (...values) => write(level, values) : () => {};
}

function writeTextLog(level, values) {
  const [first, ...rest] = values;
  writeEvent([new Date().toISOString(), String(current.requestId), level, util.format(first, ...rest)].join("\t") + "\n");
}

function writeJsonLog(level, values) {
  const entry = { timestamp: new Date().toISOString(), level, requestId: current.requestId };
  if (current.tenantId) entry.tenantId = current.tenantId;
  if (values.length <= 1) {
    entry.message = values[0];
    try {
      return writeEvent(JSON.stringify(entry, (_, value) => (value instanceof Error ? { ...describeLogged(value), ...value } : value)));
    } catch {
      // A cycle, or a BigInt.
    }
  }
  entry.message = util.format(...values);
  if (values.length > 1) Object.assign(entry, describeLogged(values.find((value) => value instanceof Error)));
  writeEvent(JSON.stringify(entry));
}

function describeLogged(error) {
  if (error === undefined) return {};
  return {
    errorType: error.constructor?.name ?? "UnknownError",
    errorMessage: error.message,
    stackTrace: typeof error.stack === "string" ? error.stack.split("\n") : error.stack,
  };
}

/** Up to Node 22 also what looks like an error. */
function isError(value) {
  if (major >= 24) return util.types.isNativeError(value);
  return util.types.isNativeError(value) || [value?.name, value?.message, value?.stack].every((part) => part && typeof part === "string");
}

/** The payload of a failed invocation. */
function describeFault(error) {
  const escape = (text) => text?.replace(/\x7f/g, "%7F");
  try {
    // Up to Node 22 nothing, and an error without a stack, are more than can be described.
    if (!isError(error)) return { errorType: typeof error, errorMessage: major >= 24 ? String(error) : error.toString(), trace: [] };
    const stack = escape(major >= 24 ? error.stack ?? "" : error.stack);
    return { errorType: escape(error.name), errorMessage: escape(error.message), trace: stack === "" ? [] : stack.split("\n") };
  } catch {
    return {
      errorType: "handled",
      errorMessage: "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack",
    };
  }
}

function logFault(title, cause) {
  const error = cause instanceof Error ? cause : new Error(major >= 24 ? String(cause) : cause);
  if (logAsJson) return console.error(error);
  const replace = (_, value) =>
    value instanceof Error
      ? { errorType: value.name, errorMessage: value.message, code: value.code, ...value, ...(typeof value.stack === "string" ? { stack: value.stack.split("\n") } : {}) }
      : value;
  let text;
  try {
    text = JSON.stringify(error, replace);
  } catch {
    text = JSON.stringify(describeFault(error));
  }
  console.error(title, "\t" + text);
}

/** A failure that the runtime itself finds, by the name that Lambda has for it. */
function makeFault(name, message, stack) {
  const error = new Error(message);
  // Up to Node 22 of a class, and so not written among the error's own properties.
  Object.defineProperty(error, "name", { value: "Runtime." + name, configurable: true, writable: true, enumerable: major >= 24 });
  error.stack = stack ?? error.stack.replace(/^Error/, error.name);
  return error;
}
`;
