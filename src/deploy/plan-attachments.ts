import type { Desired, Remote } from "./desired.ts";
import { diffMember } from "./diff-members.ts";
import type { Members } from "./members.ts";
import { permissionsOfUrl, planPermissions, qualifierOf, unqualified } from "./plan-permissions.ts";
import type { Step } from "./step.ts";

/** The settings beside the configuration, which have calls of their own: done when the alias is where it shall be. */
export function planAttachments(desired: Desired, remote: Remote): readonly Step[] {
  return [
    ...planTags(desired, remote),
    ...planCodeSigning(desired, remote),
    ...planReserved(desired, remote),
    ...planProvisioned(desired, remote),
    ...planEventInvoke(desired, remote),
    ...planUrl(desired, remote),
    ...planPermissions(
      desired.functionName,
      desired.alias,
      desired.permissions,
      permissionsOfUrl(desired.url, desired.alias),
      remote.policies,
    ),
  ];
}

/** A new function gets its tags when it is created. Tags that AWS itself sets (`aws:*`) are not ours to judge. */
function planTags({ tags }: Desired, { latest, tags: before }: Remote): readonly Step[] {
  if (tags === undefined || latest === undefined) return [];
  const arn = latest.configuration["FunctionArn"];
  const changed = Object.entries(tags).filter(([key, value]) => before[key] !== value);
  const leaving = Object.keys(before).filter((key) => !Object.hasOwn(tags, key) && !key.startsWith("aws:"));
  return [
    ...(changed.length === 0
      ? []
      : [
          {
            call: "TagResource",
            changes: changed.map(([key, to]) => ({ path: `Tags.${key}`, from: before[key] ?? null, to })),
            input: { Resource: arn, Tags: Object.fromEntries(changed) },
          },
        ]),
    ...(leaving.length === 0
      ? []
      : [
          {
            call: "UntagResource",
            changes: leaving.map((key) => ({ path: `Tags.${key}`, from: before[key], to: null })),
            input: { Resource: arn, TagKeys: leaving },
          },
        ]),
  ];
}

function planCodeSigning({ codeSigning, functionName }: Desired, remote: Remote): readonly Step[] {
  // A new function gets it when it is created.
  if (codeSigning === undefined || remote.latest === undefined) return [];
  const from = remote.codeSigning ?? "";
  if (codeSigning === from) return [];
  const changes = [{ path: "CodeSigningConfigArn", from: from || null, to: codeSigning || null }];
  return codeSigning === ""
    ? [{ call: "DeleteFunctionCodeSigningConfig", changes, input: { FunctionName: functionName } }]
    : [
        {
          call: "PutFunctionCodeSigningConfig",
          changes,
          input: { FunctionName: functionName, CodeSigningConfigArn: codeSigning },
        },
      ];
}

function planReserved({ reservedConcurrency, functionName }: Desired, remote: Remote): readonly Step[] {
  if (reservedConcurrency === undefined || reservedConcurrency === remote.reservedConcurrency) return [];
  const path = "ReservedConcurrentExecutions";
  return [
    {
      call: "PutFunctionConcurrency",
      changes: [{ path, from: remote.reservedConcurrency ?? null, to: reservedConcurrency }],
      input: { FunctionName: functionName, [path]: reservedConcurrency },
    },
  ];
}

function planProvisioned(desired: Desired, remote: Remote): readonly Step[] {
  const { provisionedConcurrency: to, functionName, alias } = desired;
  const from = remote.provisionedConcurrency ?? 0;
  if (to === undefined || (to === from && !remote.provisioningFailed)) return [];
  const path = "ProvisionedConcurrentExecutions";
  const place = { FunctionName: functionName, Qualifier: alias };
  const changes = [{ path, from: from || null, to: to || null }];
  if (to === 0) return [{ call: "DeleteProvisionedConcurrencyConfig", changes, input: place }];
  const why = to === from ? { why: "AWS could not provide it before" } : {};
  return [{ call: "PutProvisionedConcurrencyConfig", ...why, changes, input: { ...place, [path]: to } }];
}

function planEventInvoke(desired: Desired, remote: Remote): readonly Step[] {
  const { eventInvoke, functionName, alias } = desired;
  if (eventInvoke === undefined) return [];
  const { place, members } = placeOf(eventInvoke, functionName, alias);
  const changes = diffMember("EventInvokeConfig", members, remote.eventInvoke, functionName);
  if (changes.length === 0 && remote.eventInvoke !== undefined) return [];
  return [{ call: "PutFunctionEventInvokeConfig", changes, input: { ...place, ...members } }];
}

function planUrl(desired: Desired, remote: Remote): readonly Step[] {
  const { url, functionName, alias } = desired;
  if (url === undefined) return [];
  const { place, members } = placeOf(url, functionName, alias);
  const changes = diffMember("FunctionUrlConfig", members, remote.url, functionName);
  if (remote.url === undefined) {
    return [{ call: "CreateFunctionUrlConfig", changes, input: { ...place, ...members } }];
  }
  if (changes.length === 0) return [];
  // A part that was left out of brig.yaml goes back to what AWS takes by itself; left out of the call it would stay.
  const parts = { InvokeMode: "BUFFERED", Cors: {}, ...members };
  return [{ call: "UpdateFunctionUrlConfig", changes, input: { ...place, ...parts } }];
}

/** URLs and the like stand on the alias, so that they call what was tested, unless they name another qualifier. */
function placeOf(
  members: Members,
  functionName: string,
  alias: string,
): { readonly place: Members; readonly members: Members } {
  const { Qualifier: _, ...rest } = members;
  const qualifier = qualifierOf(members, alias);
  const place = { FunctionName: functionName, ...(qualifier !== unqualified && { Qualifier: qualifier }) };
  return { place, members: rest };
}
