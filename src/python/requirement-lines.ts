import { BrigError } from "../errors.ts";

/** One logical line of a requirements file: continuations joined, comments gone, never empty. */
export interface LogicalLine {
  readonly text: string;
  /** Of the first physical line, counted from 1. */
  readonly line: number;
}

/**
 * The text of a requirements file: UTF-8, or UTF-16 with a byte order mark (what PowerShell's `>` writes).
 *
 * @param file what to call it in errors
 * @throws BrigError `requirements-invalid`
 */
export function decodeRequirements(bytes: Uint8Array, file: string): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? "utf-16be"
        : "utf-8";
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    const hint = `iconv -f latin1 -t utf-8 ${file} > utf8.txt && mv utf8.txt ${file}`;
    throw new BrigError("requirements-invalid", `${file} is not UTF-8 text`, hint, { cause });
  }
  if (!text.includes("\0")) return text;
  throw new BrigError("requirements-invalid", `${file} holds a NUL character, so it is no requirements file`);
}

/**
 * Splits the text of a requirements file into logical lines as pip does (pip's documentation, "Requirements File
 * Format"): `\` at the end continues a line, `#` begins a comment at the start of a line or after a space, and a
 * comment line ends a continuation.
 */
export function parseLogicalLines(text: string): readonly LogicalLine[] {
  const lines: LogicalLine[] = [];
  let pending: { text: string; line: number } | undefined;
  const finish = (): void => {
    if (!pending) return;
    const content = pending.text.replace(/(^|\s)#.*$/s, "").trim();
    if (content !== "") lines.push({ text: content, line: pending.line });
    pending = undefined;
  };
  const physical = text.split(/\r\n|[\n\r\v\f\u2028\u2029]/);
  for (const [index, content] of physical.entries()) {
    const isComment = /^\s*#/.test(content);
    const continues = content.endsWith("\\") && !isComment;
    pending ??= { text: "", line: index + 1 };
    // In pip, too, a comment that continues a line takes a space before it, so that it is seen as a comment.
    pending.text += isComment ? ` ${content}` : continues ? content.slice(0, -1) : content;
    if (!continues) finish();
  }
  finish();
  return lines;
}

/** Puts `${NAME}` in place, as pip does: upper-case names that are set; anything else stays as it is written. */
export function expandVariables(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\$\{([A-Z0-9_]+)\}/g, (written, name: string) => env[name] || written);
}
