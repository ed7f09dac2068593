import type { Context } from "../context.ts";
import type { Lock, LockedPackage } from "./lock.ts";

/** Bytes of all downloads of a function, as one figure. */
export class DownloadAmount {
  readonly #done = new Map<string, number>();
  readonly #total: number;
  readonly #subject: string;
  readonly #context: Context;

  constructor(lock: Lock, subject: string, context: Context) {
    this.#total = lock.packages.reduce((total, each) => total + sizeOf(each), 0);
    this.#subject = subject;
    this.#context = context;
  }

  show(name: string, bytes: number): void {
    this.#done.set(name, bytes);
    const done = [...this.#done.values()].reduce((sum, each) => sum + each, 0);
    const total = this.#total > done ? { total: this.#total } : {};
    this.#context.report({
      kind: "progress",
      subject: this.#subject,
      activity: "fetching",
      done,
      unit: "bytes",
      ...total,
    });
  }
}

/** Bytes of the file that a package comes as; 0 where it is none, or its size is not known. */
export function sizeOf({ source }: LockedPackage): number {
  return "file" in source ? (source.file.size ?? 0) : 0;
}
