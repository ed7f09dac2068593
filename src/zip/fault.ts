import { BrigError } from "../errors.ts";

/** An archive that is not what it should be; `archive` is the name people know it by. */
export function archiveFault(archive: string, reason: string, cause?: unknown): BrigError {
  return new BrigError("wheel-invalid", `${archive}: ${reason}`, null, { cause });
}

export function entryFault(archive: string, entry: string, reason: string, cause?: unknown): BrigError {
  return archiveFault(archive, `entry ${quoteName(entry)} ${reason}`, cause);
}

/** A name from a stranger, made safe for a terminal: control characters escaped, not endlessly long. */
function quoteName(name: string): string {
  const quoted = JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
  // JSON leaves DEL, the C1 controls and the direction overrides as they are.
  return quoted.replaceAll(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
