import { BrigError } from "../../errors.ts";

/** A function on AWS as a person names it. */
export interface AwsFunction {
  readonly name: string;
  /** A version or an alias; `undefined`: `$LATEST`. */
  readonly qualifier: string | undefined;
  /** Of an ARN. */
  readonly region: string | undefined;
  readonly account: string | undefined;
}

const pattern =
  /^(?:arn:[a-z-]+:lambda:(?<region>[a-z0-9-]+):(?<account>\d{12}):function:)?(?<name>[A-Za-z0-9_-]{1,140})(?::(?<qualifier>\$LATEST|[A-Za-z0-9_-]+))?$/;

/**
 * `hello`, `hello:live`, `hello:7`, or an ARN, with or without a version or alias.
 *
 * @throws BrigError `usage-invalid`
 */
export function parseAwsFunction(text: string): AwsFunction {
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined) {
    throw new BrigError(
      "usage-invalid",
      `"${text}" is neither the name nor the ARN of a Lambda function`,
      "brig import hello --target prod",
    );
  }
  const qualifier = groups["qualifier"] === "$LATEST" ? undefined : groups["qualifier"];
  return { name: groups["name"]!, qualifier, region: groups["region"], account: groups["account"] };
}
