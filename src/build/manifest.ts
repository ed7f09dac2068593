import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Warning } from "../errors.ts";
import { writeFileAtomic } from "../store/atomic-file.ts";
import { manifestName } from "./build-name.ts";
import type { PackedFront } from "./pack.ts";
import type { TreePart } from "./tree-parts.ts";

/** `builds/<name>.json`: what a zip was made from. All but times is the same for the same inputs. */
export interface Manifest {
  readonly version: 1;
  readonly name: string;
  readonly path: string;
  /** Version of brig that packed it. */
  readonly brig: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  readonly inputs: {
    /** Of everything that decides the zip's bytes. */
    readonly digest: string;
    /** Of everything that decides the dependencies' part, which stands in front. */
    readonly dependencies: string;
    readonly runtime: string | null;
    readonly architecture: string;
    readonly sources: readonly ManifestSource[];
    /** Digest of the locked packages; `null` without requirements. */
    readonly lock: string | null;
    /** Exact version of the Python that made the bytecode; `null` without bytecode. */
    readonly interpreter: string | null;
    readonly bytecode: boolean;
    readonly exclude: readonly string[];
  };
  readonly commit: string | null;
  readonly dirty: boolean;
  /** Why it is dirty: files that went into the build and are not committed as they are, relative to the root. */
  readonly uncommitted: readonly string[];
  readonly wheels: readonly ManifestWheel[];
  readonly entries: number;
  readonly size: number;
  readonly unzippedSize: number;
  readonly sha256: string;
  readonly codeSha256: string;
  readonly front: PackedFront;
  /** What the tree is made of, largest first. */
  readonly parts: readonly TreePart[];
  readonly tests: TestRecord;
  readonly warnings: readonly Warning[];
}

export interface ManifestSource {
  /** Path in the zip. */
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
  readonly executable: boolean;
}

export interface ManifestWheel {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
}

/** The last test run of this zip. */
export interface TestRecord {
  readonly status: "passed" | "failed" | "none" | "skipped";
  readonly runner: "scripts/test" | "pytest" | null;
  /** Milliseconds. */
  readonly duration: number;
  readonly passed: number | null;
  readonly failed: number | null;
  /** Digest of the tests and of what they need: a passed run counts as long as it is the same. */
  readonly digest: string | null;
}

export const testsNotRun: TestRecord = {
  status: "skipped",
  runner: null,
  duration: 0,
  passed: null,
  failed: null,
  digest: null,
};

/** The manifest beside a zip, or `undefined` where it is missing or torn: the build then counts as unknown. */
export function readManifest(builds: string, zipName: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(builds, manifestName(zipName)), "utf8")) as Manifest;
    return manifest.version === 1 && typeof manifest.inputs.digest === "string" ? manifest : undefined;
  } catch {
    return undefined;
  }
}

export async function writeManifest(builds: string, zipName: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFileAtomic(join(builds, manifestName(zipName)), text, { mode: 0o600 });
}

/** AWS Lambda's CodeSha256: the SHA-256 of the zip in base64. */
export function codeSha256(sha256: string): string {
  return Buffer.from(sha256, "hex").toString("base64");
}
