import { isIP } from "node:net";

/** Whom a request is for, by its Host header. */
export type Audience =
  | { readonly kind: "service" }
  | { readonly kind: "function-url"; readonly urlId: string; readonly region: string }
  /** `<bucket>.localhost`: for S3 alone, and only with its signature. */
  | { readonly kind: "bucket"; readonly bucket: string };

export interface Binding {
  /** Where the service listens, as given: `127.0.0.1`, `0.0.0.0`, a name. */
  readonly host: string;
}

/**
 * Whether a request may reach the service at all. A web page that the user visits can make the browser send requests to
 * loopback, also under a name of its own (DNS rebinding); such a request has a foreign Host or a foreign Origin.
 *
 * @returns `undefined` when the request must be refused
 */
export function selectAudience(
  host: string | undefined,
  origin: string | undefined,
  binding: Binding,
): Audience | undefined {
  if (host === undefined) return undefined;
  if (origin !== undefined && !isOwnOrigin(origin, binding)) return undefined;
  const name = hostName(host);
  if (name === undefined) return undefined;
  if (isServiceName(name, binding)) return { kind: "service" };
  return parseLocalName(name);
}

function isOwnOrigin(origin: string, binding: Binding): boolean {
  const [, host] = /^https?:\/\/([^/@\s]+)$/i.exec(origin) ?? [];
  if (host === undefined) return false;
  const name = hostName(host);
  if (name === undefined) return false;
  return isServiceName(name, binding) || parseLocalName(name)?.kind === "function-url";
}

/** The name in a Host header, in lower case and without the port. */
function hostName(host: string): string | undefined {
  const [, name] = /^(\[[0-9a-f:.]+\]|[^:\s/@[\]]+)(?::\d{1,5})?$/i.exec(host) ?? [];
  return name?.toLowerCase();
}

function isServiceName(name: string, { host }: Binding): boolean {
  if (name === "127.0.0.1" || name === "localhost" || name === "[::1]") return true;
  if (isLoopback(host)) return false;
  // Whoever opened the service to others asked for it: its own name, and addresses, which no rebinding can forge.
  return name === host.toLowerCase() || isIP(name.replace(/^\[|\]$/g, "")) !== 0;
}

export function isLoopback(host: string): boolean {
  return host === "127.0.0.1" || host === "localhost" || host === "::1";
}

function parseLocalName(name: string): Audience | undefined {
  const [, urlId, region] = /^([a-z0-9]+)\.lambda-url\.([a-z0-9-]+)\.localhost$/.exec(name) ?? [];
  if (urlId !== undefined && region !== undefined) return { kind: "function-url", urlId, region };
  const [, bucket] = /^([a-z0-9][a-z0-9.-]*?)(?:\.s3(?:[.-][a-z0-9-]+)?)?\.localhost$/.exec(name) ?? [];
  return bucket === undefined ? undefined : { kind: "bucket", bucket };
}
