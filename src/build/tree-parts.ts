import type { Warning } from "../errors.ts";
import type { Dependency, Layout } from "./layout.ts";
import { unzippedLimit, zippedLimit } from "./limits.ts";

export interface TreePart {
  /** `numpy 2.3.5`, or `src` for the function's own files. */
  readonly name: string;
  /** Bytes unpacked. */
  readonly size: number;
}

/** What the tree is made of, largest first. */
export function measureParts(layout: Layout, dependencies: readonly Dependency[]): readonly TreePart[] {
  const owners = new Map(
    dependencies.flatMap(({ owner, archive, bytecode }) => [
      [archive, owner] as const,
      ...(bytecode ? [[bytecode, owner] as const] : []),
    ]),
  );
  const sizes = new Map<string, number>();
  for (const { origin, size } of [...layout.dependencies, ...layout.firstParty]) {
    const name = (origin.kind === "archive" && owners.get(origin.archive)) || "src";
    sizes.set(name, (sizes.get(name) ?? 0) + size);
  }
  return [...sizes].map(([name, size]) => ({ name, size })).toSorted((a, b) => b.size - a.size);
}

/** Warnings for what Lambda will refuse: the AWS page "Lambda quotas", deployment package size. */
export function sizeWarnings(zipSize: number, unzippedSize: number, parts: readonly TreePart[]): Warning[] {
  const megabytes = (size: number): string => `${(size / 1e6).toFixed(1)} MB`;
  const largest = parts.slice(0, 3).map(({ name, size }) => `${name} (${megabytes(size)})`);
  const hint = `largest: ${largest.join(", ")}; build: {exclude: ["**/tests/**"], bytecode: false} in brig.yaml makes it smaller`;
  const warnings: Warning[] = [];
  if (unzippedSize > unzippedLimit) {
    const message = `${unzippedSize} bytes unpacked are more than Lambda's ${unzippedLimit}: it cannot be deployed`;
    warnings.push({ code: "too-large", message, hint });
  }
  if (zipSize > zippedLimit) {
    const message = `the zip's ${zipSize} bytes are more than the ${zippedLimit} that Lambda takes directly: it needs S3`;
    warnings.push({ code: "too-large", message, hint });
  }
  return warnings;
}
