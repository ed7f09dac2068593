/** A thread that writes part of a staging tree: takes StageJobs, answers with the stamps of each or an error. */
import { parentPort } from "node:worker_threads";
import { BrigError, type ErrorCode } from "../errors.ts";
import { ReadMemory } from "../store/read-memory.ts";
import { StoreDamaged } from "../store/store-damaged.ts";
import { type StageJob, writeStagedFiles } from "./stage-files.ts";
import type { FileStamp } from "./stamps.ts";

export type StageAnswer =
  | { readonly stamps: readonly (readonly FileStamp[])[] }
  | { readonly damaged: string; readonly reason: string; readonly archive: string }
  | { readonly fault: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null } };

parentPort?.on("message", (jobs: readonly StageJob[]) => parentPort?.postMessage(answerTo(jobs)));

const memory = new ReadMemory();

/** Errors lose their class on the way to another thread. */
function answerTo(jobs: readonly StageJob[]): StageAnswer {
  try {
    return { stamps: jobs.map((job) => writeStagedFiles(job, memory)) };
  } catch (cause) {
    if (cause instanceof StoreDamaged)
      return { damaged: cause.file, reason: cause.reason, archive: cause.key };
    if (!(cause instanceof BrigError)) throw cause;
    const { code, message, hint } = cause;
    return { fault: { code, message, hint } };
  }
}
