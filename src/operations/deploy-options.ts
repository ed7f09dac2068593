/** What `brig deploy` can be asked for. */
export interface DeployOptions {
  readonly names: readonly string[];
  readonly all: boolean;
  readonly target: string;
  /** Print the plan and write nothing. */
  readonly dryRun: boolean;
  /** What would be asked on a terminal is answered with yes. */
  readonly yes: boolean;
  /** Save the plan in this file instead of applying it. */
  readonly out: string | undefined;
  /** Apply the plan in this file, if it is still the plan. */
  readonly plan: string | undefined;
  /** `10,50`: percent of the calls that go to the new version, one share after the other. */
  readonly canary: string | undefined;
  /** How long each share lasts: `30s`, `5m`, `1h`. */
  readonly interval: string | undefined;
  readonly noSmoke: boolean;
  /** The lock must be there and valid: nothing is resolved. */
  readonly frozen: boolean;
}
