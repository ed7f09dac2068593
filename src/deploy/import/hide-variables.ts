import { isMembers, type Members } from "../members.ts";
import { looksSecret } from "./looks-secret.ts";

/** Settings that can be checked in. */
export interface CheckedInMembers {
  readonly members: Members;
  /** Names of the environment variables whose values are now asked of brig's own environment. */
  readonly hidden: readonly string[];
}

/**
 * Settings with `${env:NAME}` in the place of each environment variable's value that looks secret; what AWS has as `${` is
 * written so that it stays one.
 */
export function hideVariables(members: Members): CheckedInMembers {
  const escaped = escape(members) as Members;
  const environment = escaped["Environment"];
  const variables = isMembers(environment) ? environment["Variables"] : undefined;
  if (!isMembers(environment) || !isMembers(variables)) return { members: escaped, hidden: [] };
  const plain = (members["Environment"] as { readonly Variables: Members }).Variables;
  const hidden = Object.keys(plain).filter((name) => looksSecret(name, String(plain[name])));
  const shown = Object.entries(variables).map(([name, value]) => [
    name,
    hidden.includes(name) ? `\${env:${name}}` : value,
  ]);
  return {
    members: { ...escaped, Environment: { ...environment, Variables: Object.fromEntries(shown) } },
    hidden,
  };
}

function escape(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("${", () => "$${");
  if (Array.isArray(value)) return value.map(escape);
  if (!isMembers(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, escape(item)]));
}
