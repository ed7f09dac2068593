/** A piece of AWS's JSON: members by AWS's own names. */
export type Members = Readonly<Record<string, unknown>>;

/**
 * Members of `function` that UpdateFunctionConfiguration does not take: they have calls of their own, go with the code,
 * or are settled when the function is created (API reference, CreateFunction and UpdateFunctionConfiguration).
 */
const elsewhere: ReadonlySet<string> = new Set([
  "FunctionName",
  "Code",
  "Architectures",
  "PackageType",
  "TenancyConfig",
  "Publish",
  "PublishTo",
  "Tags",
  "CodeSigningConfigArn",
  "FunctionUrlConfig",
  "Permissions",
  "ReservedConcurrentExecutions",
  "ProvisionedConcurrentExecutions",
  "EventInvokeConfig",
]);

/** Members that CreateFunction takes beside those of UpdateFunctionConfiguration. */
const creationOnly: ReadonlySet<string> = new Set(["PackageType", "TenancyConfig", "PublishTo"]);

/** What UpdateFunctionConfiguration is sent: whatever has no other place, also what AWS adds tomorrow. */
export function selectConfiguration(members: Members): Members {
  return pick(members, (name) => !elsewhere.has(name));
}

export function selectCreationOnly(members: Members): Members {
  return pick(members, (name) => creationOnly.has(name));
}

function pick(members: Members, isWanted: (name: string) => boolean): Members {
  return Object.fromEntries(
    Object.entries(members).filter(([name, value]) => value !== undefined && isWanted(name)),
  );
}

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Members of UpdateFunctionConfiguration that AWS is known to answer when they are set. */
const answered: ReadonlySet<string> = new Set([
  "Runtime",
  "Handler",
  "Role",
  "Description",
  "Timeout",
  "MemorySize",
  "Environment",
  "Layers",
  "KMSKeyArn",
  "VpcConfig",
  "DeadLetterConfig",
  "TracingConfig",
  "ImageConfig",
  "EphemeralStorage",
  "SnapStart",
  "LoggingConfig",
  "DurableConfig",
  "CapacityProviderConfig",
  "FileSystemConfigs",
]);

/** Members that brig does not know: AWS may answer them or not. */
export function selectUnknown(configuration: Members): Members {
  return pick(configuration, (name) => !answered.has(name));
}
