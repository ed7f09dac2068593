import { parseArgs } from "node:util";
import { BrigError } from "../errors.ts";
import { nearest } from "../workspace/nearest.ts";
import { type Command, type Flag, type Flags, type FlagValues, globalFlags } from "./command.ts";

export type GlobalValues = FlagValues<typeof globalFlags>;

export interface ParsedArguments {
  readonly command: Command | undefined;
  readonly positionals: readonly string[];
  readonly flags: FlagValues<Flags>;
  readonly global: GlobalValues;
}

type ParsedValue = string | boolean | readonly (string | boolean)[] | undefined;
type Values = Readonly<Record<string, ParsedValue>>;

/**
 * Finds the verb and reads its flags; flags of brig itself may stand before or after it.
 *
 * @throws BrigError `usage-invalid` for a verb, flag or value that brig does not know, with the nearest one it does
 */
export function parseArguments(argv: readonly string[], commands: readonly Command[]): ParsedArguments {
  const { before, verb, after } = splitAtVerb(argv);
  if (verb === undefined) {
    const { values } = parseStrictly([...before], globalFlags, undefined);
    return { command: undefined, positionals: [], flags: {}, global: readValues(values, globalFlags) };
  }
  const command = commands.find(({ name }) => name === verb) ?? unknownVerb(verb, commands);
  const flags: Flags = { ...globalFlags, ...command.flags };
  const { values, positionals } = parseStrictly([...before, ...after], flags, command);
  const global = readValues(values, globalFlags);
  if (!global.help && !global.version) checkPositionals(command, positionals);
  return { command, positionals, flags: readValues(values, command.flags), global };
}

function splitAtVerb(argv: readonly string[]): {
  before: readonly string[];
  verb: string | undefined;
  after: readonly string[];
} {
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index]!;
    if (!argument.startsWith("-")) {
      return { before: argv.slice(0, index), verb: argument, after: argv.slice(index + 1) };
    }
    const known: readonly (readonly [string, Flag])[] = Object.entries(globalFlags);
    const flag = known.find(([name, { short }]) => argument === `--${name}` || argument === `-${short}`);
    if (flag?.[1].kind === "text") index += 1;
  }
  return { before: argv, verb: undefined, after: [] };
}

function parseStrictly(
  args: string[],
  flags: Flags,
  command: Command | undefined,
): { values: Values; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      flagName(name),
      {
        type: flag.kind === "boolean" ? ("boolean" as const) : ("string" as const),
        ...(flag.short ? { short: flag.short } : {}),
        ...(flag.kind === "list" ? { multiple: true } : {}),
      },
    ]),
  );
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw usageFault(cause as NodeJS.ErrnoException, Object.keys(options), command);
  }
}

function usageFault(
  cause: NodeJS.ErrnoException,
  known: readonly string[],
  command: Command | undefined,
): BrigError {
  const verb = command ? `brig ${command.name}` : "brig";
  const unknown = /Unknown option '(--?[^']+)'/.exec(cause.message)?.[1];
  const bare = /Option '[^']*?(--[\w-]+)[^']*' argument (?:is ambiguous|missing)/.exec(cause.message)?.[1];
  if (bare !== undefined)
    return new BrigError("usage-invalid", `${verb}: the flag ${bare} needs a value`, `${verb} --help`);
  if (unknown === undefined) {
    const sentence = cause.message.split(". ")[0]!.replace(/^Option '([^']+)'/, "the flag $1");
    return new BrigError("usage-invalid", `${verb}: ${sentence}`, `${verb} --help`);
  }
  const near = nearest(unknown.replace(/^-+/, ""), known);
  const hint = near ? `did you mean --${near}?` : `${verb} --help`;
  return new BrigError("usage-invalid", `${verb} has no flag ${unknown}`, hint);
}

function unknownVerb(verb: string, commands: readonly Command[]): never {
  const near = nearest(
    verb,
    commands.map(({ name }) => name),
  );
  throw new BrigError(
    "usage-invalid",
    `brig has no command "${verb}"`,
    near ? `did you mean brig ${near}?` : "brig --help",
  );
}

function checkPositionals(command: Command, positionals: readonly string[]): void {
  const { least = 0, most = 0, name = "", choices } = command.positional ?? {};
  const usage = `brig ${command.name} --help`;
  if (positionals.length > most) {
    throw new BrigError(
      "usage-invalid",
      `brig ${command.name} takes no argument "${positionals[most]}"`,
      usage,
    );
  }
  if (positionals.length < least) {
    throw new BrigError("usage-invalid", `brig ${command.name} needs a ${name}`, usage);
  }
  const wrong = choices && positionals.find((value) => !choices.includes(value));
  if (wrong !== undefined) {
    throw new BrigError("usage-invalid", `"${wrong}" is none of ${choices!.join(", ")}`, usage);
  }
}

function readValues<F extends Flags>(values: Values, flags: F): FlagValues<F> {
  const entries = Object.entries(flags).map(([name, flag]) => [
    name,
    readValue(name, flag, values[flagName(name)]),
  ]);
  return Object.fromEntries(entries) as FlagValues<F>;
}

function readValue(name: string, flag: Flag, value: ParsedValue): unknown {
  if (flag.kind === "boolean") return value === true;
  if (flag.kind === "list") return value ?? [];
  if (value === undefined) return undefined;
  if (flag.kind === "count" && (!/^\d{1,6}$/.test(String(value)) || Number(value) < (flag.least ?? 0))) {
    const wanted = flag.least === undefined ? "a whole number" : `a whole number from ${flag.least}`;
    const message = `--${flagName(name)} takes ${wanted}, not "${String(value)}"`;
    throw new BrigError("usage-invalid", message, `for example: --${flagName(name)} 3`);
  }
  if (flag.choices && !flag.choices.includes(String(value))) {
    const near = nearest(String(value), flag.choices);
    throw new BrigError(
      "usage-invalid",
      `--${flagName(name)} is one of ${flag.choices.join(", ")}, not "${String(value)}"`,
      near ? `did you mean ${near}?` : null,
    );
  }
  return flag.kind === "count" ? Number(value) : value;
}

/** `noTest` in the table is `--no-test` on the command line. */
export function flagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
