import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "../context.ts";
import { findLinksForUv, type IndexSettings, type PackageIndex } from "./index-settings.ts";
import { type PipConfiguration, pipConfigurationFiles, readPipConfiguration } from "./pip-configuration.ts";
import { secretsIn, splitCredentials } from "./url-credentials.ts";
import { readUvConfiguration, type UvConfiguration, uvConfigurationPlaces } from "./uv-configuration.ts";

/** Absolute paths of all files, there or not, that can change what `readIndexSettings` gives. */
export function configurationFiles(folder: string, context: Context): readonly string[] {
  return [...pipConfigurationFiles(context), ...uvConfigurationPlaces(folder, context)];
}

/** The index that pip and uv use where nothing else is configured. */
const documentedDefault = "https://pypi.org/simple";

/**
 * Settles where packages come from for the function in `folder`: uv's own configuration where it says anything about
 * indexes, otherwise pip's. Certificates, proxies and timeouts add up.
 */
export function readIndexSettings(folder: string, context: Context): IndexSettings {
  const home = homeOf(context.env);
  const pip = readPipConfiguration(context);
  const uv = readUvConfiguration(folder, context);
  const uvHasIndexes = uv.defaultIndex !== undefined || uv.indexes.length > 0;
  const extras = uvHasIndexes ? [] : pip.extraIndexUrls;
  const pipDefault = uvHasIndexes ? undefined : pip.indexUrl;
  const pipFindLinks =
    uv.findLinks.length > 0 ? [] : pip.findLinks.flatMap((link) => existingLink(link, folder, home));
  const uvIndexes = uv.indexes.map((index) => withVariables(index.name, index.url, context.env));
  const indexes = [
    ...uvIndexes,
    ...extras.map(splitCredentials),
    splitCredentials(uv.defaultIndex ?? pipDefault ?? documentedDefault),
  ];
  const findLinks = [...uv.findLinks.flatMap((link) => existingLink(link, folder, home)), ...pipFindLinks];
  const noIndex = uv.noIndex || (!uvHasIndexes && pip.noIndex);
  return {
    ...readConnection(pip, uv, folder, context),
    indexes: noIndex ? [] : indexes,
    findLinks: findLinks.map((link) => splitCredentials(link).url),
    credentials: [...findLinks.map(splitCredentials), ...indexes].filter(
      (index) => index.username !== undefined || index.password !== undefined,
    ),
    noIndex,
    excludeNewer: uv.excludeNewer,
    strategy: uv.strategy,
    keyring: (uv.keyringProvider ?? pip.keyringProvider) === "subprocess",
    uvEnv: {
      ...indexEnv(pipDefault, extras, uv, context.env),
      ...findLinksEnv(pipFindLinks, context.env),
      ...connectionEnv(pip, context.env),
      ...(uv.keyringProvider === undefined && pip.keyringProvider === "subprocess"
        ? { UV_KEYRING_PROVIDER: "subprocess" }
        : {}),
    },
    secrets: [
      ...[
        ...uv.indexes.map((index) => index.url),
        ...extras,
        uv.defaultIndex,
        pipDefault,
        ...findLinks,
        pip.proxy,
      ].flatMap((url) => (url === undefined ? [] : secretsIn(url))),
      ...proxySecrets(context.env),
      ...Object.entries(context.env).flatMap(([name, value]) =>
        /^UV_INDEX_.*_PASSWORD$/.test(name) && value ? [value] : [],
      ),
    ],
  };
}

/** Names that pip.conf gives uv by its variables; `UV_INDEX` is repeated from the environment so that options can add to it. */
function indexEnv(
  pipDefault: string | undefined,
  extras: readonly string[],
  uv: UvConfiguration,
  env: Context["env"],
): Record<string, string> {
  const uvIndex = [env["UV_INDEX"], ...extras].filter((url) => url !== undefined && url !== "").join(" ");
  const strategy = uv.strategy ?? (extras.length > 0 ? pipStrategy : undefined);
  return {
    ...(pipDefault === undefined ? {} : { UV_DEFAULT_INDEX: pipDefault }),
    ...(uvIndex === "" ? {} : { UV_INDEX: uvIndex }),
    ...(strategy === undefined ? {} : { UV_INDEX_STRATEGY: strategy }),
  };
}

/** pip looks at all indexes together and takes the best version of all; a configuration written for pip means that. */
export const pipStrategy = "unsafe-best-match";

function findLinksEnv(pipFindLinks: readonly string[], env: Context["env"]): Record<string, string> {
  const links = env["UV_FIND_LINKS"] || findLinksForUv(pipFindLinks);
  return links === "" ? {} : { UV_FIND_LINKS: links };
}

function connectionEnv(pip: PipConfiguration, env: Context["env"]): Record<string, string> {
  const added: Record<string, string> = {};
  const home = homeOf(env);
  const certificate = pip.cert === undefined ? undefined : expandHome(pip.cert, home);
  const bundle = certificate ?? env["REQUESTS_CA_BUNDLE"] ?? env["CURL_CA_BUNDLE"];
  if (bundle && !env["SSL_CERT_FILE"] && isFile(bundle)) added["SSL_CERT_FILE"] = bundle;
  if (pip.clientCert !== undefined && !env["SSL_CLIENT_CERT"])
    added["SSL_CLIENT_CERT"] = expandHome(pip.clientCert, home);
  if (pip.proxy !== undefined)
    Object.assign(added, {
      HTTP_PROXY: pip.proxy,
      HTTPS_PROXY: pip.proxy,
      http_proxy: pip.proxy,
      https_proxy: pip.proxy,
    });
  const trusted = [env["UV_INSECURE_HOST"], ...pip.trustedHosts].filter(Boolean).join(" ");
  if (trusted !== "") added["UV_INSECURE_HOST"] = trusted;
  if (pip.timeout !== undefined && !env["UV_HTTP_TIMEOUT"])
    added["UV_HTTP_TIMEOUT"] = String(Math.ceil(pip.timeout));
  return added;
}

function readConnection(
  pip: PipConfiguration,
  uv: UvConfiguration,
  folder: string,
  context: Context,
): Pick<
  IndexSettings,
  "netrc" | "caFiles" | "caDirectory" | "clientCertificate" | "proxy" | "insecureHosts" | "timeout"
> {
  const { env } = context;
  const home = homeOf(env);
  const bundles = [
    pip.cert,
    env["SSL_CERT_FILE"],
    env["REQUESTS_CA_BUNDLE"],
    env["CURL_CA_BUNDLE"],
    env["NODE_EXTRA_CA_CERTS"],
  ]
    .filter((file) => file !== undefined)
    .filter((file) => file !== "")
    .map((file) => resolve(folder, expandHome(file, home)));
  const netrcs = env["NETRC"]
    ? [resolve(context.cwd, env["NETRC"])]
    : [join(home, ".netrc"), join(home, "_netrc")];
  const clientCertificate = env["SSL_CLIENT_CERT"] || pip.clientCert;
  return {
    netrc: netrcs.find((file) => isFile(file)),
    caFiles: [...new Set(bundles)].filter((file) => isFile(file)),
    caDirectory: [env["SSL_CERT_DIR"], ...bundles].find((path) => path !== undefined && isFolder(path)),
    clientCertificate:
      clientCertificate === undefined ? undefined : resolve(folder, expandHome(clientCertificate, home)),
    proxy: pip.proxy,
    insecureHosts: [...pip.trustedHosts, ...uv.insecureHosts],
    timeout: 1000 * (Number(env["UV_HTTP_TIMEOUT"]) || pip.timeout || 30),
  };
}

/**
 * A URL as it is, a folder or page on this machine as an absolute path (`~/` is the home folder, as in pip); nothing
 * where it does not exist, as pip has it.
 */
export function existingLink(link: string, folder: string, home: string): readonly string[] {
  if (/^https?:/i.test(link)) return [link];
  let path = link;
  if (/^file:/i.test(link)) {
    try {
      path = fileURLToPath(link);
    } catch {
      return [];
    }
  }
  const absolute = resolve(folder, expandHome(path, home));
  return existsSync(absolute) ? [absolute] : [];
}

/** uv's `UV_INDEX_<NAME>_USERNAME` and `_PASSWORD` (uv's documentation, "Indexes", "Providing credentials directly"). */
function withVariables(name: string | undefined, text: string, env: Context["env"]): PackageIndex {
  const split = splitCredentials(text);
  if (name === undefined) return split;
  const stem = `UV_INDEX_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
  const username = env[`${stem}_USERNAME`] ?? split.username;
  const password = env[`${stem}_PASSWORD`] ?? split.password;
  return {
    url: split.url,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

function proxySecrets(env: Context["env"]): readonly string[] {
  return ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"].flatMap(
    (name) => secretsIn(env[name] ?? ""),
  );
}

/** The user's home folder. */
export function homeOf(env: Context["env"]): string {
  return env["HOME"] ?? homedir();
}

function expandHome(path: string, home: string): string {
  return path.startsWith("~/") ? join(home, path.slice(2)) : path;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
