import type { PythonTarget } from "./lock.ts";

/** The ceilings of glibc 2.x that uv has a platform for (its documentation of `--python-platform`). */
const ceilings = [17, 28, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40];

/**
 * The platform to resolve for: the lowest that uv knows which takes every wheel of the target. It can be above the
 * target (for 2.26 it is 2.28), so what it finds must still be held against the target's own floor.
 */
export function uvPlatform(target: PythonTarget): string {
  if (target.system === "macos") return `${target.machine}-apple-darwin`;
  return `${target.machine}-manylinux_2_${ceilings.find((minor) => minor >= target.floor[1]) ?? ceilings.at(-1)}`;
}

/** The highest platform of uv that takes nothing which the target does not. */
export function lowerUvPlatform(target: PythonTarget): string {
  if (target.system === "macos") return uvPlatform(target);
  return `${target.machine}-manylinux_2_${ceilings.findLast((minor) => minor <= target.floor[1]) ?? ceilings[0]}`;
}
