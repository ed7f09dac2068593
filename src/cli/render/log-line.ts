const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
const id = String.raw`[\da-f-]{36}`;
/** As Lambda's runtimes write them: `[INFO]\t<time>\t<request>\t…` of Python, `<time>\t<request>\tINFO\t…` of Node. */
const python = new RegExp(`^\\[(\\w+)\\]\\t${time}\\t${id}\\t`);
const node = new RegExp(`^${time}\\t${id}\\t(\\w+)\\t`);
const platform =
  /^(START|END|REPORT) RequestId: |^\{"time":"[^"]+","type":"platform\.(start|report|initStart)"/;

/**
 * What a function wrote, for a person: what Lambda adds to each line is left out, Lambda's own lines too.
 *
 * @returns indented lines, each with its line feed; empty when nothing is left
 */
export function renderLog(text: string, verbose: boolean): string {
  return text
    .split("\n")
    .filter((line) => line !== "" && (verbose || !platform.test(line)))
    .map((line) => `  ${verbose ? line : line.replace(python, "[$1] ").replace(node, "[$1] ")}\n`)
    .join("");
}
