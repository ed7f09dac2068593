import type { CodeSigningRecord, FunctionRecord, LayerRecord, VersionRecord } from "./function-record.ts";

/** Everything that exists in the service. In memory only: nothing outlives it. Keys begin with the region and a slash. */
export interface LocalState {
  /** Twelve digits. */
  readonly account: string;
  readonly functions: Map<string, FunctionRecord>;
  /** The highest version number that a name ever had: AWS gives none twice, not even after a deletion. */
  readonly lastVersions: Map<string, number>;
  readonly layers: Map<string, LayerRecord>;
  readonly codeSigning: Map<string, CodeSigningRecord>;
  /** Functions by the id in their URLs, with the qualifier. */
  readonly urls: Map<string, { readonly record: FunctionRecord; readonly qualifier: string }>;
}

export function createState(account: string): LocalState {
  return {
    account,
    functions: new Map(),
    lastVersions: new Map(),
    layers: new Map(),
    codeSigning: new Map(),
    urls: new Map(),
  };
}

export function keyOf(region: string, name: string): string {
  return `${region}/${name}`;
}

/** What one region has, sorted by key. */
export function inRegion<Value>(all: ReadonlyMap<string, Value>, region: string): readonly Value[] {
  return [...all]
    .filter(([key]) => key.startsWith(`${region}/`))
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, value]) => value);
}

/** `$LATEST` and the published versions, oldest first. */
export function versionsOf(record: FunctionRecord): readonly VersionRecord[] {
  return [record.latest, ...record.versions.values()];
}
