import { fstatSync, statSync, writeSync } from "node:fs";
import { devNull } from "node:os";
import type { Stream } from "./output.ts";

/**
 * stdout or stderr. Into a file or a pipe brig writes at once: making Node's own stream takes a tenth of an unchanged build.
 *
 * @param own Node's stream, for a terminal
 * @param onGone called when the reader went away
 * @param onFault called with what else went wrong, as on a full disk: the text is lost
 */
export function standardStream(
  descriptor: 1 | 2,
  own: () => NodeJS.WriteStream,
  onGone: () => void,
  onFault: (cause: NodeJS.ErrnoException) => void,
): Stream {
  if (mayBeTerminal(descriptor)) return own().on("error", onFault);
  return {
    write: (text) => {
      const bytes = typeof text === "string" ? Buffer.from(text) : text;
      for (let written = 0; written < bytes.length;) {
        try {
          written += writeSync(descriptor, bytes, written);
        } catch (error) {
          const cause = error as NodeJS.ErrnoException;
          if (cause.code === "EPIPE") return onGone();
          if (cause.code !== "EAGAIN") return onFault(cause);
          // Somebody made the pipe a non-blocking one, and it is full.
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
        }
      }
    },
  };
}

/** node:tty would say it for sure, and load half of Node's network on the way. */
function mayBeTerminal(descriptor: number): boolean {
  try {
    const status = fstatSync(descriptor);
    return status.isCharacterDevice() && status.rdev !== statSync(devNull).rdev;
  } catch {
    return true;
  }
}
