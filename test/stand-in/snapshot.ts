import type { FunctionState, World } from "./world.ts";

/** Remembers all functions as they are, and returns what brings them back: many tries from one start. */
export function saveFunctions(world: World): () => void {
  const kept = copy(world.functions);
  return () => {
    world.functions.clear();
    for (const [key, owner] of copy(kept)) world.functions.set(key, owner);
    world.invocations.splice(0);
    world.violations.splice(0);
  };
}

/** A copy of what can change; bytes and times cannot. */
function copy<Value>(value: Value): Value {
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, copy(item)])) as Value;
  if (value instanceof Set) return new Set(value) as Value;
  if (Array.isArray(value)) return value.map(copy) as Value;
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value) || value instanceof Date)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)])) as Value;
}

/** A function as a deploy leaves it, without what differs from run to run: two runs that end alike are equal. */
export function describeOutcome(owner: FunctionState): unknown {
  const { latest, aliases, versions, tags, reserved, policies, urls, eventInvoke, provisioned } = owner;
  return {
    latest: { config: latest.config, code: latest.code.sha256, state: latest.state, update: latest.update },
    aliases: [...aliases.values()].map(({ name, version, weights }) => {
      const edition = versions.get(version);
      return { name, weights, config: edition?.config, code: edition?.code.sha256 };
    }),
    tags: Object.fromEntries(tags),
    reserved,
    policies: [...policies].map(([key, { statements }]) => [key, [...statements.values()]]),
    urls: [...urls].map(([key, { config }]) => [key, config]),
    eventInvoke: [...eventInvoke].map(([key, { config }]) => [key, config]),
    provisioned: [...provisioned].map(([key, { requested }]) => [key, requested]),
  };
}
