export type MarkerNode =
  | { readonly kind: "and" | "or"; readonly parts: readonly MarkerNode[] }
  | {
      readonly kind: "comparison";
      readonly left: MarkerOperand;
      readonly operator: string;
      readonly right: MarkerOperand;
    };

export type MarkerOperand =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "text"; readonly value: string };

export class MarkerFault extends Error {}

const variables = new Set([
  "python_version",
  "python_full_version",
  "implementation_version",
  "implementation_name",
  "platform_python_implementation",
  "os_name",
  "sys_platform",
  "platform_system",
  "platform_machine",
  "platform_release",
  "platform_version",
  "extra",
  "extras",
  "dependency_groups",
]);
/** Old spellings that PEP 508 still allows. */
const oldNames: Readonly<Record<string, string>> = {
  "os.name": "os_name",
  "sys.platform": "sys_platform",
  "platform.version": "platform_version",
  "platform.machine": "platform_machine",
  "platform.python_implementation": "platform_python_implementation",
  python_implementation: "platform_python_implementation",
};
/** Brackets deeper than this are no marker that a person or a tool wrote. */
const deepest = 100;

/**
 * Reads a marker of PEP 508 (`python_version < "3.12" and (…)`).
 *
 * @throws MarkerFault
 */
export function parseMarker(text: string): MarkerNode {
  const tokens = readTokens(text);
  let position = 0;
  const peek = (): string | undefined => tokens[position];
  const take = (): string => {
    const token = tokens[position];
    if (token === undefined) throw new MarkerFault(`the marker ${JSON.stringify(text)} ends too early`);
    position += 1;
    return token;
  };
  const readOr = (depth: number): MarkerNode => {
    const parts = [readAnd(depth)];
    while (peek() === "or") {
      take();
      parts.push(readAnd(depth));
    }
    return parts.length === 1 && parts[0] ? parts[0] : { kind: "or", parts };
  };
  const readAnd = (depth: number): MarkerNode => {
    const parts = [readOne(depth)];
    while (peek() === "and") {
      take();
      parts.push(readOne(depth));
    }
    return parts.length === 1 && parts[0] ? parts[0] : { kind: "and", parts };
  };
  const readOne = (depth: number): MarkerNode => {
    if (depth > deepest) throw new MarkerFault("the marker has too many brackets");
    if (peek() === "(") {
      take();
      const inner = readOr(depth + 1);
      if (take() !== ")") throw new MarkerFault(`the marker ${JSON.stringify(text)} lacks a closing bracket`);
      return inner;
    }
    const left = readOperand(take());
    let operator = take();
    if (operator === "not") operator = `not ${take()}`;
    if (!operators.has(operator))
      throw new MarkerFault(`${JSON.stringify(operator)} is no operator of a marker`);
    return { kind: "comparison", left, operator, right: readOperand(take()) };
  };
  const whole = readOr(0);
  if (position < tokens.length) throw new MarkerFault(`${JSON.stringify(peek())} is left over in the marker`);
  return whole;
}

const operators = new Set(["<", "<=", "==", "!=", ">=", ">", "~=", "===", "in", "not in"]);

function readOperand(token: string): MarkerOperand {
  if (token.startsWith('"') || token.startsWith("'")) return { kind: "text", value: token.slice(1, -1) };
  const name = oldNames[token] ?? token;
  if (variables.has(name)) return { kind: "variable", name };
  throw new MarkerFault(`${JSON.stringify(token)} is no variable of a marker`);
}

function readTokens(text: string): readonly string[] {
  const tokens: string[] = [];
  const pattern = /\s*("[^"]*"|'[^']*'|[()]|===|[<>=!~]=|[<>]|[A-Za-z_][A-Za-z0-9_.]*)/y;
  const content = text.trim();
  while (pattern.lastIndex < content.length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(content);
    if (!match?.[1])
      throw new MarkerFault(`the marker has no meaning at ${JSON.stringify(content.slice(from, from + 20))}`);
    tokens.push(match[1]);
  }
  return tokens;
}
