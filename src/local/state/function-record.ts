import type { RunnableVersion } from "../contract.ts";
import type { StoredCode } from "./code-store.ts";

/** A function's settings in AWS's own member names, with Lambda's defaults filled in. */
export interface StoredConfiguration {
  readonly Role: string;
  readonly Runtime: string;
  readonly Handler: string;
  readonly Description: string;
  /** Seconds. */
  readonly Timeout: number;
  /** MB. */
  readonly MemorySize: number;
  readonly Architectures: readonly ["x86_64" | "arm64"];
  readonly EphemeralStorage: { readonly Size: number };
  readonly TracingConfig: { readonly Mode: string };
  readonly SnapStart: { readonly ApplyOn: string };
  readonly LoggingConfig: {
    readonly LogFormat: "Text" | "JSON";
    readonly ApplicationLogLevel?: string;
    readonly SystemLogLevel?: string;
    readonly LogGroup: string;
  };
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  /** ARNs of layer versions, in order. */
  readonly Layers?: readonly string[];
  /** Members that have no effect here and are only handed back: VpcConfig, DeadLetterConfig, KMSKeyArn, … */
  readonly accepted: Readonly<Record<string, unknown>>;
}

/** `$LATEST` or a published version. */
export interface VersionRecord {
  readonly version: string;
  readonly configuration: StoredConfiguration;
  readonly code: StoredCode;
  readonly revisionId: string;
  /** ISO 8601 as Lambda writes it. */
  readonly lastModified: string;
  /** What `PublishVersion` compares: the same for the same code and configuration of `$LATEST`. */
  readonly fingerprint: string;
  readonly runnable: RunnableVersion;
}

export interface AliasRecord {
  readonly name: string;
  readonly functionVersion: string;
  readonly description: string;
  readonly revisionId: string;
  /** Share of each additional version, 0 to 1. */
  readonly weights: Readonly<Record<string, number>>;
}

export interface PolicyRecord {
  readonly statements: readonly PolicyStatement[];
  readonly revisionId: string;
}

export type PolicyStatement = Readonly<Record<string, unknown>> & { readonly Sid: string };

export interface EventInvokeRecord {
  readonly maximumRetryAttempts: number | undefined;
  readonly maximumEventAge: number | undefined;
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

export interface UrlRecord {
  readonly urlId: string;
  readonly qualifier: string | undefined;
  readonly authType: "NONE" | "AWS_IAM";
  readonly invokeMode: "BUFFERED" | "RESPONSE_STREAM" | undefined;
  readonly cors: Readonly<Record<string, unknown>> | undefined;
  readonly created: string;
  readonly modified: string;
}

export interface FunctionRecord {
  readonly name: string;
  readonly region: string;
  /** Without a qualifier. */
  readonly arn: string;
  latest: VersionRecord;
  readonly versions: Map<string, VersionRecord>;
  readonly aliases: Map<string, AliasRecord>;
  /** By qualifier; the function's own under "". So are the maps below. */
  readonly policies: Map<string, PolicyRecord>;
  readonly urls: Map<string, UrlRecord>;
  /** By qualifier, `$LATEST` for the function's own. */
  readonly eventInvoke: Map<string, EventInvokeRecord>;
  readonly provisioned: Map<string, { readonly requested: number; readonly lastModified: string }>;
  readonly runtimeManagement: Map<
    string,
    { readonly updateOn: string; readonly runtimeArn: string | undefined }
  >;
  tags: Readonly<Record<string, string>>;
  reservedConcurrency: number | undefined;
  recursiveLoop: string;
  codeSigningConfigArn: string | undefined;
}

export interface LayerVersionRecord {
  readonly arn: string;
  readonly version: number;
  readonly description: string | undefined;
  readonly created: string;
  readonly code: StoredCode;
  readonly compatibleRuntimes: readonly string[] | undefined;
  readonly compatibleArchitectures: readonly string[] | undefined;
  readonly licenseInfo: string | undefined;
  policy: PolicyRecord | undefined;
  /** Functions that have it keep it; nobody else sees it. */
  deleted: boolean;
}

export interface LayerRecord {
  readonly name: string;
  readonly arn: string;
  /** Numbers are never given twice. */
  lastVersion: number;
  readonly versions: Map<number, LayerVersionRecord>;
}

export interface CodeSigningRecord {
  readonly arn: string;
  readonly id: string;
  readonly description: string;
  readonly allowedPublishers: Readonly<Record<string, unknown>>;
  readonly untrusted: string;
  readonly lastModified: string;
}
