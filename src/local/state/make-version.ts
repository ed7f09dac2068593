import { createHash, randomUUID } from "node:crypto";
import type { RunnableVersion } from "../contract.ts";
import type { StoredCode } from "./code-store.ts";
import type { FunctionRecord, StoredConfiguration, VersionRecord } from "./function-record.ts";

/** What a version is made from, besides its function. */
export interface VersionParts {
  readonly version: string;
  readonly configuration: StoredConfiguration;
  readonly code: StoredCode;
  /** Absolute path of the merged layers. */
  readonly layerFolder: string | undefined;
  readonly handlerTwinFolder: string | undefined;
  readonly now: Date;
}

/** A version with a new revision, and a new key: its environments are not those of any version before. */
export function makeVersion(
  owner: Pick<FunctionRecord, "name" | "region" | "arn" | "reservedConcurrency">,
  account: string,
  parts: VersionParts,
): VersionRecord {
  const { version, configuration, code } = parts;
  const revisionId = randomUUID();
  const { LogFormat, ApplicationLogLevel, SystemLogLevel, LogGroup } = configuration.LoggingConfig;
  const runnable: RunnableVersion = {
    key: `${owner.arn}:${version}@${revisionId}`,
    functionName: owner.name,
    version,
    arn: owner.arn,
    region: owner.region,
    account,
    runtime: configuration.Runtime,
    handler: configuration.Handler,
    architecture: configuration.Architectures[0],
    memorySize: configuration.MemorySize,
    timeout: configuration.Timeout,
    ephemeralStorage: configuration.EphemeralStorage.Size,
    environment: configuration.Environment?.Variables ?? {},
    codeFolder: code.folder,
    layerFolder: parts.layerFolder,
    logging: {
      format: LogFormat,
      ...(ApplicationLogLevel !== undefined && { applicationLevel: ApplicationLogLevel }),
      ...(SystemLogLevel !== undefined && { systemLevel: SystemLogLevel }),
      group: LogGroup,
    },
    reservedConcurrency: owner.reservedConcurrency,
    ...(parts.handlerTwinFolder !== undefined && { handlerTwinFolder: parts.handlerTwinFolder }),
  };
  return {
    version,
    configuration,
    code,
    revisionId,
    lastModified: renderTime(parts.now),
    fingerprint: createHash("sha256")
      .update(JSON.stringify([code.sha256, configuration]))
      .digest("hex"),
    runnable,
  };
}

/** As Lambda writes times: `2026-11-24T00:46:00.123+0000`. */
export function renderTime(time: Date): string {
  return time.toISOString().replace("Z", "+0000");
}
