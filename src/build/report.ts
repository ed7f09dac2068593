import type { ErrorReport, Warning } from "../errors.ts";
import type { LockChange } from "../python/lock-changes.ts";
import type { Links } from "./links.ts";
import type { TestRecord } from "./manifest.ts";

/** One function's row of `brig build --json`, as commands.md fixes it. */
export interface BuildRow {
  readonly name: string;
  readonly path: string;
  readonly status: "built" | "unchanged" | "failed";
  /** Relative to the workspace's root. */
  readonly zip: string | null;
  readonly manifest: string | null;
  /** Bytes. */
  readonly size: number | null;
  readonly unzippedSize: number | null;
  /** Hex. */
  readonly sha256: string | null;
  readonly codeSha256: string | null;
  readonly commit: string | null;
  readonly dirty: boolean | null;
  readonly tests: Pick<TestRecord, "status" | "runner" | "duration">;
  readonly links: Links;
  readonly timings: Timings;
  readonly warnings: readonly Warning[];
  readonly error: ErrorReport | null;
}

/** Milliseconds of each step. */
export interface Timings {
  readonly plan: number;
  readonly resolve: number;
  readonly fetch: number;
  readonly stage: number;
  readonly pack: number;
  readonly test: number;
}

export const noTimings: Timings = { plan: 0, resolve: 0, fetch: 0, stage: 0, pack: 0, test: 0 };

/** What people are told beyond the row. */
export interface BuildDetails {
  readonly runtime: string | null;
  readonly architecture: string;
  readonly lock: {
    readonly written: boolean;
    readonly packages: number;
    readonly changes: readonly LockChange[];
  } | null;
  /** Of the staging tree: paths that were written or removed. */
  readonly changed: readonly string[];
  readonly files: number;
  /** The largest parts of the tree, largest first. */
  readonly parts: readonly { readonly name: string; readonly size: number }[];
  /** The same bytes got a second name because they are committed now. */
  readonly nowCommitted: boolean;
  readonly linksBefore: Links;
  readonly passed: number | null;
  readonly failed: number | null;
  readonly testOutput: string;
  readonly note: string | null;
}

export interface BuildOutcome {
  readonly row: BuildRow;
  /** `undefined` when nothing had to be looked at. */
  readonly details: BuildDetails | undefined;
  /** The exit status that a failed row asks for. */
  readonly exitStatus: number;
}
