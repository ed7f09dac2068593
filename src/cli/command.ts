import type { Context } from "../context.ts";
import type { Output } from "./output.ts";

/** A flag as the command table holds it; help, completion, parsing and the pages' test all read this. */
export interface Flag {
  readonly kind: "boolean" | "text" | "count" | "list";
  readonly short?: string;
  /** What help calls the value: `N`, `NAME`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** The least value of a count; 0 otherwise. */
  readonly least?: number;
  readonly summary: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** The values of given flags: `undefined` where a flag was not given, so that defaults stay with the operation. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]: F[K]["kind"] extends "boolean"
    ? boolean
    : F[K]["kind"] extends "count"
      ? number | undefined
      : F[K]["kind"] extends "list"
        ? readonly string[]
        : string | undefined;
};

export interface Positional {
  /** What help calls it: `FUNCTION`. */
  readonly name: string;
  readonly summary: string;
  readonly least: number;
  readonly most: number;
  readonly choices?: readonly string[];
}

export interface Invocation<F extends Flags> {
  readonly positionals: readonly string[];
  readonly flags: FlagValues<F>;
  readonly context: Context;
  readonly output: Output;
  /** The whole table, for the verb that completes all others. */
  readonly commands: readonly Command[];
}

/** A verb: data, plus a call of one operation that is only loaded when the verb runs. */
export interface Command<F extends Flags = Flags> {
  readonly name: string;
  readonly summary: string;
  readonly positional?: Positional;
  readonly flags: F;
  readonly examples: readonly string[];
  /** Where it acts on AWS, an interruption leaves behind what AWS had been asked for. */
  readonly acts?: "on AWS" | "on AWS with a target";
  /** Returns the exit status, or throws. */
  readonly run: (invocation: Invocation<F>) => Promise<number>;
}

/** Ties the types of a command's flags to what its `run` is given. */
export function defineCommand<const F extends Flags>(command: Command<F>): Command {
  return command as unknown as Command;
}

export const functionNames: Positional = {
  name: "FUNCTION",
  summary: "name, api/name, api/ or path; without one, the function whose folder you are in",
  least: 0,
  most: Number.POSITIVE_INFINITY,
};

/** Flags that every verb takes, before or after it. */
export const globalFlags = {
  directory: { kind: "text", short: "C", value: "DIR", summary: "as if started in DIR" },
  json: { kind: "boolean", summary: "one JSON document on stdout" },
  quiet: { kind: "boolean", short: "q", summary: "only results and errors" },
  verbose: { kind: "boolean", short: "v", summary: "more about what is done" },
  color: {
    kind: "text",
    value: "WHEN",
    choices: ["auto", "always", "never"],
    summary: "auto, always or never",
  },
  version: { kind: "boolean", summary: "print brig's version" },
  help: { kind: "boolean", short: "h", summary: "print help" },
} as const satisfies Flags;
