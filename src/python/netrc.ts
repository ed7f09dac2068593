/** One machine of a netrc file; `machine: undefined` is its `default`, for all others. */
export interface NetrcEntry {
  readonly machine: string | undefined;
  readonly login: string | undefined;
  readonly password: string | undefined;
}

/**
 * Reads a netrc file as curl and Python do: words by white space, `"…"` with `\` inside, `#` comments at the
 * beginning of a line, `macdef` until an empty line. What makes no sense is skipped, never an error: it may hold secrets.
 */
export function parseNetrc(text: string): readonly NetrcEntry[] {
  const entries: { machine: string | undefined; login: string | undefined; password: string | undefined }[] =
    [];
  const words = splitWords(text.replaceAll(/^[ \t]*macdef[^]*?(?:\r?\n[ \t]*\r?\n|$(?![^]))/gm, ""));
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    const last = entries.at(-1);
    if (word === "default") entries.push({ machine: undefined, login: undefined, password: undefined });
    else if (word === "machine")
      entries.push({ machine: words[++at], login: undefined, password: undefined });
    else if (last && (word === "login" || word === "user")) last.login = words[++at];
    else if (last && word === "password") last.password = words[++at];
    else if (word === "account") at++;
  }
  return entries;
}

/** The first entry for a host, else the default one. */
export function selectNetrcEntry(entries: readonly NetrcEntry[], host: string): NetrcEntry | undefined {
  return (
    entries.find((entry) => entry.machine?.toLowerCase() === host.toLowerCase()) ??
    entries.find((entry) => entry.machine === undefined)
  );
}

function splitWords(text: string): readonly string[] {
  const words = text
    .replaceAll(/^[ \t]*#.*$/gm, "")
    .matchAll(/"(?<quoted>(?:\\[^]|[^"\\])*)"|(?<plain>\S+)/g);
  return Array.from(
    words,
    ({ groups }) => groups?.["plain"] ?? (groups?.["quoted"] ?? "").replaceAll(/\\([^])/g, "$1"),
  );
}
