/**
 * Every error a user can meet, with the exit status it ends the program with:
 * 1 the work failed, 2 the command line, a brig.yaml or the workspace is wrong.
 * Codes stay stable; each has a section in docs/errors.md (held by a test).
 */
export const exitStatusByCode = {
  "usage-invalid": 2,
  "function-not-found": 2,
  "function-ambiguous": 2,
  "workspace-not-found": 2,
  "config-invalid": 2,
  "source-missing": 2,
  "requirements-invalid": 1,
  "resolve-failed": 1,
  "lock-invalid": 1,
  "lock-outdated": 1,
  "wheel-missing": 1,
  "wheel-invalid": 1,
  "hash-mismatch": 1,
  "download-failed": 1,
  offline: 1,
  "link-outside": 1,
  "secret-found": 1,
  "path-collision": 1,
  "python-missing": 1,
  "command-failed": 1,
  "tests-failed": 1,
  "tests-changed-tree": 1,
  "handler-missing": 1,
  "function-failed": 1,
  "function-timed-out": 1,
  "too-large": 1,
  "store-unwritable": 1,
  "disk-full": 1,
  busy: 1,
  "already-exists": 1,
  "tool-missing": 1,
  "target-not-found": 2,
  "target-protected": 1,
  "credentials-missing": 1,
  "credentials-expired": 1,
  "access-denied": 1,
  throttled: 1,
  conflict: 1,
  drifted: 1,
  "smoke-failed": 1,
  "aws-failed": 1,
  "not-deployed": 1,
  interrupted: 130,
} as const;

export type ErrorCode = keyof typeof exitStatusByCode;

/** What `--json` prints of an error, and what stands in a function's row. */
export interface ErrorReport {
  readonly code: ErrorCode | "internal";
  readonly message: string;
  readonly hint: string | null;
}

/**
 * A fault with a known cause: one sentence naming the wrong value, and a hint that can be pasted into a shell.
 * Anything thrown that is not a BrigError is a fault of brig's own (exit status 70, with a stack trace).
 */
export class BrigError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;

  constructor(code: ErrorCode, message: string, hint: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = "BrigError";
    this.code = code;
    this.hint = hint;
  }

  get exitStatus(): number {
    return exitStatusByCode[this.code];
  }
}

/** A remark that does not stop the work. */
export interface Warning {
  readonly code: ErrorCode | "function-member-unknown" | "runtime-deprecated";
  readonly message: string;
  readonly hint: string | null;
}
