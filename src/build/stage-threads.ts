import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
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
  const onWritten = (job: StageJob, written: readonly FileStamp[]): void =>
    job.files.forEach((file, index) => stamps.set(file.path, written[index]!));
  const count = jobs.reduce((total, job) => total + job.files.length, 0);
  if (count < filesWorthAThread) {
    for (const job of jobs) onWritten(job, writeStagedFiles(job));
    return stamps;
  }
  // Largest first: what comes last is then small, and the threads end together.
  const pieces = [...jobs].toSorted((a, b) => bytesOf(b) - bytesOf(a));
  const threads = Math.min(4, availableParallelism(), pieces.length);
  await Promise.all(Array.from({ length: threads }, () => runThread(pieces, onWritten)));
  return stamps;
}

/** What a thread reads is soon garbage: a small nursery has it collected early. In MB. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

async function runThread(
  pieces: StageJob[],
  onWritten: (job: StageJob, written: readonly FileStamp[]) => void,
): Promise<void> {
  // An edit writes too few files for a thread.
  const { Worker } = await import("node:worker_threads");
  const worker = new Worker(fileURLToPath(new URL("./stage-worker.cjs", import.meta.url)), {
    resourceLimits,
  });
  try {
    for (let job = pieces.shift(); job !== undefined; job = pieces.shift()) {
      const answer = await ask(worker, job);
      if ("damaged" in answer) throw new StoreDamaged(answer.damaged, answer.reason, job.archive);
      if ("fault" in answer) throw new BrigError(answer.fault.code, answer.fault.message, answer.fault.hint);
      onWritten(job, answer.stamps);
    }
  } finally {
    // The other threads take no further job where this one failed.
    pieces.length = 0;
    await worker.terminate();
  }
}

function ask(worker: Worker, request: StageJob): Promise<StageAnswer> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (answer: StageAnswer) => {
      worker.off("error", reject);
      resolve(answer);
    });
    worker.postMessage(request);
  });
}

function bytesOf(job: StageJob): number {
  return job.files.reduce((total, { size }) => total + size, 0);
}
