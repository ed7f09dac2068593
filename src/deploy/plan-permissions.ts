import { BrigError } from "../errors.ts";
import { renderStatement } from "../local/api/policy-statement.ts";
import type { RemotePolicy } from "./desired.ts";
import { isMembers, type Members } from "./members.ts";
import type { Step } from "./step.ts";

/** What a qualifier means that is no version or alias: the function without one. */
export const unqualified = "$LATEST";

/**
 * The statements that let anybody call a function URL without a signature. It takes both since October 2025 (the page
 * "Control access to Lambda function URLs"); the names are those that AWS's console gives them.
 */
export function permissionsOfUrl(url: Members | undefined, alias: string): readonly Members[] {
  if (url?.["AuthType"] !== "NONE") return [];
  const place = { Principal: "*", Qualifier: url["Qualifier"] ?? alias };
  return [
    {
      ...place,
      StatementId: "FunctionURLAllowPublicAccess",
      Action: "lambda:InvokeFunctionUrl",
      FunctionUrlAuthType: "NONE",
    },
    {
      ...place,
      StatementId: "FunctionURLAllowInvokeAction",
      Action: "lambda:InvokeFunction",
      InvokedViaFunctionUrl: true,
    },
  ];
}

/** Where permissions stand: on the alias, unless one names another place. */
export function qualifierOf(permission: Members, alias: string): string {
  const qualifier = permission["Qualifier"];
  return typeof qualifier === "string" ? qualifier : alias;
}

/**
 * What must change for the policies to hold these statements. Where brig.yaml mentions `Permissions` they hold no others;
 * what is only implied by a URL is added.
 *
 * @throws BrigError `config-invalid` for two statements of one name
 */
export function planPermissions(
  functionName: string,
  alias: string,
  wished: readonly Members[] | undefined,
  implied: readonly Members[],
  policies: ReadonlyMap<string, RemotePolicy>,
): readonly Step[] {
  if (wished !== undefined) refuseTwice(functionName, alias, wished);
  const all = [...(wished ?? []), ...implied.filter((each) => !wished?.some((own) => isSameId(own, each)))];
  const places = new Set([...all.map((each) => qualifierOf(each, alias)), ...(wished ? [alias] : [])]);
  return [...places].flatMap((place) => {
    const here = all.filter((each) => qualifierOf(each, alias) === place);
    const statements = policies.get(place)?.statements ?? [];
    const target = { FunctionName: functionName, ...(place !== unqualified && { Qualifier: place }) };
    const leaving = statements.filter(
      (statement) => wished !== undefined && !here.some((each) => each["StatementId"] === statement["Sid"]),
    );
    return [
      ...leaving.map((statement) => removal(target, statement)),
      ...here.flatMap((permission): Step[] => {
        const present = statements.find((statement) => statement["Sid"] === permission["StatementId"]);
        if (present !== undefined && isStatementOf(permission, present)) return [];
        return [
          ...(present === undefined ? [] : [removal(target, present)]),
          {
            call: "AddPermission",
            changes: [
              { path: `Permissions.${String(permission["StatementId"])}`, from: null, to: permission },
            ],
            input: { ...withoutQualifier(permission), ...target },
          },
        ];
      }),
    ];
  });
}

function refuseTwice(functionName: string, alias: string, wished: readonly Members[]): void {
  const places = wished.map((each) => `${String(each["StatementId"])} on ${qualifierOf(each, alias)}`);
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  if (twice === undefined) return;
  throw new BrigError(
    "config-invalid",
    `Permissions of ${functionName} have two statements ${twice}, and AWS keeps one of a name`,
    "give each a StatementId of its own",
  );
}

function removal(target: Members, statement: Members): Step {
  const id = String(statement["Sid"]);
  return {
    call: "RemovePermission",
    changes: [{ path: `Permissions.${id}`, from: statement, to: null }],
    input: { ...target, StatementId: id },
  };
}

function withoutQualifier(permission: Members): Members {
  const { Qualifier: _, ...rest } = permission;
  return rest;
}

function isSameId(one: Members, other: Members): boolean {
  return one["StatementId"] === other["StatementId"];
}

/** Whether Lambda made the statement of this permission; in what AWS writes, the case of condition keys varies. */
function isStatementOf(permission: Members, statement: Members): boolean {
  const wished = renderStatement(permission, "") as unknown as Members;
  return JSON.stringify(gist(wished)) === JSON.stringify(gist(statement));
}

function gist(statement: Members): unknown {
  const { Principal: principal, Action: action, Condition: condition } = statement;
  const who = isMembers(principal) ? principal : { AWS: principal };
  const tests = isMembers(condition) ? Object.values(condition) : [];
  const conditions = tests.flatMap((test) =>
    isMembers(test) ? Object.entries(test).map(([key, value]) => [key.toLowerCase(), value]) : [],
  );
  return [Object.entries(who), action, conditions.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))];
}
