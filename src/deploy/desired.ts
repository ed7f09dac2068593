import type { VersionRecord } from "./record.ts";
import type { Members } from "./members.ts";

/** What a function should be in a target, as its brig.yaml and its build say. */
export interface Desired {
  readonly functionName: string;
  readonly alias: string;
  readonly zip: DesiredZip;
  /** Members of UpdateFunctionConfiguration that a brig.yaml mentions, values from outside put in. */
  readonly configuration: Members;
  /** What else CreateFunction is sent, once. */
  readonly creation: Members;
  /** What the zip was built for; mentioned or not, other code would not run. */
  readonly architecture: string;
  readonly architectureMentioned: boolean;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly url: Members | undefined;
  readonly permissions: readonly Members[] | undefined;
  readonly reservedConcurrency: number | undefined;
  readonly provisionedConcurrency: number | undefined;
  readonly eventInvoke: Members | undefined;
  readonly codeSigning: string | undefined;
  /** Where zips go that are too big to be sent. */
  readonly bucket: { readonly bucket: string; readonly prefix: string } | undefined;
  /** Members of Code that go with every zip. */
  readonly codeOptions: Members;
  /** How many smoke tests there are. */
  readonly smokeTests: number;
}

export interface DesiredZip {
  /** Absolute path. */
  readonly file: string;
  readonly size: number;
  readonly unzippedSize: number;
  /** Hex. */
  readonly sha256: string;
  readonly codeSha256: string;
  /** `undefined` outside of git. */
  readonly record: VersionRecord | undefined;
}

/** A function in a target as AWS answers it. */
export interface Remote {
  /** `$LATEST`; `undefined`: there is no such function. */
  readonly latest: RemoteVersion | undefined;
  /** The version behind the alias; `undefined`: no such alias. */
  readonly live: RemoteVersion | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly reservedConcurrency: number | undefined;
  /** Only read where there is something to deploy. */
  readonly alias: RemoteAlias | undefined;
  /** What has calls of its own is only read where a brig.yaml mentions it. */
  readonly url: Members | undefined;
  /** By qualifier; `$LATEST` is the function without one. */
  readonly policies: ReadonlyMap<string, RemotePolicy>;
  readonly provisionedConcurrency: number | undefined;
  /** AWS could not provide it. */
  readonly provisioningFailed: boolean;
  readonly eventInvoke: Members | undefined;
  readonly codeSigning: string | undefined;
  /** Variables of `$LATEST` that the newest version by brig has, too: brig placed them, though the alias never took them. */
  readonly placedByBrig: ReadonlySet<string>;
}

/** A FunctionConfiguration as GetFunction answers it. */
export interface RemoteVersion {
  readonly version: string;
  readonly revisionId: string;
  readonly codeSha256: string;
  readonly description: string;
  readonly configuration: Members;
}

export interface RemoteAlias {
  readonly version: string;
  readonly revisionId: string;
  readonly description: string;
  /** By version, each above 0 and below 1; empty without. */
  readonly weights: Readonly<Record<string, number>>;
}

export interface RemotePolicy {
  readonly revisionId: string;
  readonly statements: readonly Members[];
}

/** A function that AWS does not know. */
export const noRemote: Remote = {
  latest: undefined,
  live: undefined,
  tags: {},
  reservedConcurrency: undefined,
  alias: undefined,
  url: undefined,
  policies: new Map(),
  provisionedConcurrency: undefined,
  provisioningFailed: false,
  eventInvoke: undefined,
  codeSigning: undefined,
  placedByBrig: new Set(),
};
