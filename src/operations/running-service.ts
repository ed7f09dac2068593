import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { describeThisProcess, fateOfOwner, type LockOwner } from "../store/lock-owner.ts";
import { sha256Of } from "../store/content.ts";
import { readRecord, writeRecord } from "../store/record.ts";
import { storeDirectory } from "../store/store-directory.ts";

/** A `brig serve` of a workspace, as other brigs find it. */
export interface RunningService {
  /** As `http://127.0.0.1:9900`. */
  readonly endpoint: string;
  readonly owner: LockOwner;
  /** Whether its functions act as the user at AWS. */
  readonly withCredentials: boolean;
  /** Lambda's names of the functions by their folders' names. */
  readonly functions: Readonly<Record<string, string>>;
}

function recordFile(root: string, context: Context): string {
  return join(storeDirectory(context.env, context.cwd), "serving", `${sha256Of(root)}.json`);
}

/** What other brigs are told of this process. */
export interface Announcement {
  readonly tell: (service: Omit<RunningService, "owner">) => Promise<void>;
  readonly withdraw: () => Promise<void>;
}

/** Lets other brigs find this process as the service of the workspace. */
export async function openAnnouncement(root: string, context: Context): Promise<Announcement> {
  const file = recordFile(root, context);
  const owner = describeThisProcess();
  return {
    tell: (service) => writeRecord(file, { ...service, owner } satisfies RunningService),
    withdraw: async () => {
      const present = readRecord<RunningService>(file);
      if (present?.owner.token === owner.token) await rm(file, { force: true });
    },
  };
}

/** The `brig serve` of this workspace that has the function, `undefined` without one. */
export async function findRunningService(
  root: string,
  functionName: string,
  context: Context,
): Promise<RunningService | undefined> {
  const record = readRecord<RunningService>(recordFile(root, context));
  if (record === undefined || !Object.hasOwn(record.functions, functionName)) return undefined;
  const fate = fateOfOwner(record.owner, describeThisProcess());
  return fate === "dead" ? undefined : record;
}
