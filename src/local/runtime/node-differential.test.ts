import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor, InvokeInput, RunnableVersion } from "../contract.ts";
import { dummyCredentials, planEnvironment } from "./environment-variables.ts";
import { createExecutor } from "./executor.ts";
import type { Case } from "./test-node-handler.ts";
import { cases } from "./test-node-handlers.ts";
import { planNodeArguments } from "./nodejs/node-arguments.ts";
import { startRuntimeApi } from "./runtime-api.ts";
import { createPathRewriter } from "./shown-paths.ts";
import { findNode } from "./test-node.ts";
import { installNodeClient, type NodeClient } from "./test-node-client.ts";
import type { InitAnswer, RuntimeAnswer } from "./worker.ts";

const room = realpathSync(mkdtempSync(join(tmpdir(), "brig differential ")));
const memorySize = 256;

function codeFolderOf({ name }: Case): string {
  return join(room, "code", name.replaceAll(/\W/g, "-"));
}

function describeVersion(major: number, each: Case): RunnableVersion {
  return {
    key: `${major} ${each.name}`,
    functionName: "differential",
    version: "$LATEST",
    arn: "arn:aws:lambda:us-east-1:000000000000:function:differential",
    region: "us-east-1",
    account: "000000000000",
    runtime: `nodejs${major}.x`,
    handler: each.handler,
    architecture: "x86_64",
    memorySize,
    timeout: each.timeout ?? 20,
    ephemeralStorage: 512,
    environment: each.environment ?? {},
    codeFolder: codeFolderOf(each),
    layerFolder: undefined,
    logging: each.logging ?? { format: "Text", group: "/aws/lambda/differential" },
    reservedConcurrency: undefined,
  };
}

function makeInput(each: Case): InvokeInput {
  return {
    requestId: "11111111-2222-4333-8444-555555555555",
    payload: Buffer.from(each.payload ?? '{"key": "wörd", "number": 1.5}'),
    invokedArn: "arn:aws:lambda:us-east-1:000000000000:function:differential:live",
    streaming: each.streaming ?? false,
    traceId: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
    ...(each.clientContext === undefined ? {} : { clientContext: each.clientContext }),
    ...(each.cognitoIdentity === undefined ? {} : { cognitoIdentity: each.cognitoIdentity }),
  };
}

interface Observed {
  readonly kind: "response" | "error" | "exit" | "timeout";
  readonly payload: string;
  readonly contentType: string | undefined;
  readonly errorType: string | undefined;
  /** What the trailers of a stream say that broke. */
  readonly fault: string | undefined;
  readonly log: readonly string[];
}

/** What AWS's client sees and does under brig's Runtime API. */
async function observeClient(node: string, client: NodeClient, major: number, each: Case): Promise<Observed> {
  const api = await startRuntimeApi(() => false);
  const version = describeVersion(major, each);
  const places = {
    taskFolder: version.codeFolder,
    layerFolder: undefined,
    runtimeFolder: client.folder,
    languageBinaries: undefined,
    temporaryFolder: room,
  };
  const env = planEnvironment(version, places, "LOGSTREAM", api.address, dummyCredentials);
  const child = spawn(node, [...client.preload, ...planNodeArguments(major, memorySize), client.program], {
    cwd: version.codeFolder,
    env: { ...env, _LAMBDA_TELEMETRY_LOG_FD: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  const closed = new Promise<number | null>((resolve) => child.on("close", (status) => resolve(status)));
  let contentType: string | undefined;
  const { clientContext, cognitoIdentity, traceId, ...input } = makeInput(each);
  const onChunk = (_: Buffer, type: string): void => void (contentType = type);
  const invocation = {
    ...input,
    clientContext,
    cognitoIdentity,
    traceId,
    tenantId: undefined,
    deadlineMs: Date.now() + 20_000,
    onChunk: each.streaming ? onChunk : undefined,
  };
  let answer: RuntimeAnswer | InitAnswer | number | null = await Promise.race([api.ready, closed]);
  let timedOut = false;
  for (let round = 0; round < (each.rounds ?? 1); round++) {
    if (typeof answer !== "object" || answer?.kind === "init-error") break;
    const late = each.timeout === undefined ? [] : [sleep(each.timeout * 1000, "timeout" as const)];
    const first = await Promise.race([api.invoke(invocation), closed, ...late]);
    if (first === "timeout") {
      timedOut = true;
      break;
    }
    answer = first;
    // A stream says how it ended in its trailers only.
    if (typeof answer === "object") await Promise.race([api.rested(), closed]);
  }
  child.kill("SIGKILL");
  await closed;
  api.close();
  const rewrite = createPathRewriter([
    { folder: version.codeFolder, shown: "/var/task" },
    { folder: join(client.folder, "dist"), shown: "/var/runtime" },
    { folder: client.folder, shown: "/var/runtime" },
  ]);
  const log = splitOutput(Buffer.concat(output)).map(rewrite.text);
  const none = { contentType: undefined, errorType: undefined, fault: undefined, log };
  if (timedOut) return { ...none, kind: "timeout", payload: "" };
  if (typeof answer !== "object" || answer === null)
    return { ...none, kind: "exit", payload: String(answer), errorType: "Runtime.ExitError" };
  if (answer.kind === "too-large" || answer.kind === "no-entrypoint" || answer.kind === "ready")
    throw new Error(answer.kind);
  const payload = rewrite.bytes(answer.payload).toString();
  if (answer.kind === "response")
    return { ...none, kind: "response", payload, contentType: answer.contentType };
  if (answer.kind !== "streamed") return { ...none, kind: "error", payload, errorType: answer.errorType };
  const fault = answer.fault && rewrite.text(`${answer.fault.type} ${answer.fault.body}`);
  // Broken off for who wants it whole, a stream is its fault.
  if (fault !== undefined && !each.streaming)
    return {
      ...none,
      kind: "error",
      payload: rewrite.text(answer.fault!.body),
      errorType: answer.fault!.type,
    };
  return { ...none, kind: "response", payload, contentType: contentType ?? answer.contentType, fault };
}

/** Lines, and the frames of Lambda's telemetry between them: type and level, length, time, text. */
function splitOutput(output: Buffer): readonly string[] {
  const events: string[] = [];
  const lines = (bytes: Buffer): void =>
    void events.push(...(bytes.toString().match(/[^\n]*\n|[^\n]+$/g) ?? []));
  let rest = output;
  for (;;) {
    const at = rest.indexOf(Buffer.from([0xa5, 0x5a, 0x00]));
    if (at === -1) break;
    lines(rest.subarray(0, at));
    const end = at + 16 + rest.readUInt32BE(at + 4);
    events.push(rest.subarray(at + 16, end).toString());
    rest = rest.subarray(end);
  }
  lines(rest);
  return events;
}

const log: string[] = [];
let executor: Executor;
beforeAll(async () => {
  for (const each of cases) {
    for (const [name, text] of Object.entries(each.files)) {
      const file = join(codeFolderOf(each), name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  executor = await createExecutor({
    temporaryFolder: room,
    programFolder: join(room, "programs"),
    logSink: ({ message }) => void log.push(message),
    now: () => new Date(),
    interpreterFor: () => Promise.reject(new Error("no Python here")),
    nodeFor: (major) => Promise.resolve({ file: findNode(Number(major))! }),
  });
});
afterAll(async () => {
  await executor.dispose();
  rmSync(room, { recursive: true, force: true });
});

async function observeBrig(major: number, each: Case): Promise<Observed> {
  log.length = 0;
  const version = describeVersion(major, each);
  const chunks: Buffer[] = [];
  let contentType: string | undefined;
  const input = {
    ...makeInput(each),
    ...(each.streaming && {
      onChunk: (chunk: Buffer, type: string): void => {
        chunks.push(chunk);
        contentType = type;
      },
    }),
  };
  let outcome = await executor.invoke(version, input);
  for (let round = 1; round < (each.rounds ?? 1); round++) outcome = await executor.invoke(version, input);
  await executor.retire(version.key);
  const own = /^(?:START|END|REPORT|RequestId:) |^\{"time":|^\S+ \S+ Task timed out after /;
  const events = log.filter((message) => !own.test(message));
  const payload = outcome.payload.toString();
  const none = { contentType: undefined, errorType: undefined, fault: undefined, log: events };
  if (outcome.errorType === "Sandbox.Timedout") return { ...none, kind: "timeout", payload: "" };
  if (outcome.errorType === "Runtime.ExitError")
    return {
      ...none,
      kind: "exit",
      payload: /exit status (\d+)/.exec(payload)?.[1] ?? "0",
      errorType: outcome.errorType,
    };
  if (outcome.functionError !== null && outcome.streamError === undefined)
    return { ...none, kind: "error", payload, errorType: outcome.errorType };
  const { streamError } = outcome;
  return {
    ...none,
    kind: "response",
    payload,
    contentType: contentType ?? outcome.contentType,
    fault: streamError && `${streamError.type} ${streamError.body}`,
  };
}

/** Times and the clients' own frames are not compared. */
function normalize({ log: events, payload, fault, ...rest }: Observed): Observed {
  const frame =
    /(?:,"|\n|\\n) {4}at [^"\n]*?(?:\/var\/runtime\/|node:internal|process\.emit )[^"\n]*?(?="|\\n|\n|$)"?/g;
  const text = (each: string): string =>
    each.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "TIME").replaceAll(frame, "");
  return { ...rest, payload: text(payload), fault: fault && text(fault), log: events.map(text) };
}

const host = Number(process.versions.node.split(".")[0]);
for (const major of new Set([host, 24])) {
  const node = findNode(major);
  const client = node === undefined ? undefined : installNodeClient(major);
  if (client === undefined)
    console.warn(`skipped: Node ${major} or AWS's client for it is not to be had here`);
  describe.skipIf(client === undefined)(
    `nodejs${major}.x answers as AWS's client ${client?.release} does`,
    () => {
      const compared = cases.filter(({ once }) => major === host || !once);
      test.each(compared)("$name", async (each) => {
        const [theirs, ours] = await Promise.all([
          observeClient(node!, client!, major, each),
          observeBrig(major, each),
        ]);
        // What a process that ends by itself still says, it says as Node and not as a client of Lambda's.
        if (theirs.kind === "exit") expect({ ...ours, log: [] }).toEqual({ ...theirs, log: [] });
        else expect(normalize(ours)).toEqual(normalize(theirs));
      });
    },
  );
}
