import { BrigError } from "../errors.ts";

/** `$${`, `${env:NAME}`, `${env:NAME:-default}`, or the beginning of something that was meant as one of them. */
const pattern = /\$\$\{|\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{env:/g;

/**
 * Puts values of the environment into every string of a setting: `${env:NAME}`, with a default where the variable is unset
 * or empty `${env:NAME:-default}`; `$${` is a literal `${`. Names of members stay as they are.
 *
 * @param path where the value stands, as `function.Environment`
 * @throws BrigError `config-invalid` for a variable that is not set
 */
export function interpolate<Value>(
  value: Value,
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Value {
  return replace(value, path, env) as Value;
}

function replace(value: unknown, path: string, env: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === "string") return replaceIn(value, path, env);
  if (Array.isArray(value)) return value.map((item, index) => replace(item, `${path}[${index}]`, env));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, replace(item, `${path}.${name}`, env)]),
  );
}

function replaceIn(text: string, path: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(pattern, (found, name: string | undefined, instead: string | undefined) => {
    if (found === "$${") return "${";
    if (name === undefined) {
      throw new BrigError(
        "config-invalid",
        `"${path}" has "\${env:" without the name of a variable and a closing }`,
        "write ${env:NAME}, ${env:NAME:-default}, or $${env: for the text itself",
      );
    }
    const given = env[name];
    if (instead !== undefined) return given === undefined || given === "" ? instead : given;
    if (given !== undefined) return given;
    throw new BrigError(
      "config-invalid",
      `"${path}" needs the environment variable ${name}, which is not set`,
      `export ${name}=…, or give a default: \${env:${name}:-default}`,
    );
  });
}
