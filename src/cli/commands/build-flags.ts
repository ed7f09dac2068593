import type { Flags } from "../command.ts";

/** Flags that `build` and `test` share. */
export const buildFlags = {
  all: { kind: "boolean", summary: "every function of the workspace" },
  frozen: { kind: "boolean", summary: "the lock must be there and valid: nothing is resolved" },
  offline: { kind: "boolean", summary: "nothing from the network" },
  force: { kind: "boolean", summary: "as if nothing were cached in the function's folder" },
  jobs: {
    kind: "count",
    least: 1,
    value: "N",
    summary: "how much is done at once (default: the number of processors)",
  },
} as const satisfies Flags;
