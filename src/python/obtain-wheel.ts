import { BrigError } from "../errors.ts";
import { clearAbandoned, contentFile, readVerified } from "../store/content.ts";
import { writeJoined } from "../store/joined-file.ts";
import { withProcessLock } from "../store/process-lock.ts";
import { type Archive, unpackedFile } from "../zip/archive.ts";
import { readArchiveRecord, writeArchiveRecord } from "./archive-record.ts";
import { fetchFile } from "./fetch-file.ts";
import type { LockedPackage } from "./lock.ts";
import { type Obtaining, type Wheel, wheelFile } from "./obtaining.ts";
import { indexWheel } from "./wheel/wheel-index.ts";

/**
 * A settled wheel as a proven archive: from the store, otherwise fetched, checked and indexed.
 *
 * @throws BrigError hash-mismatch, wheel-invalid, download-failed, offline
 */
export async function obtainWheel(
  { source }: LockedPackage,
  wheel: Wheel,
  obtaining: Obtaining,
): Promise<Archive> {
  const { options, context } = obtaining;
  const file = wheelFile(options.store, wheel);
  const record = contentFile(options.store, "wheels", wheel.sha256, ".json");
  return await options.store.once(file, async () => {
    const known = await readArchiveRecord(record, file);
    if (known) return known;
    return await withProcessLock(`${file}.lock`, { signal: context.signal }, async () => {
      const other = await readArchiveRecord(record, file);
      if (other) return other;
      const prove = (): Promise<Archive | undefined> => proving.next(() => proveWheel(wheel, file));
      let archive = await prove();
      if (archive === undefined && source.kind === "wheel") {
        await clearAbandoned(file);
        await fetchFile(source.file, file, obtaining);
        archive = await prove();
      }
      if (archive === undefined) {
        throw new BrigError(
          "hash-mismatch",
          `${wheel.name} is not what was locked (sha256 ${wheel.sha256})`,
          "brig clean --cache",
        );
      }
      await writeArchiveRecord(record, archive);
      return archive;
    });
  });
}

/** Checks and indexes a wheel in the store; `undefined` when it is not there as it should be. */
async function proveWheel(wheel: Wheel, file: string): Promise<Archive | undefined> {
  const bytes = await readVerified(file, wheel.sha256);
  return (
    bytes &&
    (await writeJoined(unpackedFile(file), (append) =>
      indexWheel(bytes, file, wheel.sha256, wheel.name, append),
    ))
  );
}

/** One wheel after the other: it is one thread's work, and each is in memory as a whole. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  next<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}

const proving = new Turns();
