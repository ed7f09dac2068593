import { BrigError } from "../../errors.ts";

/**
 * What AWS answered instead of doing as it was asked. Callers judge it by `name` and `statusCode`; where nobody does, it
 * is an error like others (`conflict` or `aws-failed`). No value of an environment variable is in the message.
 */
export class AwsError extends BrigError {
  /** The operation, as `UpdateAlias`. */
  readonly operation: string;
  /** 0 where there was no answer (`ConnectionLost`). */
  readonly statusCode: number;

  /**
   * @param name AWS's own, as `ResourceConflictException`; `ConnectionLost` where it is not known whether AWS acted
   * @param reason AWS's own words
   */
  constructor(operation: string, name: string, statusCode: number, reason: string, options?: ErrorOptions) {
    const code = statusCode === 409 || statusCode === 412 ? "conflict" : "aws-failed";
    super(code, `${operation}: ${name}: ${reason}`, null, options);
    this.name = name;
    this.operation = operation;
    this.statusCode = statusCode;
  }
}

/** Whether AWS has no such function, version, alias or the like. */
export function isNotFound(error: unknown): error is AwsError {
  return error instanceof AwsError && error.statusCode === 404;
}
