/** A thread that writes part of a staging tree: takes StageJobs, answers each with its stamps or its error. */
import { parentPort } from "node:worker_threads";
import { BrigError, type ErrorCode } from "../errors.ts";
import { StoreDamaged } from "../store/store-damaged.ts";
import { readArchive, type StageJob, writeStagedFiles } from "./stage-files.ts";

export type StageAnswer =
  | { readonly stamps: ReturnType<typeof writeStagedFiles> }
  | {
      readonly fault: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null };
      /** The file of the store that is damaged. */
      readonly damaged: string | undefined;
    };

/** The pieces of one wheel come one after the other: it is read and checked once. */
let last: { readonly file: string; readonly bytes: Buffer } | undefined;
function readOnce(file: string, sha256: string): Buffer {
  if (last?.file !== file) last = { file, bytes: readArchive(file, sha256) };
  return last.bytes;
}

parentPort?.on("message", (job: StageJob) => {
  let answer: StageAnswer;
  try {
    answer = { stamps: writeStagedFiles(job, readOnce) };
  } catch (cause) {
    if (!(cause instanceof BrigError)) throw cause;
    const { code, message, hint } = cause;
    answer = {
      fault: { code, message, hint },
      damaged: cause instanceof StoreDamaged ? cause.file : undefined,
    };
  }
  parentPort?.postMessage(answer);
});
