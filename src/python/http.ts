import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Dispatcher } from "undici";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { type ExpectedFile, headerOf, readText, saveBody, type TextPage } from "./http-body.ts";
import { connectionFault, downloadFailed, RequestFault } from "./http-fault.ts";
import { selectAuthorization } from "./http-route.ts";
import { openTransport, type Transport } from "./http-transport.ts";
import type { IndexSettings } from "./index-settings.ts";
import { withKeyring } from "./keyring.ts";
import { type NetrcEntry, parseNetrc } from "./netrc.ts";
import { isOffline } from "./offline.ts";
import { redact } from "./redact.ts";

export interface HttpClient {
  /** A page of an index. */
  readonly fetchText: (url: string, accept: string) => Promise<TextPage>;
  /** Fetches a file, checked while it comes: afterwards it is there whole and right, or not at all. */
  readonly download: (url: string, expected: ExpectedFile, destination: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface HttpOptions {
  /** No request is sent: `offline` is thrown. Also set by BRIG_OFFLINE. */
  readonly offline?: boolean;
  /** Milliseconds before the first further attempt; doubles each time. */
  readonly retryDelay?: number;
}

const mostAttempts = 4;
const mostRedirects = 10;
/**
 * A client for indexes and files with the user's proxies, certificates and credentials. Connections that fail,
 * 429 and 5xx are tried again three times. All functions throw BrigError `download-failed`, `offline`, `interrupted`;
 * `download` also `hash-mismatch`, `disk-full`, `store-unwritable`.
 */
export function openHttp(settings: IndexSettings, context: Context, options: HttpOptions = {}): HttpClient {
  let opened: Promise<Connected> | undefined;
  const connect = async (): Promise<Connected> => ({
    transport: await openTransport(settings, context),
    known: await withKeyring(settings, context),
    netrc:
      settings.netrc === undefined ? [] : parseNetrc(await readFile(settings.netrc, "utf8").catch(() => "")),
  });

  async function attempt<Result>(
    address: string,
    headers: Readonly<Record<string, string>>,
    read: ReadBody<Result>,
  ): Promise<Result> {
    const { transport, known, netrc } = await (opened ??= connect());
    let url = new URL(address);
    let mayAuthorize = true;
    for (let hop = 0; hop <= mostRedirects; hop++) {
      if (url.protocol !== "https:" && url.protocol !== "http:")
        throw new RequestFault(`${url.protocol} is not http or https`, false);
      const authorization = mayAuthorize ? selectAuthorization(url, known, netrc) : undefined;
      url.username = "";
      url.password = "";
      const response = await transport.request(url, {
        ...headers,
        ...(authorization ? { authorization } : {}),
      });
      const next = redirectOf(response, url);
      if (!next) return await answer(response, url, read);
      await response.body.dump();
      // What was asked for in secret is not told to all on the second half of the way.
      if (url.protocol === "https:" && next.protocol === "http:") mayAuthorize = false;
      url = next;
    }
    throw new RequestFault(`it leads round and round: more than ${mostRedirects} redirects`, false);
  }

  async function get<Result>(
    address: string,
    name: string,
    headers: Readonly<Record<string, string>>,
    read: ReadBody<Result>,
  ): Promise<Result> {
    if (!URL.canParse(address))
      throw new BrigError("download-failed", `${JSON.stringify(name)} has an address that is no URL`);
    if (options.offline === true || isOffline(context.env))
      throw new BrigError(
        "offline",
        `${name} is not in the store, and the network is not to be used`,
        "unset BRIG_OFFLINE   # or leave out --offline",
      );
    for (let count = 1; ; count++) {
      try {
        return await attempt(address, headers, read);
      } catch (cause) {
        if (context.signal.aborted) throw new BrigError("interrupted", `stopped while fetching ${name}`);
        if (cause instanceof BrigError) throw cause;
        const fault = cause instanceof RequestFault ? cause : connectionFault(cause);
        if (!fault.isPassing || count === mostAttempts) throw downloadFailed(new URL(address), fault);
        const delay = fault.wait ?? (options.retryDelay ?? 300) * 2 ** (count - 1);
        await sleep(delay, undefined, { signal: context.signal }).catch(() => {});
      }
    }
  }

  return {
    fetchText: (url, accept) => get(url, redact(url, settings).split("?")[0] ?? "", { accept }, readText),
    download: (url, expected, destination) =>
      // Compression on the way would come on top of the file's own, and hides its size.
      get(url, expected.name, { "accept-encoding": "identity" }, (response, from) =>
        saveBody(response, from, expected, destination),
      ),
    close: async () => {
      if (opened) await (await opened).transport.close();
    },
  };
}

interface Connected {
  readonly transport: Transport;
  /** The settings with what the keyring knows. */
  readonly known: IndexSettings;
  readonly netrc: readonly NetrcEntry[];
}

type ReadBody<Result> = (response: Dispatcher.ResponseData, url: URL) => Promise<Result>;

function redirectOf(response: Dispatcher.ResponseData, url: URL): URL | undefined {
  const location = headerOf(response, "location");
  if (![301, 302, 303, 307, 308].includes(response.statusCode) || !location) return undefined;
  if (!URL.canParse(location, url.href))
    throw new RequestFault("it redirects to an address that is no URL", false);
  return new URL(location, url);
}

async function answer<Result>(
  response: Dispatcher.ResponseData,
  url: URL,
  read: ReadBody<Result>,
): Promise<Result> {
  const status = response.statusCode;
  if (status === 200) return read(response, url);
  await response.body.dump();
  const seconds = Number(headerOf(response, "retry-after"));
  const wait = seconds > 0 ? Math.min(seconds, 30) * 1000 : undefined;
  throw new RequestFault(
    `the server answered ${status}`,
    status === 408 || status === 429 || status >= 500,
    status,
    wait,
  );
}
