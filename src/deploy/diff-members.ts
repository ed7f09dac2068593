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
 * What AWS takes for the parts of a member that are left out (API reference, CreateFunction). A member that is mentioned is
 * meant as a whole, so a part that somebody set on AWS is a difference; a default that AWS answers is none.
 */
function defaultsOf(name: string, value: Members, functionName: string): Members {
  switch (name) {
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
    case "FunctionUrlConfig":
      return { InvokeMode: "BUFFERED", Cors: {} };
    case "EventInvokeConfig":
      return { MaximumRetryAttempts: undefined, MaximumEventAgeInSeconds: undefined, DestinationConfig: {} };
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
  if (!isMembers(wished)) return diffValue(name, wished, actual);
  const from = isMembers(actual) ? actual : {};
  const to = { ...defaultsOf(name, wished, functionName), ...wished };
  const before = { ...defaultsOf(name, from, functionName), ...from };
  return Object.keys(to).flatMap((part) => diffValue(`${name}.${part}`, to[part], before[part]));
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
    ([part, value]) => !(part in wished) && part in actual && !isSame(`${name}.${part}`, value, actual[part]),
  );
  return { ...Object.fromEntries(put), ...wished };
}

function diffValue(path: string, wished: unknown, actual: unknown): readonly Change[] {
  if (isSame(path, wished, actual)) return [];
  if (isMembers(wished) && isMembers(actual)) {
    return Object.keys(wished).flatMap((part) => diffValue(`${path}.${part}`, wished[part], actual[part]));
  }
  return [{ path, from: isEmpty(actual) ? null : actual, to: isEmpty(wished) ? null : wished }];
}

function isSame(path: string, wished: unknown, actual: unknown): boolean {
  if (isEmpty(wished) && isEmpty(actual)) return true;
  if (Array.isArray(wished) && Array.isArray(actual)) {
    if (wished.length !== actual.length) return false;
    const [left, right] = sets.has(path) ? [sorted(wished), sorted(actual)] : [wished, actual];
    return left.every((item, index) => isSame("", item, right[index]));
  }
  if (isMembers(wished) && isMembers(actual)) {
    return Object.keys(wished).every((part) => isSame(`${path}.${part}`, wished[part], actual[part]));
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
