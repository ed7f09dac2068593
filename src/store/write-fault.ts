import { dirname } from "node:path";
import { BrigError } from "../errors.ts";

/** The system's error code (`ENOENT`), if this is one of the system's errors. */
export function systemCode(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}

/** Whether the system said that a disk or a quota is used up. */
export function isFull(cause: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(systemCode(cause) ?? "");
}

/** `mkdir` with `recursive` says ENOENT where it means EROFS: with it, no parent folder can be missing. */
function failedCode(cause: unknown): string | undefined {
  const code = systemCode(cause);
  const isFolder = cause instanceof Error && "syscall" in cause && cause.syscall === "mkdir";
  return code === "ENOENT" && isFolder ? "EROFS" : code;
}

/** Says what a failed write means: `disk-full`, `store-unwritable`, or the error as it was where it is neither. */
export function writeFault(cause: unknown, file: string): unknown {
  const code = failedCode(cause);
  switch (code ?? "") {
    case "ENOSPC":
    case "EDQUOT":
      return new BrigError("disk-full", `no space is left for ${file}`, `df -h ${quote(dirname(file))}`, {
        cause,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOTDIR":
      return new BrigError(
        "store-unwritable",
        `cannot write ${file} (${code})`,
        `chmod u+rwx ${quote(dirname(file))}   # or move the store: export BRIG_CACHE_DIR=/tmp/brig`,
        { cause },
      );
    default:
      return cause;
  }
}

/** Quoted so that it can be pasted into a shell. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
