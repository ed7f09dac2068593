import { BrigError } from "../errors.ts";
import { nearest } from "../workspace/nearest.ts";
import type { Settings, TargetSettings } from "../workspace/settings.ts";

/** A named place that functions are deployed to. */
export interface Target {
  readonly name: string;
  readonly settings: TargetSettings;
}

/**
 * The target that `--target` means.
 *
 * @param folder of the function, as messages show it
 * @throws BrigError `target-not-found` with those that there are
 */
export function selectTarget(settings: Pick<Settings, "targets">, name: string, folder: string): Target {
  const { targets } = settings;
  const found = Object.hasOwn(targets, name) ? targets[name] : undefined;
  if (found !== undefined) return { name, settings: found };
  const names = Object.keys(targets);
  if (names.length === 0) {
    throw new BrigError(
      "target-not-found",
      `${folder} has no targets, so there is no target "${name}"`,
      `in ${folder}/brig.yaml, or at the root for all functions: targets: {${name}: {region: us-east-1}}`,
    );
  }
  const near = nearest(name, names);
  throw new BrigError(
    "target-not-found",
    `${folder} has no target "${name}"`,
    `${near === undefined ? "" : `did you mean ${near}? `}there ${names.length === 1 ? "is" : "are"}: ${names.join(", ")}`,
  );
}
