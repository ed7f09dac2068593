import type { Change } from "./diff-members.ts";
import type { Members } from "./members.ts";

/** One call of a plan. */
export interface Step {
  /** AWS's own name of the operation. */
  readonly call: string;
  readonly why?: string;
  /** What people see; values of environment variables are hidden. */
  readonly changes?: readonly Change[];
  /** What AWS is sent, beside guards and the zip. Holds values: never shown. */
  readonly input: Members;
}

/** A step as it is printed and saved. */
export type ShownStep = Omit<Step, "input">;

export function showStep({ call, why, changes }: Step): ShownStep {
  return { call, ...(why !== undefined && { why }), ...(changes !== undefined && { changes }) };
}
