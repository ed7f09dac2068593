import { invalidParameter } from "../aws-fault.ts";
import type { PolicyRecord, PolicyStatement } from "../state/function-record.ts";

/** What a permission is asked for with: the input of `AddPermission` or `AddLayerVersionPermission`. */
export interface PermissionInput {
  readonly StatementId?: string | undefined;
  readonly Action?: string | undefined;
  readonly Principal?: string | undefined;
  readonly SourceArn?: string | undefined;
  readonly SourceAccount?: string | undefined;
  readonly EventSourceToken?: string | undefined;
  readonly PrincipalOrgID?: string | undefined;
  readonly OrganizationId?: string | undefined;
  readonly FunctionUrlAuthType?: string | undefined;
  readonly InvokedViaFunctionUrl?: boolean | undefined;
}

/** The statement that Lambda makes of a permission (API reference, AddPermission; IAM's policy grammar). */
export function renderStatement(input: PermissionInput, resource: string): PolicyStatement {
  const condition = renderCondition(input);
  return {
    Sid: input.StatementId!,
    Effect: "Allow",
    Principal: renderPrincipal(input.Principal!),
    Action: input.Action,
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

function renderPrincipal(principal: string): string | Readonly<Record<string, string>> {
  if (principal === "*") return "*";
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (principal.startsWith("arn:")) return { AWS: principal };
  if (/^[a-z0-9.-]+\.[a-z]+$/i.test(principal)) return { Service: principal };
  throw invalidParameter("The provided principal was invalid. Please check the principal and try again.");
}

function renderCondition(input: PermissionInput): Record<string, Record<string, string>> {
  const equals: [string, string | undefined][] = [
    ["AWS:SourceAccount", input.SourceAccount],
    ["lambda:FunctionUrlAuthType", input.FunctionUrlAuthType],
    ["lambda:EventSourceToken", input.EventSourceToken],
    ["aws:PrincipalOrgID", input.PrincipalOrgID ?? input.OrganizationId],
  ];
  const given = equals.filter((pair): pair is [string, string] => pair[1] !== undefined);
  return {
    ...(given.length > 0 && { StringEquals: Object.fromEntries(given) }),
    ...(input.SourceArn !== undefined && { ArnLike: { "AWS:SourceArn": input.SourceArn } }),
    ...(input.InvokedViaFunctionUrl !== undefined && {
      Bool: { "lambda:InvokedViaFunctionUrl": String(input.InvokedViaFunctionUrl) },
    }),
  };
}

/** The policy document, as JSON text in an answer. */
export function renderPolicy({ statements }: PolicyRecord): string {
  return JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: statements });
}
