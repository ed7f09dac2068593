import type { AliasState, FunctionState, World } from "./world.ts";

/** An alias has been written: every version that it sends anybody to must be active and have passed its smoke test. */
export function checkAlias(world: World, owner: FunctionState, alias: AliasState): void {
  const weighted = Object.entries(alias.weights).filter(([, weight]) => weight > 0);
  const wanted = world.behaviour.smokes(owner.name);
  for (const version of [alias.version, ...weighted.map(([other]) => other)]) {
    const edition = version === "$LATEST" ? owner.latest : owner.versions.get(version);
    const place = `${owner.name}:${alias.name} → ${version}`;
    if (edition === undefined) world.violations.push(`${place}: no such version`);
    else if (edition.state !== "Active") world.violations.push(`${place}: the version is ${edition.state}`);
    else if (edition.failed.size > 0) world.violations.push(`${place}: the version failed its smoke test`);
    else if (edition.passed.size < wanted) {
      world.violations.push(`${place}: ${edition.passed.size} of ${wanted} smoke tests had passed`);
    }
  }
}
