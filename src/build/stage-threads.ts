import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { BrigError } from "../errors.ts";
import { StoreDamaged } from "../store/store-damaged.ts";
import { type StageJob, writeStagedFiles } from "./stage-files.ts";
import type { StageAnswer } from "./stage-worker.ts";
import type { FileStamp } from "./stamps.ts";

/** Starting a thread takes as long as writing this many files. */
const filesWorthAThread = 400;

/**
 * Writes the files of all jobs, in threads where that pays, and returns each file's stamp by absolute path.
 *
 * @throws BrigError what a job threw; the other threads are stopped
 */
export async function runStageJobs(jobs: readonly StageJob[]): Promise<Map<string, FileStamp>> {
  const stamps = new Map<string, FileStamp>();
  const keep = (job: StageJob, written: readonly FileStamp[]): void =>
    job.files.forEach((file, index) => stamps.set(file.path, written[index]!));
  const count = jobs.reduce((total, job) => total + job.files.length, 0);
  if (count < filesWorthAThread) {
    for (const job of jobs) keep(job, writeStagedFiles(job));
    return stamps;
  }
  // Largest first, each archive by one thread: two that hold the same wheel in memory gain little.
  const pieces = [...jobs].toSorted((a, b) => bytesOf(b) - bytesOf(a));
  const threads = Math.min(4, availableParallelism(), pieces.length);
  await Promise.all(Array.from({ length: threads }, () => runThread(pieces, keep)));
  return stamps;
}

async function runThread(
  pieces: StageJob[],
  keep: (job: StageJob, stamps: readonly FileStamp[]) => void,
): Promise<void> {
  const worker = new Worker(fileURLToPath(new URL("./stage-worker.cjs", import.meta.url)));
  try {
    for (let job = pieces.shift(); job !== undefined; job = pieces.shift()) {
      const answer = await ask(worker, job);
      if ("fault" in answer) {
        pieces.length = 0;
        if (answer.damaged !== undefined)
          throw new StoreDamaged(answer.damaged, "is not what it was when it was checked");
        throw new BrigError(answer.fault.code, answer.fault.message, answer.fault.hint);
      }
      keep(job, answer.stamps);
    }
  } finally {
    await worker.terminate();
  }
}

function ask(worker: Worker, job: StageJob): Promise<StageAnswer> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (answer: StageAnswer) => {
      worker.off("error", reject);
      resolve(answer);
    });
    worker.postMessage(job);
  });
}

function bytesOf(job: StageJob): number {
  return job.files.reduce((total, { size }) => total + size, 0);
}
