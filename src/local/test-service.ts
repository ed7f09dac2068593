import { zipSync } from "fflate";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Executor, InvokeOutcome } from "./contract.ts";
import { createInvokeRoutes } from "./invoke/routes.ts";
import { type LocalService, type ServiceOptions, startService } from "./service.ts";

/** A service for tests, whose functions all answer which version and environment they are. */
export interface TestService extends LocalService {
  /** Keys of the versions that were retired. */
  readonly retired: readonly string[];
  readonly faults: readonly unknown[];
}

export async function startTestService(options: Partial<ServiceOptions> = {}): Promise<TestService> {
  const temporaryFolder = mkdtempSync(join(tmpdir(), "brig-service-"));
  const retired: string[] = [];
  const faults: unknown[] = [];
  const service = await startService({
    port: 0,
    host: "127.0.0.1",
    region: "us-east-1",
    account: "000000000000",
    temporaryFolder,
    now: () => new Date(),
    createExecutor: async () => createEcho(retired),
    createRoutes: ({ directory, executor }) =>
      createInvokeRoutes({ directory, executor, now: () => new Date() }),
    onFault: (cause) => faults.push(cause),
    ...options,
  });
  return {
    ...service,
    retired,
    faults,
    dispose: async () => {
      await service.dispose();
      rmSync(temporaryFolder, { recursive: true, force: true });
    },
  };
}

function createEcho(retired: string[]): Executor {
  return {
    invoke: async (version): Promise<InvokeOutcome> => ({
      payload: Buffer.from(
        JSON.stringify({
          version: version.version,
          environment: version.environment,
          memory: version.memorySize,
        }),
      ),
      contentType: "application/json",
      functionError: null,
      logTail: Buffer.from(""),
      durationMs: 1,
      billedMs: 1,
      maxMemoryMb: 1,
      initMs: null,
      executedVersion: version.version,
    }),
    retire: async (key) => void retired.push(key),
    dispose: async () => {},
  };
}

/** A zip of these files. */
export function makeZip(files: Readonly<Record<string, string>>): Buffer {
  const encoder = new TextEncoder();
  const entries = Object.entries(files).map(([name, text]) => [name, encoder.encode(text)] as const);
  return Buffer.from(zipSync(Object.fromEntries(entries), { mtime: new Date(1980, 0, 1) }));
}

export const testRole = "arn:aws:iam::000000000000:role/test";
export const testCredentials = { accessKeyId: "test", secretAccessKey: "test" };
