import { AwsFault } from "../aws-fault.ts";

/** The members of a request, each read with the type it must have. */
export interface Input {
  /** @throws AwsFault when it is missing or no text */
  text(name: string): string;
  optionalText(name: string): string | undefined;
  optionalInteger(name: string): number | undefined;
  flag(name: string): boolean;
  texts(name: string): readonly string[] | undefined;
  objects(name: string): readonly Input[];
  optionalTextMap(name: string): Readonly<Record<string, string>>;
}

/** Every error of CloudWatch Logs is a 400. */
export function logsFault(code: string, message: string): AwsFault {
  return new AwsFault(400, code, message);
}

export function invalidParameter(message: string): AwsFault {
  return logsFault("InvalidParameterException", message);
}

/** @throws AwsFault SerializationException when the body is no JSON object */
export function parseInput(body: Buffer): Input {
  let value: unknown;
  try {
    value = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
  } catch {
    throw logsFault("SerializationException", "The request body is not JSON.");
  }
  if (!isObject(value)) throw logsFault("SerializationException", "The request body is not an object.");
  return readObject(value);
}

function readObject(value: Readonly<Record<string, unknown>>): Input {
  const wrong = (name: string, wanted: string): AwsFault =>
    logsFault("SerializationException", `The member ${name} must be ${wanted}.`);
  const optionalText = (name: string): string | undefined => {
    const member = value[name] ?? undefined;
    if (member !== undefined && typeof member !== "string") throw wrong(name, "a string");
    return member;
  };
  return {
    optionalText,
    text: (name) => {
      const member = optionalText(name);
      if (member === undefined || member === "") {
        throw invalidParameter(
          `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
        );
      }
      return member;
    },
    optionalInteger: (name) => {
      const member = value[name] ?? undefined;
      if (member === undefined) return undefined;
      if (typeof member !== "number" || !Number.isSafeInteger(member)) throw wrong(name, "an integer");
      return member;
    },
    flag: (name) => value[name] === true,
    texts: (name) => {
      const member = value[name] ?? undefined;
      if (member === undefined) return undefined;
      if (!Array.isArray(member) || !member.every((one) => typeof one === "string")) {
        throw wrong(name, "a list of strings");
      }
      return member;
    },
    objects: (name) => {
      const member = value[name] ?? [];
      if (!Array.isArray(member) || !member.every(isObject)) throw wrong(name, "a list of objects");
      return member.map(readObject);
    },
    optionalTextMap: (name) => {
      const member = value[name] ?? {};
      if (!isObject(member)) throw wrong(name, "a map");
      return Object.fromEntries(Object.entries(member).map(([key, text]) => [key, String(text)]));
    },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws AwsFault when it is not in the range */
export function readLimit(input: Input, standard: number, most: number): number {
  const limit = input.optionalInteger("limit") ?? standard;
  if (limit >= 1 && limit <= most) return limit;
  throw invalidParameter(
    `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: ` +
      (limit < 1
        ? "Member must have value greater than or equal to 1"
        : `Member must have value less than or equal to ${most}`),
  );
}
