import { AwsFault } from "./aws-fault.ts";

/** What a path pattern belongs to: a method and, where two operations share a path, a query parameter. */
export interface Pattern {
  readonly method: string;
  /** As `/2015-03-31/functions/{FunctionName}/code`. */
  readonly pattern: string;
  readonly withQuery?: { readonly name: string; readonly value?: string };
}

export interface Match<Entry extends Pattern> {
  readonly entry: Entry;
  readonly labels: Readonly<Record<string, string>>;
}

interface Candidate<Entry> {
  readonly entry: Entry;
  readonly segments: readonly string[];
}

export type Router<Entry extends Pattern> = (
  method: string,
  rawPath: string,
  rawQuery: string,
) => Match<Entry> | undefined;

/**
 * Finds the entry for a request. Segments are compared on the raw path and decoded one by one after that, so that
 * `arn%3Aaws%3Alambda…` and `name%3Aalias` stay one label. A slash at the end does not count (botocore sends one).
 */
export function compileRouter<Entry extends Pattern>(entries: readonly Entry[]): Router<Entry> {
  const bySize = new Map<string, Candidate<Entry>[]>();
  for (const entry of entries) {
    const segments = splitPath(entry.pattern);
    const size = `${entry.method} ${segments.length}`;
    const list = bySize.get(size) ?? [];
    list.push({ entry, segments });
    // One that asks for a query parameter is more special than one that does not.
    list.sort((left, right) => Number(!left.entry.withQuery) - Number(!right.entry.withQuery));
    bySize.set(size, list);
  }
  return (method, rawPath, rawQuery) => {
    const segments = splitPath(rawPath);
    for (const candidate of bySize.get(`${method} ${segments.length}`) ?? []) {
      if (!fits(candidate.segments, segments)) continue;
      if (!hasQuery(candidate.entry.withQuery, rawQuery)) continue;
      return { entry: candidate.entry, labels: readLabels(candidate.segments, segments) };
    }
    return undefined;
  };
}

/** A raw path is what stands before `?`; its parts are still encoded. */
function splitPath(path: string): readonly string[] {
  const end = path.length > 1 && path.endsWith("/") ? -1 : undefined;
  return path.slice(1, end).split("/");
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.every((part, index) =>
    part.startsWith("{") ? segments[index] !== "" : part === segments[index],
  );
}

function hasQuery(wanted: Pattern["withQuery"], rawQuery: string): boolean {
  if (wanted === undefined) return true;
  const query = new URLSearchParams(rawQuery);
  return wanted.value === undefined ? query.has(wanted.name) : query.get(wanted.name) === wanted.value;
}

function readLabels(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith("{")) labels[part.slice(1, -1)] = decodeLabel(segments[index]!);
  }
  return labels;
}

/** @throws AwsFault 400 when the text is not percent-encoded UTF-8 */
export function decodeLabel(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsFault(400, "InvalidRequestContentException", `the path part ${text} is not valid UTF-8`);
  }
}
