import type { AwsFault } from "../../src/local/aws-fault.ts";
import type { Call } from "./call.ts";

/** How the stand-in behaves from now on. Tests change it between and during calls. */
export interface Behaviour {
  /** Milliseconds before every answer. */
  latency: number;
  /** AWS's real limits: 15 calls a second, GetFunction 100, GetPolicy 15 on its own. Invoke, S3 and STS are free. */
  throttle: boolean;
  /** How many reads of a function or version still see Pending or InProgress. 0: it settles right after the answer. */
  readonly settleReads: { create: number; update: number; publish: number; provision: number };
  /** The next settling of the kind ends in Failed with these words. Each is used once. */
  readonly failures: { create?: Failure; update?: Failure; publish?: Failure; provision?: Failure };
  /** So many more writes that name a role are told that it cannot be assumed. */
  roleRefusals: number;
  /** Actions that the credentials may not do, as `lambda:UpdateFunctionCode` or `s3:PutObject`. */
  readonly denied: Set<string>;
  /** The session token has expired. */
  expired: boolean;
  /** Lists and maps of configuration come back in another order. */
  reorder: boolean;
  /** Entries of a page of a list. */
  pageSize: number;
  /** What functions answer. */
  invoke: (invocation: Invocation) => InvokeOutcome | Promise<InvokeOutcome>;
  /**
   * How many different payloads must have passed on a version's number before an alias may point to it, by function.
   * 0: none has a smoke test.
   */
  smokes: (functionName: string) => number;
  /**
   * Runs before a call takes effect: other actors, faults. "drop" closes the connection unanswered and nothing happens; a
   * fault is answered instead.
   */
  before?: ((call: Call) => Interference) | undefined;
  /** Runs after a call took effect and before its answer. "drop": the caller never learns. */
  after?: ((call: Call) => Interference) | undefined;
}

export type Interference =
  | "drop"
  | AwsFault
  | undefined
  | void
  | Promise<"drop" | AwsFault | undefined | void>;

/** As `SubnetOutOfIPAddresses` and AWS's sentence for it. */
export interface Failure {
  readonly code: string;
  readonly reason: string;
}

export interface Invocation {
  readonly functionName: string;
  /** The version's number or `$LATEST`. */
  readonly version: string;
  /** As the caller gave it. */
  readonly qualifier: string | undefined;
  readonly payload: Buffer;
  /** The version's code, to answer by. */
  readonly zip: Buffer;
  readonly variables: Readonly<Record<string, string>>;
}

export interface InvokeOutcome {
  readonly payload: string | Buffer;
  readonly functionError?: "Unhandled" | "Handled";
  readonly logs?: string;
  /** The function answered well, yet not what the test's expectation says: counts as not passed. */
  readonly unexpected?: boolean;
}

export function quietBehaviour(): Behaviour {
  return {
    latency: 0,
    throttle: false,
    settleReads: { create: 1, update: 1, publish: 0, provision: 1 },
    failures: {},
    roleRefusals: 0,
    denied: new Set(),
    expired: false,
    reorder: false,
    pageSize: 50,
    invoke: ({ version }) => ({ payload: JSON.stringify({ version }) }),
    smokes: () => 0,
  };
}
