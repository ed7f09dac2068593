import type { Desired, RemoteVersion } from "./desired.ts";
import { parseVersionRecord, renderVersionRecord } from "./record.ts";
import type { Step } from "./step.ts";
import { digestUnknown } from "./unreturned-members.ts";

/** A version's Description: brig's record, a digest of members that AWS may not answer, and the function's own Description. */
export function describeVersion(
  { zip, configuration }: Pick<Desired, "zip" | "configuration">,
  own: string,
): string | undefined {
  if (zip.record === undefined) return undefined;
  const digest = digestUnknown(configuration);
  return renderVersionRecord(zip.record, `${digest === undefined ? "" : `+${digest} `}${own}`.trim());
}

/** The function's own Description: as brig.yaml says, or as it is, without a record that a killed brig left in it. */
export function ownDescription(
  { configuration }: Pick<Desired, "configuration">,
  latest: RemoteVersion,
): string {
  const mentioned = configuration["Description"];
  if (typeof mentioned === "string") return mentioned;
  if (!holdsRecord(latest)) return latest.description;
  return latest.description.replace(/^brig \S+ ?(?:\+[0-9a-f]{8}(?: |$))?/, "");
}

function holdsRecord({ description }: RemoteVersion): boolean {
  return parseVersionRecord(description) !== undefined;
}

/** Whether the very bytes that run have a clean commit by now, which the version behind the alias does not name. */
export function lacksRecord({ zip }: Desired, live: RemoteVersion): boolean {
  if (zip.record === undefined || zip.record.dirty) return false;
  return parseVersionRecord(live.description)?.dirty !== false;
}

/**
 * Publishing again, so that the version names its commit. AWS makes no version where nothing changed, so the function's own
 * Description is the record for a moment, and is put back at once.
 *
 * @param publish the step that makes the version
 */
export function planRecord(desired: Desired, latest: RemoteVersion, publish: Step): readonly Step[] {
  const own = ownDescription(desired, latest);
  const record = describeVersion(desired, own)!;
  const describe = (to: string, from: string, why: string): Step => ({
    call: "UpdateFunctionConfiguration",
    why,
    changes: [{ path: "Description", from: from || null, to: to || null }],
    input: { FunctionName: desired.functionName, Description: to },
  });
  return [
    ...(latest.description === record
      ? []
      : [describe(record, latest.description, "the same code is committed now")]),
    publish,
    describe(own, record, "puts the Description back"),
  ];
}

/** What a killed brig left in the function's own Description goes. */
export function planOwnDescription(desired: Desired, latest: RemoteVersion): readonly Step[] {
  if (desired.configuration["Description"] !== undefined || !holdsRecord(latest)) return [];
  const own = ownDescription(desired, latest);
  return [
    {
      call: "UpdateFunctionConfiguration",
      why: "puts the Description back",
      changes: [{ path: "Description", from: latest.description, to: own || null }],
      input: { FunctionName: desired.functionName, Description: own },
    },
  ];
}
