import { createHash } from "node:crypto";
import type { FunctionRecord, VersionRecord } from "./function-record.ts";
import { qualifiedArn } from "./function-reference.ts";
import type { LocalState } from "./local-state.ts";

/** A version as `FunctionConfiguration`, in AWS's member names; lists leave out its state. */
export function describeVersion(
  state: LocalState,
  record: FunctionRecord,
  version: VersionRecord,
  qualifier: string | undefined,
): Record<string, unknown> {
  const { configuration, code } = version;
  const { Layers: layers, accepted, ...rest } = configuration;
  return {
    FunctionName: record.name,
    FunctionArn: qualifiedArn(record.arn, qualifier),
    ...rest,
    SnapStart: {
      ApplyOn: rest.SnapStart.ApplyOn,
      OptimizationStatus:
        rest.SnapStart.ApplyOn === "PublishedVersions" && version.version !== "$LATEST" ? "On" : "Off",
    },
    ...accepted,
    ...(layers !== undefined && { Layers: layers.map((arn) => describeLayer(state, arn)) }),
    CodeSha256: code.sha256,
    CodeSize: code.size,
    PackageType: "Zip",
    Version: version.version,
    LastModified: version.lastModified,
    RevisionId: version.revisionId,
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(record.region, rest.Runtime) },
    State: "Active",
    LastUpdateStatus: "Successful",
  };
}

/** As `ListFunctions` and `ListVersionsByFunction` answer it: without state and runtime version. */
export function summarizeVersion(
  state: LocalState,
  record: FunctionRecord,
  version: VersionRecord,
  qualifier: string | undefined,
): Record<string, unknown> {
  const {
    State: _,
    LastUpdateStatus: __,
    RuntimeVersionConfig: ___,
    ...rest
  } = describeVersion(state, record, version, qualifier);
  return rest;
}

function describeLayer(state: LocalState, arn: string): Record<string, unknown> {
  const layer = [...state.layers.values()]
    .flatMap(({ versions }) => [...versions.values()])
    .find((version) => version.arn === arn);
  return { Arn: arn, CodeSize: layer?.code.size ?? 0 };
}

function runtimeVersionArn(region: string, runtime: string): string {
  return `arn:aws:lambda:${region}::runtime:${createHash("sha256").update(runtime).digest("hex")}`;
}
