import { AwsFault } from "../../../src/local/aws-fault.ts";
import {
  type Member,
  type Operation,
  type ServiceModel,
  type Shape,
  loadServiceModel,
} from "../../../src/local/api/service-model.ts";
import { compileRouter } from "../../../src/local/router.ts";

/** A request matched to an operation of the SDK's model. */
export interface Matched {
  readonly operation: Operation;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Reader {
  readonly match: (method: string, rawPath: string, rawQuery: string) => Matched | undefined;
  readonly read: (matched: Matched, raw: RawRequest) => ReadInput;
}

export interface RawRequest {
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

export interface ReadInput {
  readonly input: Record<string, unknown>;
  /** Members of the body that no operation of this kind knows. */
  readonly unknown: Record<string, unknown>;
  /** Members of the body that belong to another operation: AWS ignores them without a word. */
  readonly ignored: readonly string[];
}

/** Reads requests by the schemas that the SDK carries. */
export async function createReader(): Promise<Reader> {
  const model = await loadServiceModel();
  const router = compileRouter<Operation>(model.operations);
  const configuration = namesOf(model, "CreateFunction");
  return {
    match: (method, rawPath, rawQuery) => {
      const match = router(method, rawPath, rawQuery);
      return match && { operation: match.entry, labels: match.labels };
    },
    read: (matched, raw) => readInput(matched, raw, configuration),
  };
}

function namesOf(model: ServiceModel, operation: string): ReadonlySet<string> {
  const found = model.operations.find(({ name }) => name === operation);
  return new Set(found?.input().members.map(({ name }) => name));
}

function readInput(
  { operation, labels }: Matched,
  raw: RawRequest,
  configuration: ReadonlySet<string>,
): ReadInput {
  const { members } = operation.input();
  const hasBody = members.some(({ place }) => place === "body");
  const document = hasBody ? parseBody(raw.body) : {};
  const input: Record<string, unknown> = {};
  for (const member of members) {
    const value = readMember(member, labels, raw, document);
    if (value !== undefined) input[member.name] = value;
    else if (member.required) throw missing(member.name);
  }
  const known = new Set(members.map(({ wireName }) => wireName));
  const others = Object.entries(document).filter(([name]) => !known.has(name));
  const isConfiguration = operation.name === "UpdateFunctionConfiguration";
  const ignored = others.filter(([name]) => isConfiguration && configuration.has(name)).map(([name]) => name);
  const unknown = Object.fromEntries(others.filter(([name]) => !ignored.includes(name)));
  return { input, unknown, ignored };
}

function missing(name: string): AwsFault {
  return new AwsFault(
    400,
    "ValidationException",
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  );
}

function parseBody(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8")) as Readonly<Record<string, unknown>>;
  } catch {
    throw new AwsFault(400, "InvalidRequestContentException", "Could not parse request body into json");
  }
}

function readMember(
  member: Member,
  labels: Readonly<Record<string, string>>,
  raw: RawRequest,
  document: Readonly<Record<string, unknown>>,
): unknown {
  const shape = member.shape();
  switch (member.place) {
    case "label":
      return labels[member.name];
    case "query": {
      if (shape.kind === "list") return raw.query.getAll(member.wireName);
      return convertText(raw.query.get(member.wireName) ?? undefined, shape);
    }
    case "header":
      return convertText(raw.header(member.wireName), shape);
    case "payload":
      return raw.body;
    case "body":
      return convert(document[member.wireName], shape, member.name);
  }
}

function convertText(text: string | undefined, shape: Shape): unknown {
  if (text === undefined) return undefined;
  if (shape.kind === "number") return Number(text);
  return shape.kind === "boolean" ? text === "true" : text;
}

/** A value by its shape; in structures, members that the shape does not know are kept. */
function convert(value: unknown, shape: Shape, name: string): unknown {
  if (value === undefined || value === null) return undefined;
  switch (shape.kind) {
    case "string":
      // AWS takes numbers and booleans where a text is meant.
      return typeof value === "number" || typeof value === "boolean"
        ? String(value)
        : expect(typeof value === "string", value, name);
    case "number":
      return expect(typeof value === "number", value, name);
    case "boolean":
      return expect(typeof value === "boolean", value, name);
    case "blob":
      return Buffer.from(expect(typeof value === "string", value, name) as string, "base64");
    case "list":
      return (expect(Array.isArray(value), value, name) as readonly unknown[]).map((item) =>
        convert(item, shape.element(), name),
      );
    case "map":
      return mapValues(expect(isRecord(value), value, name) as Record<string, unknown>, (item) =>
        convert(item, shape.element(), name),
      );
    case "structure": {
      const record = expect(isRecord(value), value, name) as Record<string, unknown>;
      const shapes = new Map(shape.members.map((member) => [member.wireName, member]));
      for (const { name: wanted, wireName, required } of shape.members) {
        if (required && record[wireName] === undefined) throw missing(`${name}.${wanted}`);
      }
      return mapValues(record, (item, key) => {
        const member = shapes.get(key);
        return member === undefined ? item : convert(item, member.shape(), `${name}.${key}`);
      });
    }
    case "timestamp":
    case "document":
      return value;
  }
}

function mapValues(
  record: Readonly<Record<string, unknown>>,
  change: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function expect(holds: boolean, value: unknown, name: string): unknown {
  if (holds) return value;
  throw new AwsFault(400, "SerializationException", `a ${typeof value} found where not expected: ${name}`);
}
