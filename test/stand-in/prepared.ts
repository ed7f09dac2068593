import type { ErrorProtocol } from "../../src/local/aws-fault.ts";
import type { Answer, Handler } from "../../src/local/route.ts";
import type { BucketStore } from "../../src/local/s3/bucket-store.ts";
import type { Call } from "./call.ts";
import type { Reader } from "./lambda/read.ts";
import type { World } from "./world.ts";

/** A call once it is known whose it is, not yet done. */
export interface Prepared {
  readonly call: Omit<Call, "index" | "at" | "status" | "fault">;
  readonly protocol: ErrorProtocol;
  /** What is wrong with the input; answered only after throttling and credentials. */
  readonly refusal?: unknown;
  readonly run: () => Promise<{ readonly answer: Answer | undefined; readonly afterwards?: () => void }>;
}

/** Under 50 MB as base64, and what stands around it. */
export const bodyLimit = 80_000_000;

/** What answering takes. */
export interface PrepareParts {
  readonly world: World;
  readonly store: BucketStore;
  readonly reader: Reader;
  readonly s3: Handler;
}
