import { randomUUID } from "node:crypto";

/** A new X-Ray trace header of a request that is not traced, as `Root=1-67a1b2c3-…;Parent=…;Sampled=0`. */
export function makeTraceId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000)
    .toString(16)
    .padStart(8, "0");
  // Node has these at hand; random bytes it asks the system for.
  const [root, parent] = [randomUUID(), randomUUID()].map((each) => each.replaceAll("-", ""));
  return `Root=1-${seconds}-${root!.slice(0, 24)};Parent=${parent!.slice(16)};Sampled=0`;
}
