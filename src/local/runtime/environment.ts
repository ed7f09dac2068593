import type { InvokeInput, InvokeOutcome, RunnableVersion } from "../contract.ts";
import type { InvocationLog } from "./invocation-log.ts";
import { planResult, type Result } from "./outcomes.ts";
import { killStrays } from "./strays.ts";
import { renderReport, renderStart } from "./report-lines.ts";
import { settle, watchWorker, type RunningWorker, type Settled } from "./settle.ts";
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

/** As Lambda ends who takes more memory than it has. */
const outOfMemory = { kind: "exit", end: { status: null, signal: "SIGKILL" } } as const;

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
  #running: RunningWorker | undefined;
  #peakMemory = 0;
  /** When its memory was last read, in milliseconds of the monotonic clock. */
  #lookedAt = -Infinity;

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
    const init = this.#running === undefined ? await this.#initialize() : undefined;
    for (const line of renderStart(version, requestId, now())) log.write(line);
    const worker = this.#running?.worker;
    const heldBefore = worker?.held?.() ?? 0;
    const started = performance.now();
    const answered = await this.#run(input, init?.settled, now().getTime() + version.timeout * 1000);
    const durationMs = performance.now() - started - ((worker?.held?.() ?? 0) - heldBefore);
    this.#lookAtMemory(durationMs);
    // Whoever takes and gives back between two looks is found out here.
    const settled: typeof answered = this.#peakMemory > version.memorySize ? outOfMemory : answered;
    if (isLast(settled)) await this.#stop(settled);
    else await this.#rest();
    const result = planResult(input, version.timeout, settled, now());
    return this.#conclude(requestId, result, durationMs, init?.initMs ?? null);
  }

  /** Ends the worker; an extension is told why and has its time. */
  async dispose(): Promise<void> {
    await this.#running?.worker.shutDown?.("SPINDOWN");
    await this.#stop(undefined);
  }

  async #initialize(): Promise<{ readonly settled: Settled<InitAnswer>; readonly initMs: number | null }> {
    const { initTime, log, version } = this.#setup;
    const started = performance.now();
    const running = await this.#start();
    const settled = await settle(running, running.worker.ready, initTime, version.memorySize);
    const initMs = performance.now() - started - (running.worker.held?.() ?? 0);
    // For the report of a crash, after which nothing can be read.
    this.#peakMemory = running.memory.peak();
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
      const again = await this.#start();
      ready = await settle(again, again.worker.ready, deadlineMs - now().getTime(), version.memorySize);
    }
    const running = this.#running;
    if (ready !== undefined && (ready.kind !== "answer" || ready.answer.kind !== "ready")) return ready;
    if (running === undefined) return { kind: "exit", end: { status: 1, signal: null } };
    const answer = running.worker.invoke({
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
    return settle(running, answer, deadlineMs - now().getTime(), version.memorySize);
  }

  /** A runtime that ends after its answer is not given another invocation. */
  async #rest(): Promise<void> {
    const running = this.#running;
    if (running?.worker.rested === undefined) return;
    await settle(running, running.worker.rested(), restTime, Infinity);
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
      ...(streamError === undefined
        ? {}
        : { streamError: { type: streamError.type, body: paths.text(streamError.body) } }),
    };
  }

  /** A look takes a tenth of the shortest invocations, which fill a few megabytes at most: not after each of them. */
  #lookAtMemory(durationMs: number): void {
    const now = performance.now();
    if (this.#running === undefined || (durationMs < 2 && now - this.#lookedAt < 50)) return;
    this.#lookedAt = now;
    this.#peakMemory = Math.max(this.#peakMemory, this.#running.memory.peak());
  }

  async #start(): Promise<RunningWorker> {
    const worker = await this.#setup.startWorker();
    const running = watchWorker(worker);
    this.#running = running;
    this.#peakMemory = 0;
    this.#lookedAt = -Infinity;
    void worker.exited.then(() => {
      if (this.#running === running) this.#running = undefined;
    });
    return running;
  }

  async #stop(settled: Settled<unknown> | undefined): Promise<void> {
    const worker = this.#running?.worker;
    if (worker === undefined) return;
    this.#running = undefined;
    if (settled !== undefined) await worker.shutDown?.(settled.kind === "time" ? "TIMEOUT" : "FAILURE");
    worker.kill();
    await worker.exited;
    if (settled !== undefined) killStrays(this.#setup.temporaryFolder);
  }
}
