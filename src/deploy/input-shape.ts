import { isMembers, type Members } from "./members.ts";

/** Members of a FunctionConfiguration that tell of it and are not settings (API reference, FunctionConfiguration). */
const reported: ReadonlySet<string> = new Set([
  "FunctionName",
  "FunctionArn",
  "CodeSize",
  "CodeSha256",
  "ConfigSha256",
  "LastModified",
  "LastUpdateStatus",
  "LastUpdateStatusReason",
  "LastUpdateStatusReasonCode",
  "MasterArn",
  "RevisionId",
  "RuntimeVersionConfig",
  "SigningJobArn",
  "SigningProfileVersionArn",
  "State",
  "StateReason",
  "StateReasonCode",
  "Version",
  "$metadata",
]);

/**
 * A configuration as AWS answers it, in the shape in which AWS takes it: layers as ARNs, without what only AWS can know.
 * Members that brig does not know stay as they are.
 */
export function toInputShape(configuration: Members): Members {
  const shaped: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(configuration)) {
    if (reported.has(name) || value === undefined || value === null) continue;
    if (name === "ImageConfigResponse") {
      if (isMembers(value) && value["ImageConfig"] !== undefined)
        shaped["ImageConfig"] = value["ImageConfig"];
    } else {
      shaped[name] = shapeMember(name, value);
    }
  }
  return shaped;
}

function shapeMember(name: string, value: unknown): unknown {
  if (name === "Layers" && Array.isArray(value)) {
    return value.map((layer: unknown) => (isMembers(layer) ? layer["Arn"] : layer));
  }
  if (!isMembers(value)) return value;
  if (name === "SnapStart") return omit(value, "OptimizationStatus");
  if (name === "VpcConfig") return omit(value, "VpcId");
  // What could not be decrypted is told in the place of the variables.
  if (name === "Environment") return omit(value, "Error");
  return value;
}

function omit(members: Members, name: string): Members {
  return Object.fromEntries(Object.entries(members).filter(([each]) => each !== name));
}
