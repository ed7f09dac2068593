import { fstatSync, statSync, writeSync } from "node:fs";
import { devNull } from "node:os";
import type { Stream } from "./output.ts";

/**
 * stdout or stderr. Into a file or a pipe brig writes at once: making Node's own stream takes a tenth of an unchanged build.
 *
 * @param own makes Node's stream, for a terminal
 * @param onGone called when the reader went away
 */
export function standardStream(descriptor: 1 | 2, own: () => Stream, onGone: () => void): Stream {
  if (mayBeTerminal(descriptor)) return own();
  return {
    write: (text) => {
      const bytes = typeof text === "string" ? Buffer.from(text) : text;
      for (let written = 0; written < bytes.length;) {
        try {
          written += writeSync(descriptor, bytes, written);
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          if (code === "EPIPE") return onGone();
          if (code !== "EAGAIN") throw error;
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
