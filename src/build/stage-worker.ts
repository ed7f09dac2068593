/** A thread that writes part of a staging tree: takes StageJobs, answers each with its stamps or its error. */
import { parentPort } from "node:worker_threads";
import { BrigError, type ErrorCode } from "../errors.ts";
import { StoreDamaged } from "../store/store-damaged.ts";
import { type StageJob, writeStagedFiles } from "./stage-files.ts";
import type { FileStamp } from "./stamps.ts";

export type StageAnswer =
  | { readonly stamps: readonly FileStamp[] }
  | { readonly damaged: string; readonly reason: string }
  | { readonly fault: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null } };

parentPort?.on("message", (job: StageJob) => parentPort?.postMessage(answerTo(job)));

/** Errors lose their class on the way to another thread. */
function answerTo(job: StageJob): StageAnswer {
  try {
    return { stamps: writeStagedFiles(job) };
  } catch (cause) {
    if (cause instanceof StoreDamaged) return { damaged: cause.file, reason: cause.reason };
    if (!(cause instanceof BrigError)) throw cause;
    const { code, message, hint } = cause;
    return { fault: { code, message, hint } };
  }
}
