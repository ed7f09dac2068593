import { randomBytes } from "node:crypto";

/** A new X-Ray trace header of a request that is not traced, as `Root=1-67a1b2c3-…;Parent=…;Sampled=0`. */
export function makeTraceId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000)
    .toString(16)
    .padStart(8, "0");
  const random = randomBytes(20).toString("hex");
  return `Root=1-${seconds}-${random.slice(0, 24)};Parent=${random.slice(24)};Sampled=0`;
}
