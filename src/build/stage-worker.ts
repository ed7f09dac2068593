/** A thread that writes part of a staging tree: takes StageRequests, answers each with its stamps or its error. */
import { parentPort } from "node:worker_threads";
import { BrigError, type ErrorCode } from "../errors.ts";
import { type StageFile, writeStagedFiles } from "./stage-files.ts";
import type { FileStamp } from "./stamps.ts";

export interface StageRequest {
  readonly files: readonly StageFile[];
  /** Memory that is shared with the thread that asks. */
  readonly archive: Uint8Array | undefined;
}

export type StageAnswer =
  | { readonly stamps: readonly FileStamp[] }
  | { readonly fault: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null } };

parentPort?.on("message", ({ files, archive }: StageRequest) => {
  let answer: StageAnswer;
  try {
    answer = { stamps: writeStagedFiles(files, archive) };
  } catch (cause) {
    if (!(cause instanceof BrigError)) throw cause;
    const { code, message, hint } = cause;
    answer = { fault: { code, message, hint } };
  }
  parentPort?.postMessage(answer);
});
