/**
 * A stand-in of AWS for tests of deploying: strict where AWS is strict, awkward where AWS is awkward, and a referee that
 * remembers every call. It shares no rule of Lambda's control plane with local Lambda.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBucketStore } from "../../src/local/s3/bucket-store.ts";
import { type Behaviour, quietBehaviour } from "./behaviour.ts";
import type { Call } from "./call.ts";
import { createStandInServer } from "./server.ts";
import { saveFunctions } from "./snapshot.ts";
import { type FunctionState, type World, createRandom, createRevisions } from "./world.ts";

export interface StandInOptions {
  /** Twelve digits. */
  readonly account?: string;
  readonly seed?: number;
  readonly now?: () => Date;
  readonly behaviour?: Partial<Behaviour>;
  /** Buckets that exist. */
  readonly buckets?: readonly string[];
}

export interface StandIn {
  /** As `http://127.0.0.1:40123`. */
  readonly endpoint: string;
  /** What a program needs to reach it and nothing else of AWS. */
  readonly env: Readonly<Record<string, string>>;
  readonly behaviour: Behaviour;
  readonly world: World;
  /** All calls so far, in the order in which they arrived. */
  readonly calls: readonly Call[];
  /** Broken promises of the client; a test expects none. */
  readonly violations: readonly string[];
  /** Calls that change something, as `UpdateFunctionCode`, which succeeded. */
  readonly writes: () => readonly string[];
  /** Forgets the calls so far; the next one is 1 again. */
  readonly forgetCalls: () => void;
  /** Remembers all functions; what it returns brings them back. */
  readonly save: () => () => void;
  /** @throws Error when there is none */
  readonly function: (name: string, region?: string) => FunctionState;
  /** What an S3 object holds. */
  readonly readObject: (bucket: string, key: string) => Promise<Buffer | undefined>;
  /** A fault of the stand-in's own, which a client saw as a 500. */
  readonly faults: readonly unknown[];
  readonly dispose: () => Promise<void>;
}

export const standInAccount = "123456789012";

export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { account = standInAccount, seed = 1, now = () => new Date(), buckets = [] } = options;
  const behaviour: Behaviour = { ...quietBehaviour(), ...options.behaviour };
  const folder = mkdtempSync(join(tmpdir(), "brig-stand-in-"));
  const store = openBucketStore(folder, now);
  for (const name of buckets) {
    store.buckets.set(name, {
      name,
      region: "us-east-1",
      created: now(),
      objects: new Map(),
      uploads: new Map(),
      settings: new Map(),
    });
  }
  const readObject = async (bucket: string, key: string): Promise<Buffer | undefined> => {
    const object = store.buckets.get(bucket)?.objects.get(key);
    return object && (await readFile(object.file));
  };
  const world: World = {
    account,
    behaviour,
    now,
    functions: new Map(),
    layers: new Map(),
    zips: new Map(),
    invocations: [],
    logs: [],
    violations: [],
    newRevision: createRevisions(seed),
    random: createRandom(seed),
    readObject,
  };
  const calls: Call[] = [];
  const faults: unknown[] = [];
  const server = await createStandInServer({ world, store, calls, onFault: (cause) => faults.push(cause) });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    env: standInEnv(endpoint),
    behaviour,
    world,
    calls,
    violations: world.violations,
    writes: () =>
      calls
        .filter(({ writes, status }) => writes && status !== undefined && status < 300)
        .map(({ operation }) => operation),
    save: () => saveFunctions(world),
    forgetCalls: () => void calls.splice(0),
    function: (name, region = "us-east-1") => {
      const found = world.functions.get(`${region}/${name}`);
      if (found === undefined) throw new Error(`the stand-in has no function ${name} in ${region}`);
      return found;
    },
    readObject,
    faults,
    dispose: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Credentials whose secret is a canary: it must never be seen anywhere. */
export const canarySecret = "canary-secret-access-key-5f1c";

function standInEnv(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: canarySecret,
    AWS_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nonexistent/config",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
  };
}
