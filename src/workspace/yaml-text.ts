import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from "yaml";
import { BrigError } from "../errors.ts";

/** A YAML text as plain data, and where in the text each part stands. */
export interface YamlText {
  /** Maps are plain objects without `__proto__`; `undefined` for an empty text. */
  readonly value: unknown;
  /** `file:line:column` of the value at a path of keys and indexes, or of its nearest parent that is there. */
  readonly locateValue: (path: readonly PropertyKey[]) => string;
  /** The same of the key that names the value. */
  readonly locateKey: (path: readonly PropertyKey[]) => string;
}

const maximumBytes = 1_048_576;
/** More than any settings need; keeps the parser from recursing until the stack ends. */
const maximumDepth = 100;
/** Values that a file may come to when its aliases are followed. */
const maximumValues = 10_000;
const refusedKeys: ReadonlySet<string> = new Set(["__proto__", "<<"]);

/**
 * Reads YAML 1.2 (core schema) as hostile input. What settings never need is refused: tags, duplicate keys, merge
 * keys, several documents, aliases that multiply, deep nesting.
 *
 * @param file how messages name the text
 * @throws BrigError `config-invalid` with file, line and column
 */
export function parseYaml(text: string, file: string): YamlText {
  if (Buffer.byteLength(text) > maximumBytes)
    throw invalid(`${file}:1:1`, `larger than ${maximumBytes} bytes`);
  refuseDepth(text, file);
  const lineCounter = new LineCounter();
  const locate = (offset: number): string => {
    const { line, col } = lineCounter.linePos(Math.min(offset, text.length));
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  // Its own check for duplicate keys takes quadratic time; the walk below does it.
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
    schema: "core",
  });
  const [error] = document.errors;
  if (error?.code === "MULTIPLE_DOCS")
    throw invalid(locate(error.pos[0]), "only one document may stand in a file");
  if (error !== undefined) throw invalid(locate(error.pos[0]), `not YAML: ${error.message.split("\n")[0]}`);
  const keys = new Map<string, number>();
  const values = new Map<string, number>();
  let count = 0;

  const convert = (node: Node | null, path: readonly PropertyKey[], parent: number): unknown => {
    const offset = node?.range?.[0] ?? parent;
    values.set(pathText(path), offset);
    count += 1;
    if (count > maximumValues) throw invalid(locate(offset), `more than ${maximumValues} values`);
    if (path.length > maximumDepth)
      throw invalid(locate(offset), "nested too deeply, or an alias inside itself");
    if (node === null) return null;
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined)
        throw invalid(locate(offset), `no anchor "&${node.source}" stands before this alias`);
      return convert(target, path, offset);
    }
    if (node.tag !== undefined) throw invalid(locate(offset), `tags are not supported: "${node.tag}"`);
    if (isScalar(node)) return node.value;
    if (isSeq(node))
      return node.items.map((item, index) => convert(item as Node | null, [...path, index], offset));
    if (!isMap(node)) throw invalid(locate(offset), "not a value that settings can have");
    const map: Record<string, unknown> = {};
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      const keyOffset = key?.range?.[0] ?? offset;
      if (!isScalar(key) || typeof key.value !== "string" || key.tag !== undefined) {
        throw invalid(locate(keyOffset), "a key must be text", "put the key in quotes");
      }
      const name = key.value;
      if (refusedKeys.has(name)) throw invalid(locate(keyOffset), `the key "${name}" is not supported`);
      if (Object.hasOwn(map, name)) {
        throw invalid(locate(keyOffset), `the key "${name}" stands here twice`, "keep one of them");
      }
      const inner = [...path, name];
      keys.set(pathText(inner), keyOffset);
      map[name] = convert(pair.value as Node | null, inner, keyOffset);
    }
    return map;
  };

  const empty = document.contents === null;
  const value = empty ? undefined : convert(document.contents, [], 0);
  const find = (offsets: ReadonlyMap<string, number>, path: readonly PropertyKey[]): string => {
    for (let length = path.length; length >= 0; length -= 1) {
      const inner = pathText(path.slice(0, length));
      const offset = (length === path.length ? offsets : values).get(inner) ?? values.get(inner);
      if (offset !== undefined) return locate(offset);
    }
    return locate(0);
  };
  return { value, locateValue: (path) => find(values, path), locateKey: (path) => find(keys, path) };
}

/** Depth is bounded before the parser sees the text: it compiles a pattern per indentation and recurses per bracket. */
function refuseDepth(text: string, file: string): void {
  let depth = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const indentation = /^(?:[ ?:-])*/.exec(line)![0].length;
    for (const character of line) {
      if (character === "[" || character === "{") depth += 1;
      else if (character === "]" || character === "}") depth = Math.max(0, depth - 1);
    }
    // A line of dashes or a bracket in a text counts as well: no settings come near the limit for all that.
    if (indentation > 5 * maximumDepth || depth > 2 * maximumDepth) {
      throw invalid(`${file}:${index + 1}:1`, "nested too deeply");
    }
  }
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map(String).join("\0");
}

function invalid(where: string, message: string, hint: string | null = null): BrigError {
  return new BrigError("config-invalid", `${where}: ${message}`, hint);
}
