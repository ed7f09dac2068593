import { type Command, type Flags, globalFlags } from "./command.ts";
import { flagName } from "./parse-arguments.ts";

/** The text of `brig --help`. */
export function renderHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return [
    "brig builds AWS Lambda functions into zips that are identical on every machine, and tests exactly what goes into them.",
    "",
    "Usage: brig VERB [FUNCTION…] [flags]",
    "",
    "Verbs:",
    renderRows(rows),
    "",
    "Flags of every verb:",
    renderFlags(globalFlags),
    "",
    "`brig VERB --help` tells more; docs/guide.md is the way in.",
    "",
  ].join("\n");
}

/** The text of `brig VERB --help`. */
export function renderCommandHelp(command: Command): string {
  const { name, summary, positional, flags, examples } = command;
  const words = ["brig", name];
  if (positional) words.push(renderPositional(positional));
  const sections = [
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    "",
    `Usage: ${words.join(" ")} [flags]`,
  ];
  if (positional) sections.push("", "Arguments:", renderRows([[positional.name, positional.summary]]));
  if (Object.keys(flags).length > 0) sections.push("", "Flags:", renderFlags(flags));
  sections.push("", "Flags of every verb:", renderFlags(globalFlags));
  sections.push("", "Examples:", ...examples.map((example) => `  ${example}`));
  sections.push("", `docs/commands/${name}.md tells more.`, "");
  return sections.join("\n");
}

function renderPositional({ name, least, most }: NonNullable<Command["positional"]>): string {
  const word = most > 1 ? `${name}…` : name;
  return least === 0 ? `[${word}]` : word;
}

function renderFlags(flags: Flags): string {
  return renderRows(
    Object.entries(flags).map(([name, { short, value, summary }]) => {
      const long = `--${flagName(name)}${value ? ` ${value}` : ""}`;
      return [`${short ? `-${short}, ` : "    "}${long}`, summary];
    }),
  );
}

function renderRows(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
