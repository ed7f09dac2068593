import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import type { Dispatcher } from "undici";
import type { Context } from "../context.ts";
import { RequestFault } from "./http-fault.ts";
import { pauseWhereOpen } from "./http-pause.ts";
import { basic, decode, isInsecure, selectProxy } from "./http-route.ts";
import type { IndexSettings } from "./index-settings.ts";

/** Connections to all hosts, kept open: one pool for each way of getting there. */
export interface Transport {
  readonly request: (url: URL, headers: Readonly<Record<string, string>>) => Promise<Dispatcher.ResponseData>;
  readonly close: () => Promise<void>;
}

interface Certificates {
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
}

/** undici is loaded here and now: most runs of brig send no request. */
export async function openTransport(settings: IndexSettings, context: Context): Promise<Transport> {
  const undici = await import("undici");
  const certificates = await readCertificates(settings);
  const dispatchers = new Map<string, Dispatcher>();
  const timeouts = { headersTimeout: settings.timeout, bodyTimeout: settings.timeout };
  const open = (proxy: string | undefined, insecure: boolean): Dispatcher =>
    connectBy(proxy, insecure).compose(pauseWhereOpen);
  const connectBy = (proxy: string | undefined, insecure: boolean): Dispatcher => {
    const { ca, ...client } = certificates;
    const trust = { ...(ca ? { ca: [...ca] } : {}), timeout: settings.timeout };
    const connect = { ...trust, ...client, rejectUnauthorized: !insecure };
    if (proxy === undefined) return new undici.Agent({ connect, ...timeouts });
    if (!URL.canParse(proxy)) throw new RequestFault("the address of its proxy is no URL", false);
    const { username, password } = new URL(proxy);
    return new undici.ProxyAgent({
      uri: proxy,
      requestTls: connect,
      proxyTls: trust,
      // A plain request goes to the proxy as it is, as from other programs: many let CONNECT through for 443 only.
      proxyTunnel: false,
      ...(username ? { token: basic(decode(username), decode(password)) } : {}),
      ...timeouts,
    });
  };
  return {
    request: (url, headers) => {
      const proxy = selectProxy(url, settings, context.env);
      const insecure = isInsecure(url, settings);
      const key = `${insecure} ${proxy}`;
      const dispatcher = dispatchers.get(key) ?? open(proxy, insecure);
      dispatchers.set(key, dispatcher);
      return undici.request(url, { dispatcher, headers, signal: context.signal, ...timeouts });
    },
    close: async () => {
      await Promise.all(Array.from(dispatchers.values(), (dispatcher) => dispatcher.destroy()));
    },
  };
}

/** A file that cannot be read is passed over, as OpenSSL does: whether it was needed the handshake shows. */
async function readCertificates(settings: IndexSettings): Promise<Certificates> {
  const folder = settings.caDirectory;
  const names = folder === undefined ? [] : await readdir(folder).catch(() => []);
  const files = [...settings.caFiles, ...names.map((name) => join(folder ?? "", name))];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  const authorities = texts.filter((text) => text.includes("-----BEGIN "));
  const own =
    settings.clientCertificate && (await readFile(settings.clientCertificate, "utf8").catch(() => undefined));
  return {
    ...(authorities.length > 0 ? { ca: [...rootCertificates, ...authorities] } : {}),
    ...(own ? { cert: own, key: own } : {}),
  };
}
