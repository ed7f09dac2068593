import { BrigError } from "../errors.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import type { DeployedFunction } from "./deployed-function.ts";

/**
 * Folders that would be one and the same function on AWS, where each deployment would put its code in the place of the other's:
 * a FunctionName that stands where it holds for several folders.
 *
 * @returns why none of them is deployed
 */
export function findSharedNames(
  functions: readonly DeployedFunction[],
): ReadonlyMap<FunctionFolder, BrigError> {
  const placeOf = ({ functionName, target }: DeployedFunction): string =>
    JSON.stringify([target.settings.region, functionName]);
  const places = new Map<string, FunctionFolder[]>();
  for (const each of functions)
    places.set(placeOf(each), [...(places.get(placeOf(each)) ?? []), each.folder]);
  return new Map(
    functions.flatMap((each) => {
      const folders = places.get(placeOf(each))!;
      if (folders.length === 1) return [];
      const fault = new BrigError(
        "config-invalid",
        `${folders.map(({ path }) => path).join(" and ")} would be one and the same function ${each.functionName} in ${each.target.name}`,
        `say in the brig.yaml of each: targets: {${each.target.name}: {function: {FunctionName: NAME}}}`,
      );
      return [[each.folder, fault] as const];
    }),
  );
}
