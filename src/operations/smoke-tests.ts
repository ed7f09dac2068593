import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { SmokeTest } from "../deploy/smoke.ts";
import { compareBytewise } from "../workspace/compare-bytewise.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { expectationEnding, readCase, readEvent } from "./test-cases.ts";

/**
 * The smoke tests of a function: `events/smoke.json` and `events/smoke-*.json`, by name, with what is expected of them where that is
 * said. Other events may do anything, so they are never used for it.
 *
 * @throws BrigError `config-invalid` for what is no JSON
 */
export function readSmokeTests(folder: FunctionFolder): readonly SmokeTest[] {
  const place = join(folder.folder, "events");
  if (!existsSync(place)) return [];
  const names = readdirSync(place)
    .filter((file) => /^smoke(-.*)?\.json$/.test(file) && !file.endsWith(expectationEnding))
    .map((file) => file.slice(0, -".json".length));
  return names
    .toSorted(compareBytewise)
    .map((name) =>
      existsSync(join(place, name + expectationEnding)) ? readCase(folder, name) : readEvent(folder, name),
    );
}
