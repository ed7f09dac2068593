/** Options that a line of a requirements file carries, by their long name without dashes, in order. */
export interface LineOption {
  readonly name: string;
  /** Empty for flags. */
  readonly value: string;
}

/** What went wrong on a line, in words that follow the place. */
export class LineFault extends Error {
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}

const flags = new Set(["no-index", "pre", "require-hashes", "prefer-binary", "use-pep517", "no-use-pep517"]);
const valued = new Set([
  "requirement",
  "constraint",
  "editable",
  "index-url",
  "extra-index-url",
  "find-links",
  "trusted-host",
  "no-binary",
  "only-binary",
  "hash",
  "config-settings",
  "global-option",
  "use-feature",
]);
const aliases: Readonly<Record<string, string>> = {
  "pypi-url": "index-url",
  "config-setting": "config-settings",
};
const short: Readonly<Record<string, string>> = {
  r: "requirement",
  c: "constraint",
  e: "editable",
  i: "index-url",
  f: "find-links",
  C: "config-settings",
};

/** Splits a logical line into the requirement (possibly empty) and the options behind it (pip's `break_args_options`). */
export function splitLine(line: string): {
  readonly requirement: string;
  readonly options: readonly LineOption[];
} {
  const words = line.split(" ");
  const first = words.findIndex((word) => word.startsWith("-"));
  if (first === -1) return { requirement: line.trim(), options: [] };
  return {
    requirement: words.slice(0, first).join(" ").trim(),
    options: parseOptions(splitWords(words.slice(first).join(" "))),
  };
}

function parseOptions(words: readonly string[]): readonly LineOption[] {
  const options: LineOption[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const long = /^--([a-z0-9-]+)(?:=(.*))?$/s.exec(word);
    const brief = /^-([A-Za-z])(.*)$/s.exec(word);
    const written = long?.[1] ?? (brief?.[1] === undefined ? undefined : short[brief[1]]);
    if (written === undefined) throw new LineFault(`unknown option ${JSON.stringify(word)}`, unknownHint);
    const name = aliases[written] ?? written;
    let value = long ? long[2] : brief?.[2]?.replace(/^=/, "") || undefined;
    if (flags.has(name)) {
      if (value !== undefined) throw new LineFault(`--${name} takes no value`);
      options.push({ name, value: "" });
      continue;
    }
    if (!valued.has(name)) throw new LineFault(`unknown option "--${written}"`, unknownHint);
    if (value === undefined) {
      index += 1;
      value = words[index];
    }
    if (value === undefined || value === "") throw new LineFault(`--${name} needs a value`);
    options.push({ name, value });
  }
  return options;
}

const unknownHint =
  "https://pip.pypa.io/en/stable/reference/requirements-file-format/ lists the options that may stand here";

/** Words as a POSIX shell reads them: quotes group, `\` takes the next character as it is. */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? "";
    if (character === "\\" && quote !== "'") {
      index += 1;
      word = (word ?? "") + (text[index] ?? "\\");
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word = (word ?? "") + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== undefined) throw new LineFault(`a quotation mark ${quote} has no end`);
  if (word !== undefined) words.push(word);
  return words;
}
