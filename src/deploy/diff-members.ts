import { isDeepStrictEqual } from "node:util";
import { isMembers, type Members } from "./members.ts";

/** One place in which two configurations differ; what is absent is `null`. */
export interface Change {
  /** `Timeout`, `VpcConfig.SubnetIds`, `Environment.Variables.TOKEN`. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * What AWS takes for the parts of a member that are left out (API reference, CreateFunction and the calls of URLs and of
 * asynchronous invocations). A member that is mentioned is meant as a whole, so a part that somebody set on AWS is a
 * difference; a default that AWS answers is none.
 *
 * @param path `VpcConfig`, `FunctionUrlConfig.Cors`
 */
function defaultsOf(path: string, value: Members, functionName: string): Members {
  switch (path) {
    case "LoggingConfig": {
      const levels =
        value["LogFormat"] === "JSON" ? { ApplicationLogLevel: "INFO", SystemLogLevel: "INFO" } : {};
      return { LogFormat: "Text", ...levels, LogGroup: `/aws/lambda/${functionName}` };
    }
    case "VpcConfig":
      return { SubnetIds: [], SecurityGroupIds: [], Ipv6AllowedForDualStack: false };
    case "SnapStart":
      return { ApplyOn: "None" };
    case "TracingConfig":
      return { Mode: "PassThrough" };
    case "DeadLetterConfig":
      return { TargetArn: "" };
    case "FunctionUrlConfig":
      return { InvokeMode: "BUFFERED", Cors: {} };
    case "FunctionUrlConfig.Cors": {
      const lists = { AllowHeaders: [], AllowMethods: [], AllowOrigins: [], ExposeHeaders: [] };
      return { ...lists, AllowCredentials: false, MaxAge: 0 };
    }
    case "EventInvokeConfig":
      return { MaximumRetryAttempts: undefined, MaximumEventAgeInSeconds: undefined, DestinationConfig: {} };
    case "EventInvokeConfig.DestinationConfig":
      return { OnSuccess: {}, OnFailure: {} };
    case "EventInvokeConfig.DestinationConfig.OnSuccess":
    case "EventInvokeConfig.DestinationConfig.OnFailure":
      return { Destination: "" };
    case "EphemeralStorage":
      return { Size: 512 };
    default:
      return {};
  }
}

/** Lists in which the order says nothing. */
const sets: ReadonlySet<string> = new Set([
  "VpcConfig.SubnetIds",
  "VpcConfig.SecurityGroupIds",
  "FileSystemConfigs",
  "Architectures",
]);

/**
 * Where a member differs from what is wished, compared by meaning: empty is absent, defaults and parts that only AWS knows
 * count for nothing.
 *
 * @param actual in the shape in which AWS takes it
 */
export function diffMember(
  name: string,
  wished: unknown,
  actual: unknown,
  functionName: string,
): readonly Change[] {
  if (!isMembers(wished)) return diffValue(name, wished, actual, functionName);
  return diffParts(name, wished, isMembers(actual) ? actual : {}, functionName);
}

function diffParts(path: string, wished: Members, actual: Members, functionName: string): readonly Change[] {
  return pairParts(path, wished, actual, functionName).flatMap(([part, to, from]) =>
    diffValue(`${path}.${part}`, to, from, functionName),
  );
}

/** The parts to compare, defaults put in on both sides: those that are wished, or that AWS takes by itself. */
function pairParts(
  path: string,
  wished: Members,
  actual: Members,
  functionName: string,
): readonly (readonly [part: string, wished: unknown, actual: unknown])[] {
  const to = { ...defaultsOf(path, wished, functionName), ...wished };
  const from = { ...defaultsOf(path, actual, functionName), ...actual };
  return Object.keys(to).map((part) => [part, to[part], from[part]]);
}

/** The member as it is sent: as written, and parts that somebody else set put back to what AWS takes by itself. */
export function completeMember(
  name: string,
  wished: unknown,
  actual: unknown,
  functionName: string,
): unknown {
  if (!isMembers(wished) || !isMembers(actual)) return wished;
  const defaults = Object.entries(defaultsOf(name, wished, functionName));
  const put = defaults.filter(
    ([part, value]) =>
      !(part in wished) && part in actual && !isSame(`${name}.${part}`, value, actual[part], functionName),
  );
  return { ...Object.fromEntries(put), ...wished };
}

function diffValue(path: string, wished: unknown, actual: unknown, functionName: string): readonly Change[] {
  if (isSame(path, wished, actual, functionName)) return [];
  if (isMembers(wished) && isMembers(actual)) return diffParts(path, wished, actual, functionName);
  return [{ path, from: isEmpty(actual) ? null : actual, to: isEmpty(wished) ? null : wished }];
}

function isSame(path: string, wished: unknown, actual: unknown, functionName: string): boolean {
  if (isEmpty(wished) && isEmpty(actual)) return true;
  if (Array.isArray(wished) && Array.isArray(actual)) {
    if (wished.length !== actual.length) return false;
    const [left, right] = sets.has(path) ? [sorted(wished), sorted(actual)] : [wished, actual];
    return left.every((item, index) => isSame("", item, right[index], functionName));
  }
  if (isMembers(wished) && isMembers(actual)) {
    return pairParts(path, wished, actual, functionName).every(([part, to, from]) =>
      isSame(`${path}.${part}`, to, from, functionName),
    );
  }
  return isDeepStrictEqual(wished, actual);
}

function sorted(list: readonly unknown[]): unknown[] {
  const keyed = list.map((item) => ({
    item,
    key: isMembers(item) ? JSON.stringify(item, Object.keys(item).toSorted()) : String(item),
  }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item);
}

/** AWS says nothing, `""`, `[]` or `{}` for what is not set, differently for each member. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMembers(value) && Object.values(value).every(isEmpty);
}
