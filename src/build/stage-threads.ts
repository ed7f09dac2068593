import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { BrigError } from "../errors.ts";
import { ReadMemory } from "../store/read-memory.ts";
import { StoreDamaged } from "../store/store-damaged.ts";
import { type StageJob, writeStagedFiles } from "./stage-files.ts";
import type { StageAnswer } from "./stage-worker.ts";
import type { FileStamp } from "./stamps.ts";

/** Starting a thread takes as long as writing this many files. */
const filesWorthAThread = 400;
const filesOfAPiece = 100;

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
    const memory = new ReadMemory();
    for (const job of jobs) onWritten(job, writeStagedFiles(job, memory));
    return stamps;
  }
  const threads = Math.min(4, availableParallelism());
  // An edit writes too few files for a thread.
  const { Worker } = await import("node:worker_threads");
  const program = fileURLToPath(new URL("./stage-worker.cjs", import.meta.url));
  const workers: Worker[] = [];
  try {
    const write = async (share: readonly StageJob[]): Promise<void> => {
      const worker = new Worker(program, { resourceLimits });
      workers.push(worker);
      const answer = await ask(worker, share);
      if ("damaged" in answer) throw new StoreDamaged(answer.damaged, answer.reason, answer.archive);
      if ("fault" in answer) throw new BrigError(answer.fault.code, answer.fault.message, answer.fault.hint);
      share.forEach((job, index) => onWritten(job, answer.stamps[index]!));
    };
    await Promise.all(shareOut(jobs, threads).map(write));
  } finally {
    // Where one failed, the others stop, too.
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return stamps;
}

/** What a thread reads is soon garbage: a small nursery has it collected early. In MB. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

/** Cuts jobs into pieces and gives each thread as much to do: to ask for more, it would have to wait for the one that packs. */
function shareOut(jobs: readonly StageJob[], threads: number): readonly (readonly StageJob[])[] {
  const shares = Array.from({ length: threads }, () => ({ jobs: [] as StageJob[], cost: 0 }));
  const pieces = jobs.flatMap(cut).map((job) => ({ job, cost: costOf(job) }));
  for (const { job, cost } of pieces.toSorted((a, b) => b.cost - a.cost)) {
    const share = shares.reduce((least, each) => (each.cost < least.cost ? each : least));
    share.jobs.push(job);
    share.cost += cost;
  }
  return shares.map((share) => share.jobs);
}

function cut({ archive, files }: StageJob): StageJob[] {
  return Array.from({ length: Math.ceil(files.length / filesOfAPiece) }, (_, index) => {
    const start = index * filesOfAPiece;
    return { archive, files: files.slice(start, start + filesOfAPiece) };
  });
}

/** To make a file takes as long as to copy this many bytes. */
const bytesWorthAFile = 50_000;

function costOf({ files }: StageJob): number {
  return files.reduce((total, { size }) => total + size + bytesWorthAFile, 0);
}

function ask(worker: Worker, share: readonly StageJob[]): Promise<StageAnswer> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", resolve);
    worker.postMessage(share);
  });
}
