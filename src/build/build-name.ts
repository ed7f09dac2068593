/**
 * The name of a build: `<UTC YYYYmmddHHMMSS>-<git describe of the function>[-dirty][-2].zip`, without the
 * commit part outside of git. `taken` are the names in `builds/` already.
 */
export function planBuildName(
  now: Date,
  commit: { readonly describe: string; readonly dirty: boolean } | null,
  taken: ReadonlySet<string>,
): string {
  const time = now.toISOString().replace(/[-:T]/g, "").slice(0, 14);
  const base = [time, commit?.describe, commit?.dirty ? "dirty" : undefined]
    .filter((part) => part !== undefined && part !== "")
    .join("-");
  let name = base;
  for (let counter = 2; taken.has(`${name}.zip`) || taken.has(`${name}.json`); counter += 1) {
    name = `${base}-${counter}`;
  }
  return `${name}.zip`;
}

/** `20261123212359-ecb6a2f.zip` → `20261123212359-ecb6a2f.json` */
export function manifestName(zipName: string): string {
  return zipName.replace(/\.zip$/, ".json");
}
