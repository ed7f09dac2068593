import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BrigError } from "../errors.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";

/** An event of a function and what it must give: `events/NAME.json` and `events/NAME.expect.json`. */
export interface TestCase {
  readonly name: string;
  readonly event: Buffer;
  readonly expectation: unknown;
}

export interface CaseResults {
  readonly passed: number;
  readonly failed: number;
  /** What did not come as expected, and what the function logged then. */
  readonly output: string;
}

/** What the names of expectations end in. */
export const expectationEnding = ".expect.json";

/** Names of the cases in a function's folder, sorted. */
export function listCases(folder: FunctionFolder): readonly string[] {
  const path = join(folder.folder, "events");
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(expectationEnding))
    .map((name) => name.slice(0, -expectationEnding.length))
    .toSorted();
}

/** @throws BrigError `config-invalid` for an expectation without its event, or what is no JSON */
export function readCase(folder: FunctionFolder, name: string): TestCase {
  const place = join(folder.folder, "events");
  const file = join(place, `${name}.json`);
  if (!existsSync(file)) {
    throw new BrigError(
      "config-invalid",
      `${folder.path}/events/${name}${expectationEnding} expects something of an event that is not there`,
      `write ${folder.path}/events/${name}.json`,
    );
  }
  const shown = `${folder.path}/events/${name}${expectationEnding}`;
  const expectation = parseFile(readFileSync(join(place, name + expectationEnding)), shown);
  return { ...readEvent(folder, name), expectation };
}

/** @throws BrigError `config-invalid` for what is no JSON */
export function readEvent(folder: FunctionFolder, name: string): Pick<TestCase, "name" | "event"> {
  const event = readFileSync(join(folder.folder, "events", `${name}.json`));
  parseFile(event, `${folder.path}/events/${name}.json`);
  return { name, event };
}

function parseFile(bytes: Buffer, shown: string): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BrigError("config-invalid", `${shown} is no JSON: ${why}`, null, { cause });
  }
}
