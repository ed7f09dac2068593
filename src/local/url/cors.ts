import type { FunctionUrlCors } from "../directory.ts";
import type { Header } from "./response.ts";

export interface CorsRequest {
  readonly method: string;
  readonly origin: string | undefined;
  /** `Access-Control-Request-Method`: with `OPTIONS` and an origin it makes a preflight. */
  readonly requestedMethod: string | undefined;
}

/** A preflight of a URL with a `Cors` configuration never reaches the function. */
export function isPreflight(request: CorsRequest): boolean {
  return (
    request.method === "OPTIONS" && request.origin !== undefined && request.requestedMethod !== undefined
  );
}

/** Headers of the answer to a preflight; none when the origin may not. */
export function renderPreflight(cors: FunctionUrlCors, request: CorsRequest): readonly Header[] {
  const shared = renderShared(cors, request.origin);
  if (shared.length === 0) return [];
  const headers: Header[] = [...shared];
  if (cors.AllowMethods?.length) headers.push(["access-control-allow-methods", cors.AllowMethods.join(",")]);
  if (cors.AllowHeaders?.length) headers.push(["access-control-allow-headers", cors.AllowHeaders.join(",")]);
  if (cors.MaxAge !== undefined) headers.push(["access-control-max-age", String(cors.MaxAge)]);
  return headers;
}

/** Headers that every answer to an allowed origin gets; they take the place of the function's own (AWS, "CORS"). */
export function renderCors(cors: FunctionUrlCors, origin: string | undefined): readonly Header[] {
  const headers: Header[] = [...renderShared(cors, origin)];
  if (headers.length > 0 && cors.ExposeHeaders?.length) {
    headers.push(["access-control-expose-headers", cors.ExposeHeaders.join(",")]);
  }
  return headers;
}

/** The function's headers with those of the URL in front of them. */
export function mergeHeaders(own: readonly Header[], cors: readonly Header[]): readonly Header[] {
  if (cors.length === 0) return own;
  return [...own.filter(([name]) => !name.toLowerCase().startsWith("access-control-")), ...cors];
}

function renderShared(cors: FunctionUrlCors, origin: string | undefined): readonly Header[] {
  if (origin === undefined) return [];
  const allowed = cors.AllowOrigins ?? [];
  const any = allowed.includes("*");
  if (!any && !allowed.some((one) => fitsOrigin(one, origin))) return [];
  const credentials = cors.AllowCredentials === true;
  // With credentials a browser takes no star (Fetch standard, CORS check).
  const value = any && !credentials ? "*" : origin;
  const headers: Header[] = [["access-control-allow-origin", value]];
  if (value !== "*") headers.push(["vary", "Origin"]);
  if (credentials) headers.push(["access-control-allow-credentials", "true"]);
  return headers;
}

/** `https://*.example.com` allows any name below. */
function fitsOrigin(allowed: string, origin: string): boolean {
  const [before, after] = allowed.toLowerCase().split("*", 2);
  const wanted = origin.toLowerCase();
  if (after === undefined) return before === wanted;
  return (
    wanted.length >= before!.length + after.length && wanted.startsWith(before!) && wanted.endsWith(after)
  );
}
