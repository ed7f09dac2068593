import { readMemory } from "./memory.ts";
import type { ProcessEnd, Worker } from "./worker.ts";

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
  worker: Worker,
  answer: Promise<T>,
  time: number,
  memorySize: number,
): Promise<Settled<T>> {
  return new Promise((resolve) => {
    const finish = (settled: Settled<T>): void => {
      clearTimeout(timer);
      clearInterval(watch);
      resolve(settled);
    };
    const timer = setTimeout(finish, Math.max(0, time), { kind: "time" });
    const watch = setInterval(() => {
      if (readMemory(worker.pid).now > memorySize) worker.kill();
    }, memoryInterval);
    void answer.then((value) => finish({ kind: "answer", answer: value }));
    void worker.exited.then((end) => finish({ kind: "exit", end }));
  });
}
