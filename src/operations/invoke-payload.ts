import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { synchronousLimit } from "../local/invoke/payload.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { nearest } from "../workspace/nearest.ts";

/** What a function is invoked with, as the command line says it. */
export interface PayloadChoice {
  /** JSON, `@FILE`, or `-` for the standard input. */
  readonly payload: string | undefined;
  /** `events/NAME.json` of the function. */
  readonly event: string | undefined;
  readonly readInput: () => Promise<Buffer>;
}

/**
 * The payload's bytes; `{}` when nothing is chosen.
 *
 * @throws BrigError `usage-invalid` for a file that is not there or what is no JSON, `too-large` over 6 MB
 */
export async function readInvokePayload(
  { payload, event, readInput }: PayloadChoice,
  folder: FunctionFolder,
  context: Context,
): Promise<Buffer> {
  if (event !== undefined) {
    const file = findEvent(folder, event);
    return checkPayload(await readFile(file), `${folder.path}/events/${event}.json`);
  }
  if (payload === undefined) return Buffer.from("{}");
  if (payload === "-") return checkPayload(await readInput(), "the standard input");
  if (payload.startsWith("@")) {
    const file = resolve(context.cwd, payload.slice(1));
    const bytes = await readFile(file).catch((cause: unknown) => {
      throw new BrigError("usage-invalid", `--payload ${payload}: ${file} cannot be read`, null, { cause });
    });
    return checkPayload(bytes, payload.slice(1));
  }
  return checkPayload(Buffer.from(payload), "--payload");
}

/**
 * A JSON object as text, for the function's `context.client_context`.
 *
 * @throws BrigError `usage-invalid`
 */
export function checkClientContext(text: string): string {
  const value = parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return text;
  throw new BrigError(
    "usage-invalid",
    `--client-context takes a JSON object, not ${shorten(text)}`,
    `--client-context '{"custom": {"key": "value"}}'`,
  );
}

/** The names of a function's events, expectations left out. */
export function listEventNames(folder: FunctionFolder): readonly string[] {
  const path = join(folder.folder, "events");
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(".json") && !name.endsWith(".expect.json"))
    .map((name) => name.slice(0, -".json".length))
    .toSorted();
}

function findEvent(folder: FunctionFolder, event: string): string {
  const names = listEventNames(folder);
  if (names.includes(event)) return join(folder.folder, "events", `${event}.json`);
  const near = nearest(event, names);
  const hint =
    names.length === 0
      ? `brig event sqs > ${folder.path}/events/queue.json`
      : `${near === undefined ? "" : `did you mean ${near}? `}there are: ${names.join(", ")}`;
  throw new BrigError("usage-invalid", `there is no ${folder.path}/events/${event}.json`, hint);
}

function checkPayload(bytes: Buffer, place: string): Buffer {
  if (bytes.length > synchronousLimit) {
    throw new BrigError(
      "too-large",
      `${place} has ${bytes.length} bytes, and Lambda takes ${synchronousLimit} at most`,
    );
  }
  if (parse(bytes.toString("utf8")) !== undefined) return bytes;
  const shown = place === "--payload" ? `: ${shorten(bytes.toString("utf8"))}` : "";
  throw new BrigError("usage-invalid", `${place} is no JSON${shown}`, `--payload '{"key": "value"}'`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
