import type { Flags } from "../command.ts";

/** Of every verb that works on AWS. */
export const targetFlag = {
  target: { kind: "text", value: "T", summary: "the target, as brig.yaml names it" },
} as const satisfies Flags;

/** Of every verb that writes to AWS. */
export const yesFlag = {
  yes: { kind: "boolean", summary: "do not ask; without a terminal nobody is asked anyway" },
} as const satisfies Flags;
