/** Lambda's operations and their inputs, read from the schemas that the AWS SDK carries. */
export interface ServiceModel {
  readonly operations: readonly Operation[];
  /** The values of an enumeration, by its name in the model; empty for an unknown one. */
  readonly enumeration: (name: string) => readonly string[];
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  /** Path without a query, labels in braces. */
  readonly pattern: string;
  readonly withQuery?: { readonly name: string; readonly value?: string };
  /** Of an answer without error. */
  readonly status: number;
  readonly input: () => Structure;
}

export type Shape =
  | { readonly kind: "string" | "number" | "boolean" | "timestamp" | "blob" | "document" }
  | { readonly kind: "list" | "map"; readonly element: () => Shape }
  | Structure;

export interface Structure {
  readonly kind: "structure";
  readonly name: string;
  readonly members: readonly Member[];
}

export interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly shape: () => Shape;
  readonly place: "body" | "label" | "query" | "header" | "payload";
  /** The name of the query parameter or header. */
  readonly wireName: string;
}

let loaded: Promise<ServiceModel> | undefined;

/** Reads the model once. It takes about 100 ms and 20 MB, so nothing that only invokes asks for it. */
export function loadServiceModel(): Promise<ServiceModel> {
  loaded ??= import("@aws-sdk/client-lambda").then(readServiceModel);
  return loaded;
}

/*
 * The SDK's static schemas are arrays: [kind, namespace, name, traits, …] with kind 3 structure, 1 list, 2 map,
 * 0 alias of a simple type, 9 operation. A simple type is a number, with 64 added for a list of it and 128 for a map.
 * A member is a schema, a function that returns one, or [schema, traits].
 */
const kinds = { alias: 0, list: 1, map: 2, structure: 3, operation: 9 } as const;
const listOf = 64;
const mapOf = 128;
/** Trait bits of a member: `httpLabel`, `httpPayload`. */
const labelTrait = 1;
const payloadTrait = 16;

export function readServiceModel(sdk: Readonly<Record<string, unknown>>): ServiceModel {
  const operations = Object.entries(sdk)
    .filter(([name, value]) => name.endsWith("$") && Array.isArray(value) && value[0] === kinds.operation)
    .map(([, value]) => readOperation(value as readonly unknown[]));
  const enumeration = (name: string): readonly string[] => {
    const values = sdk[name];
    return typeof values === "object" && values !== null && !Array.isArray(values)
      ? Object.values(values).filter((value): value is string => typeof value === "string")
      : [];
  };
  return { operations, enumeration };
}

function readOperation(schema: readonly unknown[]): Operation {
  const [, , name, traits, input] = schema as readonly [number, string, string, Traits, unknown];
  const [method, uri, status] = (traits as { readonly http: readonly [string, string, number] }).http;
  const [pattern = "", rawQuery] = uri.split("?");
  const [parameter] = [...new URLSearchParams(rawQuery ?? "")];
  return {
    name,
    method,
    pattern,
    status,
    ...(parameter && { withQuery: { name: parameter[0], value: parameter[1] } }),
    input: once(() => {
      const shape = readShape(input);
      return shape.kind === "structure" ? shape : { kind: "structure", name: "Unit", members: [] };
    }),
  };
}

type Traits = number | Readonly<Record<string, unknown>>;

function readShape(schema: unknown): Shape {
  if (typeof schema === "function") return readShape(schema());
  if (typeof schema === "number") return readSimple(schema);
  if (!Array.isArray(schema)) return { kind: "document" };
  switch (schema[0]) {
    case kinds.alias:
      return readShape(schema[4]);
    case kinds.list:
      return { kind: "list", element: once(() => readShape(plain(schema[4]))) };
    case kinds.map:
      return { kind: "map", element: once(() => readShape(plain(schema[5]))) };
    case kinds.structure:
      return readStructure(schema as readonly unknown[]);
    default:
      return { kind: "document" };
  }
}

function readStructure(schema: readonly unknown[]): Structure {
  const [, , name, , names, schemas, required = 0] = schema as readonly [
    number,
    string,
    string,
    Traits,
    readonly string[],
    readonly unknown[],
    number?,
  ];
  const members = names.map((member, index) => readMember(member, schemas[index], index < required));
  return { kind: "structure", name, members };
}

function readMember(name: string, schema: unknown, required: boolean): Member {
  const traits = isTraited(schema) ? schema[1] : 0;
  const shape = once(() => readShape(plain(schema)));
  const named = typeof traits === "object" ? traits : {};
  const bits = typeof traits === "number" ? traits : 0;
  const query = named["httpQuery"];
  const header = named["httpHeader"];
  if (typeof query === "string") return { name, required, shape, place: "query", wireName: query };
  if (typeof header === "string") return { name, required, shape, place: "header", wireName: header };
  const place = bits & labelTrait ? "label" : bits & payloadTrait ? "payload" : "body";
  return { name, required, shape, place, wireName: name };
}

/** Whether a schema is one with traits of its own: [schema, traits]. A list's or structure's second part is a namespace. */
function isTraited(schema: unknown): schema is readonly [unknown, Traits] {
  return Array.isArray(schema) && schema.length === 2 && typeof schema[1] !== "string";
}

function plain(schema: unknown): unknown {
  return isTraited(schema) ? schema[0] : schema;
}

function readSimple(code: number): Shape {
  if (code >= mapOf) return { kind: "map", element: () => readSimple(code - mapOf) };
  if (code >= listOf) return { kind: "list", element: () => readSimple(code - listOf) };
  if (code === 1 || code === 17 || code === 19) return { kind: "number" };
  if (code === 2) return { kind: "boolean" };
  if (code >= 4 && code <= 7) return { kind: "timestamp" };
  if (code === 15) return { kind: "document" };
  if (code === 21 || code === 42) return { kind: "blob" };
  return { kind: "string" };
}

function once<Value>(make: () => Value): () => Value {
  let value: { readonly made: Value } | undefined;
  return () => (value ??= { made: make() }).made;
}
