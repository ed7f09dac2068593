import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { Output } from "./output.ts";

/**
 * Asks before something is written, where a person is there to answer: with `--yes`, or without a terminal, nobody is asked.
 *
 * @param question as `Deploy?`
 * @throws BrigError `interrupted` for any answer but yes
 */
export async function askFirst(
  question: string,
  yes: boolean,
  output: Output,
  context: Context,
): Promise<void> {
  if (yes || !canAsk(output)) return;
  output.stderr.write(`${question} [y/N] `);
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin });
  try {
    const answer = await lines.question("", { signal: context.signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } catch (cause) {
    // What is said of the interruption begins on a line of its own.
    output.stderr.write("\n");
    throw cause;
  } finally {
    lines.close();
  }
  throw new BrigError("interrupted", "nothing was changed", "--yes answers beforehand");
}

/** Whether a person is there to answer. */
export function canAsk(output: Output): boolean {
  return process.stdin.isTTY && output.stderr.isTTY === true;
}
