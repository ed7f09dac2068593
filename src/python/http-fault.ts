import { BrigError } from "../errors.ts";
import { systemCode } from "../store/write-fault.ts";
import { renderUrl } from "./http-route.ts";

/** Why one attempt at a request failed, and whether another may do better. */
export class RequestFault extends Error {
  readonly isPassing: boolean;
  readonly status: number | undefined;
  /** How long the server asks to wait, in milliseconds. */
  readonly wait: number | undefined;

  constructor(reason: string, isPassing: boolean, status?: number, wait?: number, options?: ErrorOptions) {
    super(reason, options);
    this.name = "RequestFault";
    this.isPassing = isPassing;
    this.status = status;
    this.wait = wait;
  }
}

/** The HTTP status that a `download-failed` came from, where a server answered at all. */
export function httpStatusOf(error: unknown): number | undefined {
  return error instanceof BrigError && error.cause instanceof RequestFault ? error.cause.status : undefined;
}

/** What undici or the system says, as a reason. Names no proxy: its URL may hold a password. */
export function connectionFault(cause: unknown): RequestFault {
  const code = systemCode(cause) ?? (cause instanceof Error ? systemCode(cause.cause) : undefined) ?? "";
  if (isCertificateCode(code))
    return new RequestFault(`its certificate is not trusted (${code})`, false, undefined, undefined, {
      cause,
    });
  const known = reasons[code];
  const text = known ?? (cause instanceof Error ? cause.message : String(cause));
  return new RequestFault(
    code && known ? `${text} (${code})` : text,
    code !== "ENOTFOUND",
    undefined,
    undefined,
    { cause },
  );
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such host is known",
  EAI_AGAIN: "the host's address could not be looked up",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was closed",
  UND_ERR_SOCKET: "the connection was closed",
  UND_ERR_CONNECT_TIMEOUT: "no connection came about in time",
  UND_ERR_HEADERS_TIMEOUT: "no answer came in time",
  UND_ERR_BODY_TIMEOUT: "the answer stopped coming",
};

function isCertificateCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|HOSTNAME_MISMATCH/.test(code);
}

/** The error that ends a request for good. */
export function downloadFailed(url: URL, fault: RequestFault): BrigError {
  return new BrigError(
    "download-failed",
    `cannot get ${renderUrl(url)}: ${fault.message}`,
    hintFor(url, fault),
    { cause: fault },
  );
}

/** For an address that gave no answer at all; pasted, it shows whether anything on this machine gets through. */
export function unreachableHint(address: string): string {
  return `curl -fIL '${address}'   # fails as well? export HTTPS_PROXY=http://HOST:PORT where a proxy is needed, or: pip config set global.index-url https://HOST/simple`;
}

/** For a host that wants to know who asks. */
export function credentialsHint(host: string): string {
  return `echo 'machine ${host} login NAME password TOKEN' >> ~/.netrc   # or put them into the index's settings`;
}

function hintFor(url: URL, fault: RequestFault): string {
  if (fault.status === 401 || fault.status === 403) return credentialsHint(url.hostname);
  if (fault.status !== undefined) return `curl -fIL '${renderUrl(url)}'`;
  if (fault.message.startsWith("its certificate")) return "export SSL_CERT_FILE=/path/to/your/authority.pem";
  return unreachableHint(renderUrl(url));
}
