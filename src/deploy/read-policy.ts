import { isNotFound } from "./aws/aws-error.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import type { RemotePolicy } from "./desired.ts";
import type { Members } from "./members.ts";
import { unqualified } from "./plan-permissions.ts";

/** Who may invoke a function under a qualifier; `undefined`: nothing is said. */
export async function readPolicy(
  lambda: LambdaCalls,
  functionName: string,
  qualifier: string,
): Promise<RemotePolicy | undefined> {
  const input = { FunctionName: functionName, ...(qualifier !== unqualified && { Qualifier: qualifier }) };
  try {
    const answer = await lambda.call<{ readonly Policy: string; readonly RevisionId: string }>(
      "GetPolicy",
      input,
    );
    const policy = JSON.parse(answer.Policy) as { readonly Statement: readonly Members[] };
    return { revisionId: answer.RevisionId, statements: policy.Statement };
  } catch (fault) {
    if (isNotFound(fault)) return undefined;
    throw fault;
  }
}
