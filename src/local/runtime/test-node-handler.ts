import type { LoggingConfiguration } from "../contract.ts";

/** A handler, what it is called with, and how. */
export interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly handler: string;
  readonly payload?: string;
  readonly logging?: LoggingConfiguration;
  readonly environment?: Readonly<Record<string, string>>;
  readonly clientContext?: string;
  readonly cognitoIdentity?: string;
  /** Its result is wanted as a stream. */
  readonly streaming?: boolean;
  /** Invocations of one environment; the last one counts. */
  readonly rounds?: number;
  /** It never answers: so long is waited, in seconds. */
  readonly timeout?: number;
  /** Compared under one version of Node only: of the others it would show the same. */
  readonly once?: boolean;
}

export type More = Partial<Omit<Case, "name">>;

/** A CommonJS module. */
export function common(name: string, source: string, more: More = {}): Case {
  return { name, files: { "app.js": source }, handler: "app.handler", ...more };
}
