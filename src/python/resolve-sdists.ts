import type { Attempt } from "./compilation.ts";
import { compileRequirements } from "./compile-requirements.ts";
import type { PylockPackage } from "./pylock.ts";
import type { Resolving } from "./resolving.ts";
import { selectWheel } from "./wheel/wheel-tags.ts";
import { requirementsFor } from "./hash-rules.ts";

/** How many uv run at once. */
const together = 4;

/**
 * After wheels alone did not do: finds the projects that must be built from source, those of which no allowed version
 * has a wheel that fits. All others stay restricted to wheels, so that a newer sdist never wins over an older wheel.
 *
 * @returns `undefined` where sdists do not help either
 */
export async function findSdistsToBuild(
  resolving: Resolving,
  attempt: Attempt,
): Promise<
  { readonly buildable: ReadonlySet<string>; readonly onlyBinary: ReadonlySet<string> } | undefined
> {
  const { compilation, context } = resolving;
  const { requirements, target } = compilation;
  if (requirements.options.onlyBinary.has(":all:")) return undefined;
  // What is required directly is asked first, so that uv does not build the metadata of an sdist that is not needed.
  const direct = requirementsFor(requirements, target).flatMap((line) =>
    line.kind === "version" && line.name !== undefined ? [line.name] : [],
  );
  const withWheels = await selectAsync([...new Set(direct)], (name) => hasWheel(name, resolving, attempt));
  let free = await compileRequirements(compilation, { ...attempt, onlyBinary: new Set(withWheels) }, context);
  if (!free.ok && withWheels.length > 0)
    free = await compileRequirements(compilation, { ...attempt, onlyBinary: new Set() }, context);
  if (!free.ok) return undefined;
  const isBuiltFrom = (entry: PylockPackage): boolean =>
    entry.sdist !== undefined && !selectWheel(entry.wheels, target);
  const sdists = free.packages.filter(isBuiltFrom).map((entry) => entry.name);
  // Folders and repositories are built in any case; uv has to, to know what they depend on, unless they say so statically.
  const isSource = ({ archive, vcs, directory }: PylockPackage): boolean =>
    (archive !== undefined && !archive.name.endsWith(".whl")) || (vcs ?? directory) !== undefined;
  const sources = free.packages.filter(isSource).map((entry) => entry.name);
  const unknown = sdists.filter((name) => !withWheels.includes(name));
  const replaceable = new Set(
    await selectAsync(unknown, (name) => !direct.includes(name) && hasWheel(name, resolving, attempt)),
  );
  const needed = unknown.filter((name) => !replaceable.has(name));
  // Where every one has a wheel by itself, but not all together, the versions that go together decide.
  const buildable = new Set([...(needed.length > 0 ? needed : sdists), ...sources]);
  if (buildable.size === 0) return undefined;
  const names = free.packages.map((entry) => entry.name).filter((name) => !buildable.has(name));
  return { buildable, onlyBinary: new Set([...names, ...withWheels.filter((name) => !buildable.has(name))]) };
}

async function hasWheel(
  name: string,
  { compilation, context }: Resolving,
  attempt: Attempt,
): Promise<boolean> {
  return (await compileRequirements(compilation, { ...attempt, onlyBinary: "all", alone: name }, context)).ok;
}

async function selectAsync(
  names: readonly string[],
  test: (name: string) => boolean | Promise<boolean>,
): Promise<readonly string[]> {
  const results = new Map<string, boolean>();
  const queue = [...names];
  const work = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift())
      results.set(name, await test(name));
  };
  await Promise.all(Array.from({ length: together }, work));
  return names.filter((name) => results.get(name));
}
