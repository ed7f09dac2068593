import type { InvokeInput, InvokeOutcome, RunnableVersion } from "../contract.ts";
import type { InvocationLog } from "./invocation-log.ts";
import { readMemory } from "./memory.ts";
import { planResult, type Result } from "./outcomes.ts";
import { renderReport, renderStart } from "./report-lines.ts";
import { settle, type Settled } from "./settle.ts";
import type { PathRewriter } from "./shown-paths.ts";
import type { InitAnswer, RuntimeAnswer, Worker } from "./worker.ts";

/** What an environment needs of the world. */
export interface EnvironmentSetup {
  readonly version: RunnableVersion;
  readonly log: InvocationLog;
  readonly paths: PathRewriter;
  readonly now: () => Date;
  /** Milliseconds that init may take before it is done over in the time of the invocation; Lambda's are 10,000. */
  readonly initTime: number;
  /** Removed by whoever disposes of the environment. */
  readonly temporaryFolder: string;
  readonly startWorker: () => Promise<Worker>;
}

/** How long a runtime may take from its answer to its request for the next invocation, in milliseconds. */
const restTime = 100;

/** Whether the worker is of no further use. */
function isLast(settled: Settled<RuntimeAnswer | InitAnswer>): boolean {
  if (settled.kind !== "answer") return true;
  const { answer } = settled;
  return (
    answer.kind === "init-error" ||
    answer.kind === "no-entrypoint" ||
    (answer.kind === "error" && answer.last)
  );
}

/**
 * An execution environment: at most one worker, which runs one invocation at a time. After a timeout, a crash or a
 * failed init the environment stays and its worker is replaced: globals are gone, temporary files are kept, as on
 * Lambda (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
export class Environment {
  /** When its last invocation ended, in milliseconds of the monotonic clock. */
  idleSince = 0;
  readonly #setup: EnvironmentSetup;
  #worker: Worker | undefined;
  #peakMemory = 0;

  get temporaryFolder(): string {
    return this.#setup.temporaryFolder;
  }

  constructor(setup: EnvironmentSetup) {
    this.#setup = setup;
  }

  /**
   * Runs one invocation to its end; the caller sees to it that none is under way.
   *
   * @throws BrigError `tool-missing` or `python-missing` when there is nothing to run the code with
   */
  async invoke(input: InvokeInput): Promise<InvokeOutcome> {
    const { version, log, now } = this.#setup;
    const { requestId } = input;
    log.begin(requestId);
    const init = this.#worker === undefined ? await this.#initialize() : undefined;
    for (const line of renderStart(version, requestId, now())) log.write(line);
    const started = performance.now();
    const settled = await this.#run(input, init?.settled, now().getTime() + version.timeout * 1000);
    const durationMs = performance.now() - started;
    if (this.#worker) this.#peakMemory = Math.max(this.#peakMemory, readMemory(this.#worker.pid).peak);
    if (isLast(settled)) await this.#stop(settled);
    else await this.#rest();
    const result = planResult(input, version.timeout, settled, now());
    return this.#conclude(requestId, result, durationMs, init?.initMs ?? null);
  }

  /** Ends the worker; an extension is told why and has its time. */
  async dispose(): Promise<void> {
    await this.#worker?.shutDown?.("SPINDOWN");
    await this.#stop(undefined);
  }

  async #initialize(): Promise<{ readonly settled: Settled<InitAnswer>; readonly initMs: number | null }> {
    const { initTime, log } = this.#setup;
    const started = performance.now();
    const worker = await this.#start();
    const settled = await settle(worker, worker.ready, initTime, Infinity);
    const initMs = performance.now() - started;
    if (settled.kind !== "time") return { settled, initMs };
    log.write(`INIT_REPORT Init Duration: ${initMs.toFixed(2)} ms\tPhase: init\tStatus: timeout\n`);
    await this.#stop(undefined);
    return { settled, initMs: null };
  }

  async #run(
    input: InvokeInput,
    init: Settled<InitAnswer> | undefined,
    deadlineMs: number,
  ): Promise<Settled<RuntimeAnswer | InitAnswer>> {
    const { version, now } = this.#setup;
    let ready = init;
    if (ready?.kind === "time") {
      const worker = await this.#start();
      ready = await settle(worker, worker.ready, deadlineMs - now().getTime(), version.memorySize);
    }
    const worker = this.#worker;
    if (ready !== undefined && (ready.kind !== "answer" || ready.answer.kind !== "ready")) return ready;
    if (worker === undefined) return { kind: "exit", end: { status: 1, signal: null } };
    const answer = worker.invoke({
      requestId: input.requestId,
      payload: input.payload,
      deadlineMs,
      invokedArn: input.invokedArn,
      clientContext: input.clientContext,
      cognitoIdentity: input.cognitoIdentity,
      traceId: input.traceId,
      tenantId: input.tenantId,
      onChunk: input.streaming ? this.#onChunk(input) : undefined,
    });
    return settle(worker, answer, deadlineMs - now().getTime(), version.memorySize);
  }

  /** A runtime that ends after its answer is not given another invocation. */
  async #rest(): Promise<void> {
    const worker = this.#worker;
    if (worker?.rested === undefined) return;
    const timer = new Promise((resolve) => setTimeout(resolve, restTime).unref());
    await Promise.race([worker.rested(), worker.exited, timer]);
  }

  #onChunk({ onChunk }: InvokeInput): (chunk: Buffer, contentType: string) => void {
    return (chunk, contentType) => onChunk?.(this.#setup.paths.bytes(chunk), contentType);
  }

  #conclude(requestId: string, result: Result, durationMs: number, initMs: number | null): InvokeOutcome {
    const { version, log, now, paths } = this.#setup;
    const { status, errorType, streamError } = result;
    // Since August 2025 the time of init is billed as well.
    const billedMs = Math.max(1, Math.ceil(durationMs + (initMs ?? 0)));
    const usage = { durationMs, billedMs, maxMemoryMb: this.#peakMemory, initMs };
    for (const line of result.logLines) log.write(line);
    for (const line of renderReport(version, { requestId, ...usage, status, errorType }, now()))
      log.write(line);
    return {
      payload: paths.bytes(result.payload),
      contentType: result.contentType,
      functionError: status === "success" || streamError !== undefined ? null : "Unhandled",
      ...(errorType === undefined ? {} : { errorType }),
      logTail: log.end(),
      ...usage,
      executedVersion: version.version,
      ...(streamError === undefined ? {} : { streamError }),
    };
  }

  async #start(): Promise<Worker> {
    const worker = await this.#setup.startWorker();
    this.#worker = worker;
    this.#peakMemory = 0;
    void worker.exited.then(() => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }

  async #stop(settled: Settled<unknown> | undefined): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    if (settled !== undefined) await worker.shutDown?.(settled.kind === "time" ? "TIMEOUT" : "FAILURE");
    worker.kill();
    await worker.exited;
  }
}
