import { closeSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { temporaryBeside } from "./atomic-file.ts";
import { writeFault } from "./write-fault.ts";

/**
 * Writes a file out of pieces that come one by one: a temporary file, renamed when `work` is done.
 *
 * @param work is given what appends a piece
 * @throws BrigError `disk-full`, `store-unwritable`, and whatever `work` throws; nothing is left then
 */
export async function writeJoined<Result>(
  file: string,
  work: (append: (bytes: Uint8Array) => void) => Result | Promise<Result>,
): Promise<Result> {
  const temporary = temporaryBeside(file);
  const writing = <Done>(step: () => Done): Done => {
    try {
      return step();
    } catch (cause) {
      throw writeFault(cause, file);
    }
  };
  const descriptor = writing(() => openSync(temporary, "wx", 0o600));
  try {
    let result: Result;
    try {
      result = await work((bytes) => writing(() => writeFileSync(descriptor, bytes)));
    } finally {
      closeSync(descriptor);
    }
    writing(() => renameSync(temporary, file));
    return result;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
