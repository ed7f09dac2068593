import { AwsFault, invalidRequestContent } from "../aws-fault.ts";
import type { Member, Operation, Shape } from "./service-model.ts";

/** A request's parts, as the front has them. */
export interface RawInput {
  readonly labels: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

/**
 * The members of an operation's input, each from its place and with its type; blobs become Buffers. What the model does
 * not know is left out, as AWS does.
 *
 * @throws AwsFault InvalidRequestContentException, SerializationException
 */
export function readInput(operation: Operation, raw: RawInput): Record<string, unknown> {
  const { members } = operation.input();
  const document = members.some(({ place }) => place === "body") ? parseBody(raw.body) : {};
  const input: Record<string, unknown> = {};
  for (const member of members) {
    const value = readMember(member, raw, document);
    if (value !== undefined) input[member.name] = value;
  }
  return input;
}

function readMember(member: Member, raw: RawInput, document: Readonly<Record<string, unknown>>): unknown {
  switch (member.place) {
    case "label":
      return convertText(raw.labels[member.name], member);
    case "query":
      if (member.shape().kind === "list") {
        const values = raw.query.getAll(member.wireName);
        return values.length === 0 ? undefined : values;
      }
      return convertText(raw.query.get(member.wireName) ?? undefined, member);
    case "header":
      return convertText(raw.header(member.wireName), member);
    case "payload":
      return raw.body;
    case "body":
      return convert(document[member.wireName], member.shape());
  }
}

function parseBody(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw invalidRequestContent(`Could not parse request body into json: ${(cause as Error).message}`);
  }
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw wrongType("structure", value);
  return value as Readonly<Record<string, unknown>>;
}

function convertText(text: string | undefined, member: Member): unknown {
  if (text === undefined) return undefined;
  const { kind } = member.shape();
  if (kind === "number") {
    const number = Number(text);
    if (text.trim() === "" || !Number.isFinite(number)) throw wrongType("Integer", text);
    return number;
  }
  return kind === "boolean" ? text.toLowerCase() === "true" : text;
}

function convert(value: unknown, shape: Shape): unknown {
  if (value === undefined || value === null) return undefined;
  switch (shape.kind) {
    case "string":
      // AWS takes numbers and booleans where a string is meant (environment variables, tags).
      if (typeof value === "number" || typeof value === "boolean") return String(value);
      return typeof value === "string" ? value : refuse("String", value);
    case "number":
      return typeof value === "number" ? value : refuse("Integer", value);
    case "boolean":
      return typeof value === "boolean" ? value : refuse("Boolean", value);
    case "blob":
      return typeof value === "string" && isBase64(value)
        ? Buffer.from(value, "base64")
        : refuse("Blob", value);
    case "list":
      if (!Array.isArray(value)) return refuse("list", value);
      return value.map((item) => convert(item, shape.element()));
    case "map":
      if (!isObject(value)) return refuse("map", value);
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, convert(item, shape.element())]),
      );
    case "structure":
      if (!isObject(value)) return refuse("structure", value);
      return Object.fromEntries(
        shape.members
          .map(({ name, wireName, shape: inner }) => [name, convert(value[wireName], inner())])
          .filter(([, item]) => item !== undefined),
      );
    case "timestamp":
    case "document":
      return value;
  }
}

function isBase64(text: string): boolean {
  // The whole alphabet is not looked at twice: a wrong character shortens what Buffer decodes, and the zip tells.
  return /^[A-Za-z0-9+/=\s]{0,64}/.exec(text)![0].length === Math.min(64, text.length);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(wanted: string, value: unknown): never {
  throw wrongType(wanted, value);
}

function wrongType(wanted: string, value: unknown): AwsFault {
  const found = Array.isArray(value)
    ? "Start of list"
    : isObject(value)
      ? "Start of structure or map"
      : undefined;
  return new AwsFault(
    400,
    "SerializationException",
    found === undefined
      ? `${typeof value === "string" ? "STRING_VALUE" : typeof value === "number" ? "NUMBER_VALUE" : "TRUE_VALUE"} can not be converted to ${/^[AEIOU]/.test(wanted) ? "an" : "a"} ${wanted}`
      : `${found} found where not expected`,
  );
}
