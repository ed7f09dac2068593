import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { BrigError } from "../../errors.ts";
import { createFrameReader, renderFrame, type Frame } from "./frames.ts";
import { createHold } from "./hold.ts";
import type { RuntimePackages } from "./language.ts";
import { startProcess } from "./worker-process.ts";
import {
  longestResponse,
  type InitAnswer,
  type Invocation,
  type RuntimeAnswer,
  type Worker,
  type WorkerOutput,
  type WorkerProgram,
} from "./worker.ts";

/** What a managed runtime's bootstrap is told before anything else. */
export interface BootstrapSettings {
  /** The merged layers, `/opt` on Lambda. */
  readonly layerFolder: string | null;
  readonly sdkPlaces: readonly string[];
}

/** A response that comes in pieces. */
interface Stream {
  /** What of it fits into a response that is no stream; who takes it as a stream has had the pieces. */
  readonly chunks: Buffer[];
  size: number;
  readonly contentType: string;
}

/**
 * A worker of one of the runtimes that Lambda manages, under brig's own bootstrap: frames over file descriptor 3
 * (frames.ts) instead of the Runtime API.
 *
 * @throws BrigError `tool-missing` when the interpreter cannot be started
 */
export async function startManagedWorker(
  program: WorkerProgram,
  settings: BootstrapSettings,
  packages: RuntimePackages | undefined,
  output: WorkerOutput,
): Promise<Worker> {
  const token = randomBytes(16);
  const { pid, child, exited, kill } = await startProcess(program, token, true, output);
  // `stdio` asks for a pipe, and the duplex kind of it is a socket.
  const channel = child.stdio[3] as Socket;
  channel.on("error", () => {});
  let onInit: (answer: InitAnswer) => void = () => {};
  const ready = new Promise<InitAnswer>((resolve) => {
    onInit = resolve;
  });
  let pending:
    | { readonly invocation: Invocation; readonly resolve: (answer: RuntimeAnswer) => void }
    | undefined;
  let stream: Stream | undefined;
  const hold = createHold();
  const answer = (value: RuntimeAnswer): void => {
    const { resolve } = pending ?? {};
    pending = undefined;
    stream = undefined;
    // What the function printed before it answered has been read when this turn of the event loop is over.
    if (resolve) setImmediate(resolve, value);
  };
  const onFrame = (frame: Frame): void => {
    const { header, body } = frame;
    switch (header["kind"]) {
      case "ready":
        return onInit({ kind: "ready" });
      case "init-error":
        return void setImmediate(onInit, {
          kind: "init-error",
          errorType: String(header["errorType"]),
          payload: body,
        } satisfies InitAnswer);
      case "response":
        return answer({ kind: "response", payload: body, contentType: String(header["contentType"]) });
      case "packages":
        return void hold.until(findPackages(packages, output)).then((folder) => {
          channel.write(renderFrame({ folder }));
        });
      case "error":
        return answer({
          kind: "error",
          errorType: String(header["errorType"]),
          payload: body,
          last: header["last"] === true,
        });
      case "too-large":
        return answer({ kind: "too-large" });
      case "chunk":
        stream ??= { chunks: [], size: 0, contentType: String(header["contentType"]) };
        stream.size += body.length;
        if (stream.size <= longestResponse) stream.chunks.push(body);
        return pending?.invocation.onChunk?.(body, stream.contentType);
      case "end":
        if (stream !== undefined && stream.size > longestResponse && !pending?.invocation.onChunk)
          return answer({ kind: "too-large" });
        return answer({
          kind: "streamed",
          payload: Buffer.concat(stream?.chunks ?? []),
          contentType: stream?.contentType ?? "application/octet-stream",
          fault: parseFault(header),
        });
      default:
        throw new Error("an unknown frame");
    }
  };
  const readFrames = createFrameReader(onFrame);
  channel.on("data", (chunk: Buffer) => {
    try {
      readFrames(chunk);
    } catch {
      // The function itself wrote to the channel: there is no way to go on with this process.
      kill();
    }
  });
  channel.write(
    renderFrame({ token: token.toString("hex"), makesGroup: program.makesGroup === true, ...settings }),
  );
  return {
    pid,
    ready,
    exited,
    kill,
    held: hold.total,
    invoke: (invocation) =>
      new Promise((resolve) => {
        pending = { invocation, resolve };
        const { payload, onChunk, ...header } = invocation;
        channel.write(renderFrame({ ...header, streaming: onChunk !== undefined }, payload));
      }),
  };
}

/** A function whose import fails then sees what it would see without them; the log says more. */
async function findPackages(
  packages: RuntimePackages | undefined,
  { onLog }: WorkerOutput,
): Promise<string | null> {
  if (packages === undefined) return null;
  try {
    await packages.ensure();
    return packages.folder;
  } catch (cause) {
    const { message, hint } = cause instanceof BrigError ? cause : { message: String(cause), hint: null };
    onLog(
      `brig: boto3 is part of Lambda's Python, but not here yet: ${message}${hint === null ? "" : `\nhint: ${hint}`}\n`,
    );
    return null;
  }
}

function parseFault(header: Frame["header"]): { type: string; body: string } | undefined {
  const { errorType, errorBody } = header;
  return typeof errorType === "string" ? { type: errorType, body: String(errorBody) } : undefined;
}
