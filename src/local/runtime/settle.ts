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

/** How often the memory of a long invocation is looked at, in milliseconds. */
const memoryInterval = 50;

/**
 * Waits for a worker's answer, its end, or the end of `time` (milliseconds), whichever comes first. A process that
 * holds more than `memorySize` (MB) is killed, as Lambda kills it. No rlimit does that: the address space of Node or
 * of numpy is larger than what they use by far, and a failing allocation is not how Lambda's limit shows.
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
    const watch = setInterval(() => {
      if (memory.read().now > memorySize) worker.kill();
    }, memoryInterval);
    void answer.then((value) => finish({ kind: "answer", answer: value }));
    running.onEnd = (end) => finish({ kind: "exit", end });
    const { end } = running;
    // Behind an answer that came before the end.
    if (end !== undefined) queueMicrotask(() => finish({ kind: "exit", end }));
  });
}
