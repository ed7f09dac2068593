import type { LambdaCalls } from "./aws/lambda-calls.ts";
import type { RemoteAlias } from "./desired.ts";
import type { Members } from "./members.ts";
import { aliasOf } from "./read-remote.ts";
import { parseVersionRecord } from "./record.ts";

/** A published version of a function. */
export interface PublishedVersion {
  /** Its number. */
  readonly version: string;
  /** From brig's record in its Description; `null` where another published it. */
  readonly commit: string | null;
  readonly dirty: boolean | null;
  /** Bytes of the zip. */
  readonly size: number;
  readonly codeSha256: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  /** As AWS answers it. */
  readonly configuration: Members;
}

export interface Alias extends RemoteAlias {
  readonly name: string;
}

/**
 * All published versions, newest first.
 *
 * @throws AwsError 404 where there is no such function
 */
export async function readVersions(
  lambda: LambdaCalls,
  functionName: string,
): Promise<readonly PublishedVersion[]> {
  const pages = await readPages(lambda, "ListVersionsByFunction", functionName, "Versions");
  return (
    pages
      // Besides numbers there are `$LATEST` and, of managed instances, `$LATEST.PUBLISHED`.
      .filter(({ Version }) => /^\d+$/.test(Version as string))
      .map(parseVersion)
      .toSorted((a, b) => Number(b.version) - Number(a.version))
  );
}

/** @throws AwsError 404 where there is no such function */
export async function readAliases(lambda: LambdaCalls, functionName: string): Promise<readonly Alias[]> {
  const pages = await readPages(lambda, "ListAliases", functionName, "Aliases");
  return pages.map(parseAlias);
}

/** @throws AwsError 404 where there is no such function or alias */
export async function requireAlias(lambda: LambdaCalls, functionName: string, alias: string): Promise<Alias> {
  return parseAlias(await lambda.call("GetAlias", { FunctionName: functionName, Name: alias }));
}

async function readPages(
  lambda: LambdaCalls,
  operation: string,
  functionName: string,
  member: string,
): Promise<readonly Members[]> {
  const found: Members[] = [];
  let Marker: unknown;
  do {
    const page = await lambda.call(operation, {
      FunctionName: functionName,
      ...(Marker !== undefined && { Marker }),
    });
    found.push(...((page[member] ?? []) as readonly Members[]));
    Marker = page["NextMarker"];
  } while (Marker);
  return found;
}

/** @param configuration a FunctionConfiguration of AWS */
export function parseVersion(configuration: Members): PublishedVersion {
  const record = parseVersionRecord(configuration["Description"] as string | undefined);
  return {
    version: configuration["Version"] as string,
    commit: record?.commit ?? null,
    dirty: record?.dirty ?? null,
    size: configuration["CodeSize"] as number,
    codeSha256: configuration["CodeSha256"] as string,
    created: parseTime(configuration["LastModified"] as string),
    configuration,
  };
}

/** AWS writes `2026-11-24T02:08:31.194+0000`. */
function parseTime(text: string): string {
  return new Date(text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2")).toISOString();
}

function parseAlias(answer: Members): Alias {
  return { name: answer["Name"] as string, ...aliasOf(answer) };
}
