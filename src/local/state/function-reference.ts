import { AwsFault, invalidParameter, notFound } from "../aws-fault.ts";

/** A function as a request names it. */
export interface FunctionReference {
  readonly name: string;
  /** An alias, a version, `$LATEST`; undefined when the request names none. */
  readonly qualifier: string | undefined;
}

const referencePattern =
  /^(?:(?:arn:[a-zA-Z-]+:lambda:)?(?:([a-z]{2,4}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?)([a-zA-Z0-9-_.]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;

/**
 * Reads a name, a partial ARN (`123456789012:function:name`) or a full one, each with or without a qualifier; the query's
 * `Qualifier` must agree with it.
 *
 * @throws AwsFault ResourceNotFoundException for another region, AccessDeniedException for another account,
 *   InvalidParameterValueException when the two qualifiers differ, ValidationException for what is no reference
 */
export function parseReference(
  text: string,
  qualifier: string | null | undefined,
  place: { readonly region: string; readonly account: string },
): FunctionReference {
  const match = referencePattern.exec(text);
  if (match === null) {
    throw new AwsFault(
      400,
      "ValidationException",
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: ` +
        `Member must satisfy regular expression pattern: ${functionNamePattern}`,
    );
  }
  const [, region, account, name, ownQualifier] = match;
  if (region !== undefined && region !== place.region) {
    throw notFound(`Functions from '${region}' are not reachable in this region ('${place.region}')`);
  }
  if (account !== undefined && account !== place.account) {
    throw new AwsFault(403, "AccessDeniedException", `The account of ${text} is not ${place.account}`);
  }
  const asked = qualifier === null || qualifier === "" ? undefined : qualifier;
  if (ownQualifier !== undefined && asked !== undefined && ownQualifier !== asked) {
    throw invalidParameter(
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
  }
  return { name: name!, qualifier: asked ?? ownQualifier };
}

const functionNamePattern =
  "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?" +
  "([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";

export function functionArn(region: string, account: string, name: string): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
}

export function qualifiedArn(arn: string, qualifier: string | undefined): string {
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}
