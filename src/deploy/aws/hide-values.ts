const hidden = "***";

/**
 * AWS's message without the values of environment variables: the error for more than 4 KB of them, and those of
 * validation, echo them all.
 *
 * @param input of the call that was refused
 */
export function hideValues(message: string, input: Readonly<Record<string, unknown>>): string {
  // The echo may be cut, escaped or in Java's way (`{A=1, B=2}`): it goes as a whole, wherever it ends.
  const cut = message
    .replace(/(String measured: ).*/s, `$1${hidden}`)
    .replace(/(Value ').*(' at 'environment)/gs, `$1${hidden}$2`);
  const environment = input["Environment"] as
    | { readonly Variables?: Readonly<Record<string, unknown>> }
    | undefined;
  const values = Object.values(environment?.Variables ?? {})
    .filter((value): value is string => typeof value === "string" && value !== "")
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
    .toSorted((a, b) => b.length - a.length);
  return values.reduce((text, value) => hideValue(text, value), cut);
}

/** A short value hides as a whole word only: `1` is not taken out of `us-west-12`. */
function hideValue(text: string, value: string): string {
  if (value.length >= 4) return text.replaceAll(value, hidden);
  const escaped = value.replaceAll(/[^\w\s]/g, String.raw`\$&`);
  return text.replaceAll(new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, "g"), hidden);
}
