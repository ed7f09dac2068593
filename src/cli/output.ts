import { BrigError, type ErrorReport, exitStatusByCode, type Warning } from "../errors.ts";

export interface Stream {
  readonly write: (text: string | Uint8Array) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type Paint = "bold" | "red" | "green" | "yellow" | "dim";

const codes: Readonly<Record<Paint, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
};

/** Which of the two streams has colours: one may be a terminal, and the other a file. */
export interface Colors {
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** Where a command writes: data to stdout, talk to stderr. */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly #color: Colors;

  constructor(
    streams: { readonly stdout: Stream; readonly stderr: Stream },
    settings: {
      readonly json: boolean;
      readonly quiet: boolean;
      readonly verbose: boolean;
      readonly color: Colors;
    },
  ) {
    this.stdout = streams.stdout;
    this.stderr = streams.stderr;
    this.json = settings.json;
    this.quiet = settings.quiet;
    this.verbose = settings.verbose;
    this.#color = settings.color;
  }

  /** The result: text for people, or with `--json` the document. */
  result(document: unknown, text: string): void {
    if (this.json) this.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    else if (text !== "") this.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  /** A line for people that is not the result; silent with `--quiet`. */
  talk(text: string): void {
    if (!this.quiet) this.stderr.write(`${text}\n`);
  }

  warn(warning: Warning): void {
    if (this.quiet) return;
    this.stderr.write(`${this.paintTalk("yellow", "warning")}: ${warning.code}: ${warning.message}\n`);
    if (warning.hint !== null) this.stderr.write(`hint: ${warning.hint}\n`);
  }

  fault(error: ErrorReport): void {
    this.stderr.write(`${this.paintTalk("red", "error")}: ${error.code}: ${error.message}\n`);
    if (error.hint !== null) this.stderr.write(`hint: ${error.hint}\n`);
  }

  /** For what becomes part of the result, on stdout. */
  paint(paint: Paint, text: string): string {
    return this.#color.stdout ? colored(paint, text) : text;
  }

  /** The same for stderr. */
  paintTalk(paint: Paint, text: string): string {
    return this.#color.stderr ? colored(paint, text) : text;
  }
}

function colored(paint: Paint, text: string): string {
  const [on, off] = codes[paint];
  return `\u001B[${on}m${text}\u001B[${off}m`;
}

/** `--color`, then NO_COLOR (https://no-color.org), then whether people look at the stream. */
export function settleColors(
  choice: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  { stdout, stderr }: { readonly stdout: Stream; readonly stderr: Stream },
): Colors {
  if (choice === "always") return { stdout: true, stderr: true };
  const isPlain = choice === "never" || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  const hasColor = ({ isTTY }: Stream): boolean => !isPlain && isTTY === true;
  return { stdout: hasColor(stdout), stderr: hasColor(stderr) };
}

export function reportOf(error: unknown): ErrorReport {
  if (error instanceof BrigError) return { code: error.code, message: error.message, hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: "internal",
    message,
    hint: "this is a fault of brig: docs/errors.md#internal tells how to report it",
  };
}

/** Of a fault of brig's own: sysexits' EX_SOFTWARE. */
export const internalFault = 70;

/** The exit status of rows: of several faults a wrong workspace (2) wins over failed work (1). */
export function worstStatus(rows: readonly { readonly error: ErrorReport | null }[]): number {
  const statuses = rows.map(({ error }) =>
    error === null ? 0 : error.code === "internal" ? internalFault : exitStatusByCode[error.code],
  );
  return Math.max(0, ...statuses);
}
