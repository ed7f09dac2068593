/**
 * What the outside world is, handed to every operation: nothing below the command line reads
 * `process.cwd()`, `process.env` or the clock for itself, so tests run operations in-process.
 */
export interface Context {
  /** Absolute path that relative paths and "the function whose folder you are in" refer to. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Aborted by Ctrl-C: running programs are stopped, nothing further is written. */
  readonly signal: AbortSignal;
  readonly report: (event: ReportEvent) => void;
}

/** What happens while work is under way: drawn as progress on a terminal, as plain lines elsewhere. */
export type ReportEvent =
  /** Work that takes a while has begun or moved on; `done`/`total` in bytes or items when known. */
  | {
      readonly kind: "progress";
      readonly subject: string;
      readonly activity: string;
      readonly done?: number;
      readonly total?: number;
      readonly unit?: "bytes" | "items";
    }
  /** A step is finished: a line where nobody sees the progress. */
  | { readonly kind: "step"; readonly subject: string; readonly text: string }
  /** A sentence a person should see even without a terminal (waiting for another brig, fetching uv). */
  | { readonly kind: "note"; readonly subject: string | null; readonly text: string }
  /** Output of a test run or build command, as it comes. */
  | { readonly kind: "output"; readonly subject: string; readonly text: string }
  /** All that a failed test run wrote, for who did not see it come. */
  | { readonly kind: "failure"; readonly subject: string; readonly text: string };
