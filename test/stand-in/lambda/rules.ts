import { AwsFault, invalidParameter } from "../../../src/local/aws-fault.ts";

interface Rule {
  readonly pattern?: RegExp;
  /** Of a number; of the length of a text or list. */
  readonly min?: number;
  readonly max?: number;
}

const functionReference: Rule = {
  pattern:
    /^(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d:)?(\d{12}:)?(function:)?[a-zA-Z0-9-_]{1,64}(:(\$LATEST|[a-zA-Z0-9-_]+))?$/,
  max: 170,
};
const description: Rule = { max: 256 };

/** What the API reference asks beyond types, of members anywhere in an input: the model of the SDK has left it out. */
const rules: Readonly<Record<string, Rule>> = {
  FunctionName: functionReference,
  Description: description,
  Handler: { pattern: /^\S*$/, max: 128 },
  Role: { pattern: /^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/ },
  Timeout: { min: 1, max: 5400 },
  MemorySize: { min: 128, max: 32_768 },
  Layers: { max: 5 },
  Architectures: { min: 1, max: 1 },
  FunctionVersion: { pattern: /^(\$LATEST(\.PUBLISHED)?|[0-9]+)$/, max: 1024 },
  Qualifier: { pattern: /^(\$LATEST|[a-zA-Z0-9-_$.]+)$/, max: 128 },
  StatementId: { pattern: /^[a-zA-Z0-9-_]+$/, max: 100 },
  Action: { pattern: /^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/ },
  ReservedConcurrentExecutions: { min: 0 },
  ProvisionedConcurrentExecutions: { min: 1 },
  MaximumRetryAttempts: { min: 0, max: 2 },
  MaximumEventAgeInSeconds: { min: 60, max: 21_600 },
  MaxItems: { min: 1, max: 10_000 },
  SubnetIds: { max: 16 },
  SecurityGroupIds: { max: 5 },
};

const aliasName: Rule = { pattern: /^(?!^[0-9]+$)([a-zA-Z0-9-_]+)$/, max: 128 };
const variableName = /^[a-zA-Z]([a-zA-Z0-9_])+$/;
const reservedVariables =
  /^(AWS_(REGION|DEFAULT_REGION|ACCESS_KEY(_ID)?|SECRET_(ACCESS_)?KEY|SESSION_TOKEN|LAMBDA_.*|EXECUTION_ENV)|_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$/;

/** @throws AwsFault ValidationException naming each member that breaks a rule; values of variables are not in it */
export function checkRules(operation: string, input: Readonly<Record<string, unknown>>): void {
  const broken = findBroken(operation, input, "");
  if (broken.length === 0) return;
  const count = `${broken.length} validation error${broken.length === 1 ? "" : "s"} detected: `;
  throw new AwsFault(400, "ValidationException", count + broken.join("; "));
}

function findBroken(
  operation: string,
  value: Readonly<Record<string, unknown>>,
  path: string,
): readonly string[] {
  return Object.entries(value).flatMap(([name, member]) => {
    if (name === "Variables") return findBadNames(member as Readonly<Record<string, unknown>>);
    const rule = name === "Name" && operation.includes("Alias") ? aliasName : rules[name];
    const shown = `'${path}${name}' failed to satisfy constraint`;
    if (rule !== undefined && !holds(rule, member)) return [`Value '${JSON.stringify(member)}' at ${shown}`];
    return isRecord(member) ? findBroken(operation, member, `${path}${name}.`) : [];
  });
}

function findBadNames(variables: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(variables)
    .filter((name) => !variableName.test(name))
    .map(
      (name) =>
        `Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must ` +
        `satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+] (${name})`,
    );
}

function holds({ pattern, min = -Infinity, max = Infinity }: Rule, value: unknown): boolean {
  if (pattern !== undefined && typeof value === "string" && !pattern.test(value)) return false;
  const size =
    typeof value === "number"
      ? value
      : Array.isArray(value) || typeof value === "string"
        ? value.length
        : min;
  return size >= min && size <= max;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

/**
 * The rules of environment variables: reserved names, and 4 KB in all. AWS's sentence for the latter shows every value.
 *
 * @throws AwsFault InvalidParameterValueException
 */
export function checkVariables(environment: unknown): void {
  const { Variables: variables = {} } = (environment ?? {}) as {
    Variables?: Readonly<Record<string, string>>;
  };
  const start =
    "Lambda was unable to configure your environment variables because the environment variables you have provided ";
  const reserved = Object.keys(variables).filter((name) => reservedVariables.test(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      `${start}contains reserved keys that are currently not supported for modification. ` +
        `Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
  const measured = JSON.stringify(variables);
  if (Buffer.byteLength(measured) > 4096) {
    throw invalidParameter(`${start}exceeded the 4KB limit. String measured: ${measured}`);
  }
}
