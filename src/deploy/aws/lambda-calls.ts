/** Lambda's API in one place: paced, retried where that is safe, with members that the SDK does not know. */
export interface LambdaCalls {
  /**
   * One call by AWS's own name, `UpdateFunctionCode`; members that the SDK does not know pass in both directions.
   *
   * Throttles are waited for. After a dropped connection reads and idempotent writes are repeated; writes that carry a
   * RevisionId, and those that create, delete or invoke, are not: they throw an AwsError named `ConnectionLost`,
   * and the caller reads what became of them.
   *
   * @param signal ends the call, and the waiting for its turn; the command's own unless another is given, which a return
   * after Ctrl-C needs. Writes that are on their way are not cut off.
   * @throws AwsError what AWS refused, to be judged by the caller
   * @throws BrigError `access-denied`, `credentials-missing`, `credentials-expired`, `throttled`, `interrupted`
   */
  readonly call: <T = Record<string, unknown>>(
    operation: string,
    input: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ) => Promise<T>;
}
