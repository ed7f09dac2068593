import { invalidParameter } from "./input.ts";
import type { MessageFilter } from "./message-filter.ts";

type Condition = (message: unknown) => boolean;

/** Brackets within brackets; more is no pattern of a person. */
const deepest = 50;

/**
 * A condition on messages that are JSON: `{ ($.level = "ERROR" || $.status >= 500) && $.user.name = a* }` with `=`, `!=`,
 * `<`, `<=`, `>`, `>=`, `IS TRUE`, `IS FALSE`, `IS NULL`, `NOT EXISTS`. A message that is no JSON never fits.
 *
 * @throws AwsFault InvalidParameterException
 */
export function parseJsonPattern(pattern: string): MessageFilter {
  const tokens = [...pattern.matchAll(token)].map(([text]) => text).filter((text) => text.trim() !== "");
  const invalid = (): Error => invalidParameter(`Invalid filter pattern: ${pattern}`);
  let position = 0;
  const next = (): string => {
    const text = tokens[position++];
    if (text === undefined) throw invalid();
    return text;
  };
  const expect = (wanted: string): void => {
    if (next().toUpperCase() !== wanted) throw invalid();
  };

  const parseEither = (depth: number): Condition => {
    const conditions = [parseBoth(depth)];
    while (tokens[position] === "||") {
      position++;
      conditions.push(parseBoth(depth));
    }
    return (message) => conditions.some((condition) => condition(message));
  };
  const parseBoth = (depth: number): Condition => {
    const conditions = [parseOne(depth)];
    while (tokens[position] === "&&") {
      position++;
      conditions.push(parseOne(depth));
    }
    return (message) => conditions.every((condition) => condition(message));
  };
  const parseOne = (depth: number): Condition => {
    if (depth > deepest) throw invalid();
    if (tokens[position] !== "(") return parseComparison();
    position++;
    const condition = parseEither(depth + 1);
    expect(")");
    return condition;
  };
  const parseComparison = (): Condition => {
    const select = parseSelector(next(), invalid);
    const operator = next().toUpperCase();
    if (operator === "IS") return parseIs(select, next().toUpperCase(), invalid);
    if (operator === "NOT") {
      expect("EXISTS");
      return (message) => select(message) === undefined;
    }
    return parseOperator(select, operator, next(), invalid);
  };

  expect("{");
  const condition = parseEither(0);
  expect("}");
  if (position !== tokens.length) throw invalid();
  return (message) => {
    if (!message.trimStart().startsWith("{")) return false;
    try {
      return condition(JSON.parse(message));
    } catch {
      return false;
    }
  };
}

const token =
  /"(?:[^"\\]|\\.)*"|&&|\|\||[<>!]=|[={}()<>]|\$(?:\.[^\s.[\]=!<>(){}&|]+|\["[^"]*"\]|\[\d+\])*|[^\s={}()<>!&|]+|\S/g;

function parseSelector(text: string, invalid: () => Error): (message: unknown) => unknown {
  if (!text.startsWith("$") || text === "$") throw invalid();
  const steps = [...text.matchAll(/\.([^.[]+)|\["([^"]*)"\]|\[(\d+)\]/g)].map(
    ([, member, quoted, index]) => member ?? quoted ?? Number(index),
  );
  return (message) => {
    let value: unknown = message;
    for (const step of steps) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Readonly<Record<string | number, unknown>>)[step];
    }
    return value;
  };
}

function parseIs(select: (message: unknown) => unknown, word: string, invalid: () => Error): Condition {
  const wanted = new Map<string, unknown>([
    ["TRUE", true],
    ["FALSE", false],
    ["NULL", null],
  ]);
  if (!wanted.has(word)) throw invalid();
  return (message) => select(message) === wanted.get(word);
}

function parseOperator(
  select: (message: unknown) => unknown,
  operator: string,
  operand: string,
  invalid: () => Error,
): Condition {
  const text = operand.startsWith('"') ? operand.slice(1, -1).replaceAll(/\\(.)/g, "$1") : operand;
  const number = operand.startsWith('"') || !/^[+-]?[\d.]/.test(operand) ? Number.NaN : Number(operand);
  if (operator === "=") return (message) => isEqual(select(message), text, number);
  if (operator === "!=") {
    return (message) => {
      const value = select(message);
      return value !== undefined && !isEqual(value, text, number);
    };
  }
  if (Number.isNaN(number)) throw invalid();
  const compare = comparisons.get(operator);
  if (compare === undefined) throw invalid();
  return (message) => {
    const value = select(message);
    return typeof value === "number" && compare(value, number);
  };
}

const comparisons: ReadonlyMap<string, (value: number, bound: number) => boolean> = new Map([
  ["<", (value, bound) => value < bound],
  ["<=", (value, bound) => value <= bound],
  [">", (value, bound) => value > bound],
  [">=", (value, bound) => value >= bound],
]);

function isEqual(value: unknown, text: string, number: number): boolean {
  if (typeof value === "number") return value === number;
  return typeof value === "string" && fitsWildcard(value, text);
}

/** `*` stands for anything; the pieces between are looked for from left to right. */
function fitsWildcard(value: string, pattern: string): boolean {
  const [first, ...pieces] = pattern.split("*");
  const last = pieces.pop();
  if (last === undefined) return value === first;
  if (!value.startsWith(first!)) return false;
  let position = first!.length;
  for (const piece of pieces) {
    const found = value.indexOf(piece, position);
    if (found < 0) return false;
    position = found + piece.length;
  }
  return value.length - last.length >= position && value.endsWith(last);
}
