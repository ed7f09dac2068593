import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor, InvokeInput, LoggingConfiguration, RunnableVersion } from "../contract.ts";
import { dummyCredentials, planEnvironment } from "./environment-variables.ts";
import { createExecutor } from "./executor.ts";
import { cases, type Case } from "./python-handlers.test-data.ts";
import { startRuntimeApi } from "./runtime-api.ts";
import { createPathRewriter } from "./shown-paths.ts";
import type { InitAnswer, RuntimeAnswer } from "./worker.ts";

/** AWS's own client, whose behaviour brig's bootstrap is held to. */
const client = "awslambdaric==4.2.2";
const requestId = "11111111-2222-4333-8444-555555555555";
const room = realpathSync(mkdtempSync(join(tmpdir(), "brig differential ")));
const code = join(room, "code");

function findPython(minor: string): string | undefined {
  const names: Readonly<Record<string, string>> = {
    "3.9": "3.9.18",
    "3.10": "3.10.13",
    "3.11": "3.11.7",
    "3.12": "3.12.1",
    "3.13": "3.13.0",
  };
  const file = join(homedir(), ".pyenv/versions", names[minor] ?? "", "bin", `python${minor}`);
  if (existsSync(file)) return file;
  try {
    return execFileSync(`python${minor}`, ["-c", "import sys; print(sys.executable)"], {
      encoding: "utf8",
    }).trim();
  } catch {
    return undefined;
  }
}

/** The client for one version of Python, kept between test runs. */
function installClient(python: string, minor: string): string | undefined {
  const folder = join(tmpdir(), `brig-test-${client}-${minor}`);
  if (existsSync(join(folder, "awslambdaric"))) return folder;
  try {
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--target", folder, client], { stdio: "pipe" });
    return folder;
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
}

function describeVersion(minor: string, { name, handler, environment, logging }: Case): RunnableVersion {
  return {
    key: `${minor} ${name}`,
    functionName: "differential",
    version: "$LATEST",
    arn: "arn:aws:lambda:us-east-1:000000000000:function:differential",
    region: "us-east-1",
    account: "000000000000",
    runtime: `python${minor}`,
    handler: handler ?? `${name}.handler`,
    architecture: "x86_64",
    memorySize: 512,
    timeout: 20,
    ephemeralStorage: 512,
    environment: environment ?? {},
    codeFolder: code,
    layerFolder: undefined,
    logging: logging ?? text,
    reservedConcurrency: undefined,
  };
}
const text: LoggingConfiguration = { format: "Text", group: "/aws/lambda/differential" };

interface Observed {
  readonly kind: "response" | "error" | "exit";
  readonly payload: string;
  readonly contentType: string | undefined;
  readonly errorType: string | undefined;
  readonly log: readonly string[];
}

function makeInput(each: Case): InvokeInput {
  return {
    requestId,
    payload: Buffer.from(each.payload ?? '{"key": "wörd", "number": 1.5}'),
    invokedArn: "arn:aws:lambda:us-east-1:000000000000:function:differential:live",
    streaming: false,
    traceId: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
    ...(each.clientContext === undefined ? {} : { clientContext: each.clientContext }),
    ...(each.cognitoIdentity === undefined ? {} : { cognitoIdentity: each.cognitoIdentity }),
  };
}

/** What the client sees and does under brig's Runtime API. */
async function observeClient(python: string, folder: string, minor: string, each: Case): Promise<Observed> {
  const api = await startRuntimeApi(() => false);
  const version = describeVersion(minor, each);
  const places = {
    taskFolder: code,
    layerFolder: undefined,
    runtimeFolder: folder,
    languageBinaries: undefined,
    temporaryFolder: room,
  };
  const env = planEnvironment(version, places, "LOGSTREAM", api.address, dummyCredentials);
  const child = spawn(python, ["-S", "-B", "-m", "awslambdaric", version.handler], {
    cwd: code,
    env: { ...env, PYTHONPATH: folder, _LAMBDA_TELEMETRY_LOG_FD: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const closed = new Promise<number | null>((resolve) => child.on("close", (status) => resolve(status)));
  const input = makeInput(each);
  const invocation = {
    ...input,
    deadlineMs: Date.now() + 20_000,
    clientContext: input.clientContext,
    cognitoIdentity: input.cognitoIdentity,
    traceId: input.traceId,
    tenantId: undefined,
    onChunk: undefined,
  };
  const rounds = each.rounds ?? 1;
  let answer: RuntimeAnswer | InitAnswer | number | null = await Promise.race([api.ready, closed]);
  for (
    let round = 0;
    round < rounds &&
    typeof answer === "object" &&
    answer?.kind !== "init-error" &&
    answer?.kind !== "no-entrypoint";
    round++
  )
    answer = await Promise.race([api.invoke(invocation), closed]);
  if (typeof answer === "object" && answer !== null && answer.kind !== "init-error") {
    // What it has to say of this invocation it has said when it asks for the next one.
    await Promise.race([api.rested(), closed]);
    child.kill("SIGKILL");
  }
  await closed;
  api.close();
  const rewrite = createPathRewriter([
    { folder: code, shown: "/var/task" },
    { folder: join(python, "../../lib", `python${minor}`), shown: `/var/lang/lib/python${minor}` },
    { folder, shown: "/var/runtime" },
  ]);
  const log = splitOutput(Buffer.concat(output)).map(rewrite.text);
  if (typeof answer !== "object" || answer === null)
    return {
      kind: "exit",
      payload: String(answer),
      contentType: undefined,
      errorType: "Runtime.ExitError",
      log,
    };
  if (
    answer.kind === "too-large" ||
    answer.kind === "no-entrypoint" ||
    answer.kind === "ready" ||
    answer.kind === "streamed"
  )
    throw new Error(answer.kind);
  return {
    kind: answer.kind === "response" ? "response" : "error",
    payload: rewrite.bytes(answer.payload).toString(),
    contentType: answer.kind === "response" ? answer.contentType : undefined,
    errorType: answer.kind === "response" ? undefined : answer.errorType,
    log,
  };
}

/** Lines, and the frames of Lambda's telemetry between them: type and level, length, time, text. */
function splitOutput(output: Buffer): readonly string[] {
  const events: string[] = [];
  let rest = output;
  const lines = (bytes: Buffer): void => {
    events.push(...(bytes.toString().match(/[^\n]*\n|[^\n]+$/g) ?? []));
  };
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
let minorUnderTest = "";
beforeAll(async () => {
  mkdirSync(code, { recursive: true });
  for (const { name, source } of cases)
    if (source !== undefined) writeFileSync(join(code, `${name}.py`), source);
  mkdirSync(join(code, "package"));
  writeFileSync(join(code, "package", "inner.py"), "def handler(event, context):\n    return __name__\n");
  executor = await createExecutor({
    temporaryFolder: room,
    programFolder: join(room, "programs"),
    logSink: ({ message }) => void log.push(message),
    now: () => new Date(),
    interpreterFor: () => Promise.resolve({ file: findPython(minorUnderTest)! }),
    nodeFor: () => Promise.reject(new Error("no Node here")),
  });
});
afterAll(async () => {
  await executor.dispose();
  rmSync(room, { recursive: true, force: true });
});

async function observeBrig(minor: string, each: Case): Promise<Observed> {
  minorUnderTest = minor;
  log.length = 0;
  let outcome = await executor.invoke(describeVersion(minor, each), makeInput(each));
  for (let round = 1; round < (each.rounds ?? 1); round++)
    outcome = await executor.invoke(describeVersion(minor, each), makeInput(each));
  await executor.retire(`${minor} ${each.name}`);
  const own = /^(?:START|END|REPORT|RequestId:) |^\{"time":/;
  const events = log.filter((message) => !own.test(message));
  const end = outcome.payload.toString();
  const status = end.includes(" signal: ") ? "null" : (/exit status (\d+)/.exec(end)?.[1] ?? "0");
  if (outcome.errorType === "Runtime.ExitError")
    return {
      kind: "exit",
      payload: status,
      contentType: undefined,
      errorType: outcome.errorType,
      log: events,
    };
  return {
    kind: outcome.functionError === null ? "response" : "error",
    payload: outcome.payload.toString(),
    contentType: outcome.functionError === null ? outcome.contentType : undefined,
    errorType: outcome.errorType,
    log: events,
  };
}

/** Times, the sentence that AWS has written for a failed init, and the clients' own frames are not compared. */
function normalize({ log: events, payload, ...rest }: Observed): Observed {
  const frame = /File (\\?)"\/var\/runtime\/.*?", line \d+, in \w+(\\n|\n)[^\n]*?(?=\\n|\n|$)/g;
  const depth = /\d+ more times/g;
  return {
    ...rest,
    payload: payload.replace(frame, "OWN FRAME").replace(depth, "MANY times"),
    log: events
      // The line of the client's that a warning names.
      .filter((_, index) => !events[index - 1]?.includes("RuntimeWarning: coroutine"))
      .map((event) =>
        event
          .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z/g, "TIME")
          .replace(/(LAMBDA_WARNING: Unhandled exception\.)[^"]*/g, "$1")
          .replace(/^\/var\/runtime\/.*?: /, "OWN PLACE: ")
          .replace(frame, "OWN FRAME")
          .replace(depth, "MANY times"),
      ),
  };
}

for (const minor of ["3.12", "3.10", "3.13"]) {
  const python = findPython(minor);
  const folder = python === undefined ? undefined : installClient(python, minor);
  if (folder === undefined) console.warn(`skipped: Python ${minor} or ${client} is not to be had here`);
  describe.skipIf(folder === undefined)(`python${minor} answers as AWS's client does`, () => {
    const wanted = minor === "3.12" ? cases : cases.filter(({ everywhere }) => everywhere);
    test.each(wanted)("$name", async (each) => {
      const [theirs, ours] = await Promise.all([
        observeClient(python!, folder!, minor, each),
        observeBrig(minor, each),
      ]);
      if (theirs.kind === "exit")
        expect({ ...normalize(ours), log: [] }).toEqual({ ...normalize(theirs), log: [] });
      else expect(normalize(ours)).toEqual(normalize(theirs));
    });
  });
}
