import type { ImportedFunction } from "../../operations/import.ts";
import type { Output } from "../output.ts";

/** The folder with its files, and how to set what brig.yaml leaves to the environment. */
export function renderImported(imported: ImportedFunction, output: Output): string {
  const { name, path, functionName, version, files, requirements, hidden } = imported;
  const packages = requirements.length === 1 ? "1 package" : `${requirements.length} packages`;
  return [
    `${output.paint("bold", name)}  ${path}  from ${functionName} version ${version}`,
    ...files.map((file) => (file === "requirements.txt" ? `  ${file}  ${packages}` : `  ${file}`)),
    ...hidden.map((variable) => `  ${variable} looks secret: brig.yaml takes it from the environment`),
    ...hidden.map((variable) => `  export ${variable}="$(${queryOf(imported, variable)})"`),
  ].join("\n");
}

/** The value itself is not shown, here as anywhere. */
function queryOf({ functionName, region }: ImportedFunction, variable: string): string {
  const place = `--region ${region} --function-name ${functionName}`;
  return `aws lambda get-function-configuration ${place} --query Environment.Variables.${variable} --output text`;
}
