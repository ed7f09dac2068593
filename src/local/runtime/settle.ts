import { openMemory, type MemoryReader } from "./memory.ts";
import type { ProcessEnd, Worker } from "./worker.ts";

/** A worker as its environment holds it. */
export interface RunningWorker {
  readonly worker: Worker;
  readonly memory: MemoryReader;
  end: ProcessEnd | undefined;
  /**
   * Whoever waits for the end at the moment. What is chained to a promise stays there until that settles: `exited`
   * would collect a listener for every invocation of the worker's life.
   */
  onEnd: ((end: ProcessEnd) => void) | undefined;
}

export function watchWorker(worker: Worker): RunningWorker {
  const running: RunningWorker = {
    worker,
    memory: openMemory(worker.pid),
    end: undefined,
    onEnd: undefined,
  };
  void worker.exited.then((end) => {
    running.memory.close();
    running.end = end;
    running.onEnd?.(end);
  });
  return running;
}

/** How waiting for a worker ended. */
export type Settled<T> =
  | { readonly kind: "answer"; readonly answer: T }
  | { readonly kind: "exit"; readonly end: ProcessEnd }
  | { readonly kind: "time" };

/** How often the memory of a long invocation is looked at, in milliseconds; that of what it has started, every tenth time. */
const memoryInterval = 50;
const looksPerGroup = 10;

/**
 * Waits for a worker's answer, its end, or the end of `time` (milliseconds), whichever comes first. A process that
 * holds more than `memorySize` (MB) is killed, as Lambda kills it. No rlimit does that: a failing allocation is a MemoryError
 * here and a crash there, where Lambda's processes are killed; and what the limits count is not what is used. Measured
 * on two processors, used / RLIMIT_DATA / RLIMIT_AS in MB: `import numpy` 29 / 86 / 128, and 40 more of both for each further
 * processor (the buffer and stack of a thread of OpenBLAS); Node 20 39 / 47 / 711.
 */
export function settle<T>(
  running: RunningWorker,
  answer: Promise<T>,
  time: number,
  memorySize: number,
): Promise<Settled<T>> {
  const { worker, memory } = running;
  return new Promise((resolve) => {
    const finish = (settled: Settled<T>): void => {
      clearTimeout(timer);
      clearInterval(watch);
      running.onEnd = undefined;
      resolve(settled);
    };
    const started = performance.now();
    const before = worker.held?.() ?? 0;
    const check = (): void => {
      const left = time + (worker.held?.() ?? 0) - before - (performance.now() - started);
      // A timer may come a little early.
      if (left < 1) finish({ kind: "time" });
      else timer = setTimeout(check, left);
    };
    let timer = setTimeout(check, Math.max(0, time));
    let looks = 0;
    const watch = setInterval(() => {
      looks += 1;
      const held = looks % looksPerGroup === 0 ? memory.group() : memory.now();
      if (held > memorySize) worker.kill();
    }, memoryInterval);
    void answer.then((value) => finish({ kind: "answer", answer: value }));
    running.onEnd = (end) => finish({ kind: "exit", end });
    const { end } = running;
    // Behind an answer that came before the end.
    if (end !== undefined) queueMicrotask(() => finish({ kind: "exit", end }));
  });
}
