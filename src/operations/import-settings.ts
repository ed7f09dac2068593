import type { Context } from "../context.ts";
import type { AwsSession } from "../deploy/aws/session.ts";
import { diffMember } from "../deploy/diff-members.ts";
import { hideVariables } from "../deploy/import/hide-variables.ts";
import type { AwsFunction } from "../deploy/import/parse-aws-function.ts";
import { readAttachments, selectBeside } from "../deploy/import/read-attachments.ts";
import { renderSettings } from "../deploy/import/render-settings.ts";
import { selectMembers } from "../deploy/import/select-members.ts";
import { toInputShape } from "../deploy/input-shape.ts";
import { isMembers, type Members, selectConfiguration } from "../deploy/members.ts";
import { BrigError } from "../errors.ts";
import { interpolate } from "../workspace/interpolate.ts";
import { mergeMembers } from "../workspace/settle-settings.ts";
import type { Settings } from "../workspace/settings.ts";

/** A function of AWS that is to be described in a brig.yaml. */
export interface Imported {
  readonly asked: AwsFunction;
  /** The target's name. */
  readonly target: string;
  /** What the brig.yaml files above say. */
  readonly above: Settings;
  /** Of GetFunction. */
  readonly answer: Members & { readonly Configuration: Members };
}

export interface DescribedFunction {
  /** Of its brig.yaml. */
  readonly text: string;
  /** Environment variables whose values brig.yaml takes from brig's own environment. */
  readonly hidden: readonly string[];
  readonly notes: readonly string[];
}

/** The brig.yaml that says of a function what AWS says. */
export async function describeImported(
  { asked, target, above, answer }: Imported,
  session: AwsSession,
): Promise<DescribedFunction> {
  const inherited = above.targets[target];
  const alias = asked.qualifier !== undefined && /\D/.test(asked.qualifier) ? asked.qualifier : undefined;
  const beside = await readAttachments(asked.name, alias, session.lambda);
  const { everywhere, there } = selectMembers(
    answer.Configuration,
    { everywhere: above.function, there: inherited?.function ?? {} },
    asked.name,
  );
  const shown = hideVariables({ ...everywhere, ...selectBeside(answer), ...beside.members });
  const shownThere = hideVariables(there);
  const targetSettings = {
    ...(inherited?.region === undefined && { region: session.region }),
    ...(inherited?.account === undefined && { account: session.account }),
    ...(alias !== undefined && alias !== (inherited?.alias ?? target) && { alias }),
    function: { FunctionName: asked.name, ...shownThere.members },
  };
  const origin = `the Lambda function ${asked.name} (${session.region}, ${session.account})`;
  return {
    text: renderSettings({ function: shown.members, target, targetSettings, origin }),
    hidden: [...shown.hidden, ...shownThere.hidden],
    notes: [
      ...noteUnreadable(answer.Configuration),
      ...beside.refused.map(
        (action) => `these credentials may not ${action}, so what it tells is not in brig.yaml`,
      ),
    ],
  };
}

/** Variables under a key that these credentials may not use; brig leaves alone what no brig.yaml mentions. */
function noteUnreadable(configuration: Members): readonly string[] {
  const environment = configuration["Environment"];
  const fault = isMembers(environment) ? environment["Error"] : undefined;
  if (!isMembers(fault)) return [];
  return [
    `AWS cannot read the environment variables (${String(fault["ErrorCode"])}), so they are not in brig.yaml`,
  ];
}

/** What a deploy would change all the same: a brig.yaml above may add what the function does not have. */
export function findImportDrift(
  settings: Settings,
  target: string,
  configuration: Members,
  env: Context["env"],
): readonly string[] {
  const actual = toInputShape(configuration);
  const environment = actual["Environment"];
  const variables = isMembers(environment) ? environment["Variables"] : undefined;
  // What is asked of the environment counts as set to what runs.
  const values = { ...env, ...(isMembers(variables) ? (variables as Record<string, string>) : {}) };
  try {
    const merged = mergeMembers(settings.function, settings.targets[target]?.function ?? {});
    const members = interpolate(merged, "function", values);
    const functionName = String(members["FunctionName"]);
    const changes = Object.entries(selectConfiguration(members)).flatMap(([name, wished]) =>
      diffMember(name, wished, actual[name], functionName),
    );
    if (changes.length === 0) return [];
    const paths = changes.map(({ path }) => path).join(", ");
    return [`a deploy would change ${paths}: a brig.yaml above says otherwise`];
  } catch (error) {
    if (!(error instanceof BrigError)) throw error;
    return [error.message];
  }
}
