import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a function's folder should have and lacks, as the end of a sentence about it. */
export type ReadmeProblem = "has no README" | "has no section on code review in its README";

/** The name of the README in a folder, `README.md` before others; `undefined` when there is none. */
export function findReadme(folder: string): string | undefined {
  const names = readdirSync(folder).filter((name) => /^readme\.(md|rst)$/i.test(name));
  return names.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
}

export function readReadmeProblem(folder: string): ReadmeProblem | null {
  const name = findReadme(folder);
  return readmeProblem(name, name === undefined ? "" : readFileSync(join(folder, name), "utf8"));
}

/**
 * A function's README holds the review policy of its folder, under a heading with "review" in it.
 *
 * @param name name of the README; `undefined` when there is none
 */
export function readmeProblem(name: string | undefined, text: string): ReadmeProblem | null {
  if (name === undefined) return "has no README";
  const headings = /\.rst$/i.test(name) ? rstHeadings(text) : markdownHeadings(text);
  return headings.some((heading) => /review/i.test(heading))
    ? null
    : "has no section on code review in its README";
}

/** `## Heading`, and a line underlined with === or ---; not what stands in a code block. */
function markdownHeadings(text: string): string[] {
  const prose = text.replace(/^ {0,3}(```+|~~~+)[^\n]*\n[\s\S]*?(?:^ {0,3}\1|$(?![\s\S]))/gm, "");
  const marked = [...prose.matchAll(/^ {0,3}#{1,6}[ \t]+(.+)$/gm)];
  const underlined = [...prose.matchAll(/^ {0,3}(\S.*)\r?\n {0,3}(?:=+|-{2,})[ \t]*$/gm)];
  return [...marked, ...underlined].map((match) => match[1]!);
}

/** A line underlined with punctuation at least as long as it (docutils' rule). */
function rstHeadings(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  return lines.filter((line, index) => {
    const below = lines[index + 1] ?? "";
    return line.trim() !== "" && /^([!-/:-@[-`{-~])\1+$/.test(below) && below.length >= line.trim().length;
  });
}
