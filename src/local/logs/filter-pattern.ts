import { invalidParameter } from "./input.ts";
import { parseJsonPattern } from "./json-pattern.ts";
import type { MessageFilter } from "./message-filter.ts";

interface Term {
  readonly kind: "all" | "any" | "none";
  readonly text: string;
}

/**
 * A filter pattern (AWS, "Filter pattern syntax"): terms, all of which must be there; `?term`, one of which must be;
 * `-term`, which must not; `"several words"`; or a condition on JSON messages in braces. Case matters.
 *
 * @throws AwsFault InvalidParameterException, also for the patterns in brackets and the regular expressions that AWS knows
 */
export function parseFilterPattern(pattern: string): MessageFilter {
  const text = pattern.trim();
  if (text === "") return () => true;
  if (text.startsWith("{")) return parseJsonPattern(text);
  if (text.startsWith("[") || /^[?-]?%.*%$/.test(text)) {
    throw invalidParameter(
      `local Lambda does not support filter patterns in brackets or with regular expressions: ${text}`,
    );
  }
  const terms = parseTerms(text);
  const ofKind = (kind: Term["kind"]): readonly string[] =>
    terms.filter((term) => term.kind === kind).map((term) => term.text);
  const all = ofKind("all");
  const any = ofKind("any");
  const none = ofKind("none");
  return (message) =>
    all.every((term) => message.includes(term)) &&
    // AWS leaves `?term` out of account where other terms are required.
    (any.length === 0 || all.length > 0 || any.some((term) => message.includes(term))) &&
    !none.some((term) => message.includes(term));
}

function parseTerms(text: string): readonly Term[] {
  const terms: Term[] = [];
  const rest = text.replaceAll(
    /([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/g,
    (_, sign: string, quoted, word) => {
      const term = typeof quoted === "string" ? quoted.replaceAll(/\\(.)/g, "$1") : String(word);
      if (term !== "") terms.push({ kind: sign === "?" ? "any" : sign === "-" ? "none" : "all", text: term });
      return "";
    },
  );
  if (rest.trim() !== "") throw invalidParameter(`Invalid filter pattern: ${text}`);
  return terms;
}
