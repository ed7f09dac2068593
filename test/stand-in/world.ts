import { createHash } from "node:crypto";
import type { Behaviour, Failure } from "./behaviour.ts";

/** All that the stand-in knows. */
export interface World {
  readonly account: string;
  readonly behaviour: Behaviour;
  readonly now: () => Date;
  /** By `region/name`. */
  readonly functions: Map<string, FunctionState>;
  /** Layer versions that have been published, by ARN; others are taken to exist with 1000 bytes. */
  readonly layers: Map<string, { readonly codeSize: number }>;
  /** Bytes of zips that Code.Location names, by SHA-256 in hex. */
  readonly zips: Map<string, Buffer>;
  readonly invocations: InvocationRecord[];
  readonly logs: LogEvent[];
  /** Broken promises of the client: an alias at an untested version, members that AWS ignores. */
  readonly violations: string[];
  readonly newRevision: () => string;
  /** From 0 to 1, from the seed. */
  readonly random: () => number;
  readonly readObject: (bucket: string, key: string) => Promise<Buffer | undefined>;
}

export interface FunctionState {
  readonly name: string;
  readonly region: string;
  readonly arn: string;
  readonly latest: Edition;
  readonly versions: Map<string, Edition>;
  nextVersion: number;
  /** What PublishVersion compares with. */
  published: { readonly version: string; readonly content: string } | undefined;
  readonly aliases: Map<string, AliasState>;
  readonly tags: Map<string, string>;
  reserved: number | undefined;
  /** By qualifier; "" is the function's own. */
  readonly policies: Map<string, { revisionId: string; readonly statements: Map<string, object> }>;
  readonly urls: Map<string, UrlState>;
  readonly eventInvoke: Map<
    string,
    { readonly config: Readonly<Record<string, unknown>>; readonly modified: Date }
  >;
  readonly provisioned: Map<string, ProvisionedState>;
}

/** `$LATEST` or a published version. */
export interface Edition {
  readonly version: string;
  /** Members as they were asked for, also those that no model knows. */
  config: Readonly<Record<string, unknown>>;
  code: Code;
  revisionId: string;
  lastModified: Date;
  state: "Pending" | "Active" | "Failed" | "Inactive";
  stateReason: Failure | undefined;
  update: "Successful" | "InProgress" | "Failed";
  updateReason: Failure | undefined;
  settling: Settling | undefined;
  /** Payloads that were last answered well, or not, on the version's own number. */
  readonly passed: Set<string>;
  readonly failed: Set<string>;
}

export interface Settling {
  readonly what: "state" | "update";
  readsLeft: number;
  readonly failure: Failure | undefined;
}

export interface Code {
  readonly zip: Buffer;
  /** Base64. */
  readonly sha256: string;
  readonly origin: Readonly<Record<string, unknown>> | undefined;
}

export interface AliasState {
  readonly name: string;
  version: string;
  description: string;
  weights: Readonly<Record<string, number>>;
  revisionId: string;
}

export interface UrlState {
  readonly id: string;
  config: Readonly<Record<string, unknown>>;
  readonly created: Date;
  modified: Date;
}

export interface ProvisionedState {
  readonly requested: number;
  readsLeft: number;
  failure: Failure | undefined;
  readonly modified: Date;
}

export interface InvocationRecord {
  readonly at: Date;
  readonly functionName: string;
  readonly alias: string | undefined;
  readonly version: string;
  readonly failed: boolean;
}

export interface LogEvent {
  readonly group: string;
  readonly stream: string;
  readonly timestamp: number;
  readonly message: string;
}

export function createRevisions(seed: number): () => string {
  let count = 0;
  return () => {
    const hex = createHash("sha256").update(`${seed} ${++count}`).digest("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function createRandom(seed: number): () => number {
  let count = 0;
  return () => createHash("sha256").update(`random ${seed} ${++count}`).digest().readUInt32BE() / 2 ** 32;
}
