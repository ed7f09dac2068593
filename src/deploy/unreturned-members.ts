import { createHash } from "node:crypto";
import type { RemoteVersion } from "./desired.ts";
import { isEmpty } from "./diff-members.ts";
import { type Members, selectUnknown } from "./members.ts";
import { parseVersionRecord } from "./record.ts";

/**
 * The members to compare with what AWS answers. One that brig does not know and AWS does not answer cannot be compared: it is
 * sent once, and a digest in the version's Description says that it was.
 *
 * @param live the version behind the alias
 */
export function selectComparable(
  configuration: Members,
  actual: Members,
  live: RemoteVersion | undefined,
): Members {
  const digest = digestUnknown(configuration);
  if (digest === undefined || live === undefined || digestOf(live.description) !== digest)
    return configuration;
  return withoutUnreturned(configuration, actual);
}

/** Without the members that brig does not know and AWS does not answer. */
export function withoutUnreturned(configuration: Members, actual: Members): Members {
  const unknown = selectUnknown(configuration);
  return Object.fromEntries(
    Object.entries(configuration).filter(([name]) => !(name in unknown) || !isEmpty(actual[name])),
  );
}

/** Eight hexadecimal digits, for the Description of a version; `undefined` where brig knows every member. */
export function digestUnknown(configuration: Members): string | undefined {
  const unknown = Object.entries(selectUnknown(configuration)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (unknown.length === 0) return undefined;
  return createHash("sha256").update(JSON.stringify(unknown)).digest("hex").slice(0, 8);
}

function digestOf(description: string): string | undefined {
  if (parseVersionRecord(description) === undefined) return undefined;
  return /^\S+ \S+ \+([0-9a-f]{8})(?= |$)/.exec(description)?.[1];
}
