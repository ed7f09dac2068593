import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { indexKey, type IndexSettings } from "./index-settings.ts";
import { parsePipConfiguration } from "./pip-configuration.ts";
import { readIndexSettings } from "./read-index-settings.ts";
import { redact } from "./redact.ts";
import { withRequirementIndexes } from "./requirement-indexes.ts";
import { noOptions, type Requirements } from "./requirements.ts";

let home: string;
let folder: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "brig-home-")));
  folder = join(home, "repository/functions/hello");
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function settingsWith(files: Record<string, string>, env: Record<string, string> = {}): IndexSettings {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(home, name, ".."), { recursive: true });
    writeFileSync(join(home, name), content);
  }
  const context: Context = {
    cwd: folder,
    // The system's own pip.conf must not decide a test, nor that of whoever runs it.
    env: { HOME: home, XDG_CONFIG_DIRS: join(home, "etc"), ...env },
    now: () => new Date(),
    signal: new AbortController().signal,
    report: () => {},
  };
  return readIndexSettings(folder, context);
}

const none: Requirements = {
  files: [],
  requirements: [],
  constraints: [],
  options: noOptions,
  localPaths: [],
  boundary: "/",
  project: undefined,
  expanded: [],
};

test("nothing configured is PyPI", () => {
  const settings = settingsWith({});
  expect(settings.indexes).toEqual([{ url: "https://pypi.org/simple" }]);
  expect(settings.uvEnv["UV_DEFAULT_INDEX"]).toBeUndefined();
});

test("pip.conf: the nearest file wins, lists go over lines, [install] over [global], variables over all", () => {
  const files = {
    "etc/pip/pip.conf": "[global]\nindex-url = https://far.example/simple\ntimeout = 7\n",
    ".pip/pip.conf": "[global]\nindex-url = https://old.example/simple\n",
    ".config/pip/pip.conf":
      "# mine\n[global]\nindex_url: https://user:pa%40ss@near.example/simple\nextra-index-url =\n    https://one.example/simple\n    https://two.example/simple\n[install]\ntrusted-host = near.example\n[download]\nindex-url = https://no.example\n",
  };
  const settings = settingsWith(files);
  expect(settings.indexes).toEqual([
    { url: "https://one.example/simple" },
    { url: "https://two.example/simple" },
    { url: "https://near.example/simple", username: "user", password: "pa@ss" },
  ]);
  expect(settings.timeout).toBe(7000);
  expect(settings.insecureHosts).toEqual(["near.example"]);
  expect(settings.uvEnv).toMatchObject({
    UV_DEFAULT_INDEX: "https://user:pa%40ss@near.example/simple",
    UV_INDEX: "https://one.example/simple https://two.example/simple",
    UV_INDEX_STRATEGY: "unsafe-best-match",
    UV_INSECURE_HOST: "near.example",
    UV_HTTP_TIMEOUT: "7",
  });
  const byVariable = settingsWith(files, { PIP_INDEX_URL: "https://env.example/simple" });
  expect(byVariable.indexes.at(-1)).toEqual({ url: "https://env.example/simple" });
  const named = settingsWith(
    { ...files, "own.conf": "[global]\nindex-url = https://own.example\n" },
    { PIP_CONFIG_FILE: join(home, "own.conf") },
  );
  expect(named.indexes).toEqual([{ url: "https://own.example" }]);
  expect(settingsWith(files, { PIP_CONFIG_FILE: "/dev/null" }).indexes).toEqual([
    { url: "https://pypi.org/simple" },
  ]);
});

test("uv's own settings come before pip's, with credentials from variables", () => {
  const settings = settingsWith(
    {
      ".config/pip/pip.conf": "[global]\nindex-url = https://pip.example/simple\n",
      ".config/uv/uv.toml":
        '[[index]]\nname = "user-wide"\nurl = "https://user.example/simple"\ndefault = true\n',
      "repository/pyproject.toml":
        '[[tool.uv.index]]\nname = "my-index"\nurl = "https://mine.example/simple"\n',
    },
    { UV_INDEX_MY_INDEX_USERNAME: "me", UV_INDEX_MY_INDEX_PASSWORD: "very-secret" },
  );
  expect(settings.indexes).toEqual([
    { url: "https://mine.example/simple", username: "me", password: "very-secret" },
    { url: "https://user.example/simple" },
  ]);
  expect(settings.uvEnv["UV_DEFAULT_INDEX"]).toBeUndefined();
  expect(settings.secrets).toContain("very-secret");
});

test("find-links that do not exist are passed over, relative ones belong to the function", () => {
  mkdirSync(join(folder, "wheels"));
  const settings = settingsWith(
    {},
    { PIP_FIND_LINKS: `${home}/none wheels https://links.example/`, PIP_NO_INDEX: "true" },
  );
  expect(settings.findLinks).toEqual([join(folder, "wheels"), "https://links.example/"]);
  expect(settings.uvEnv["UV_FIND_LINKS"]).toBe(`file://${folder}/wheels,https://links.example/`);
  expect(settings.noIndex).toBe(true);
  expect(settings.indexes).toEqual([]);
});

test("exclude-newer, index-strategy and keyring: variables before files, uv before pip", () => {
  const file = {
    ".config/uv/uv.toml": 'exclude-newer = "2026-01-01"\n[pip]\nindex-strategy = "first-index"\n',
  };
  expect(settingsWith(file)).toMatchObject({
    excludeNewer: "2026-01-01",
    strategy: "first-index",
    keyring: false,
  });
  expect(settingsWith(file, { UV_EXCLUDE_NEWER: "2025-01-01" }).excludeNewer).toBe("2025-01-01");
  const pip = settingsWith({}, { PIP_KEYRING_PROVIDER: "subprocess" });
  expect(pip.keyring).toBe(true);
  expect(pip.uvEnv["UV_KEYRING_PROVIDER"]).toBe("subprocess");
  const env = { PIP_KEYRING_PROVIDER: "subprocess", UV_KEYRING_PROVIDER: "disabled" };
  expect(settingsWith({}, env).keyring).toBe(false);
});

test("~/ in pip's paths is the home folder", () => {
  mkdirSync(join(home, "wheels"));
  const settings = settingsWith(
    {
      ".config/pip/pip.conf":
        "[global]\nfind-links = ~/wheels\ncert = ~/ca.pem\nclient-cert = ~/me.pem\nno-index = true\n",
      "ca.pem": "",
    },
    {},
  );
  expect(settings.findLinks).toEqual([join(home, "wheels")]);
  expect(settings.caFiles).toContain(join(home, "ca.pem"));
  expect(settings.uvEnv).toMatchObject({
    UV_FIND_LINKS: `file://${home}/wheels`,
    SSL_CERT_FILE: join(home, "ca.pem"),
    SSL_CLIENT_CERT: join(home, "me.pem"),
  });
});

test("certificates, proxy, netrc", () => {
  const settings = settingsWith(
    { "ca.pem": "", "other.pem": "", "client.pem": "", ".netrc": "" },
    {
      PIP_CERT: join(home, "ca.pem"),
      REQUESTS_CA_BUNDLE: join(home, "ca.pem"),
      NODE_EXTRA_CA_CERTS: join(home, "other.pem"),
      CURL_CA_BUNDLE: join(home, "missing.pem"),
      PIP_CLIENT_CERT: join(home, "client.pem"),
      PIP_PROXY: "http://name:proxy-password@proxy.example:3128",
    },
  );
  expect(settings).toMatchObject({
    caFiles: [join(home, "ca.pem"), join(home, "other.pem")],
    clientCertificate: join(home, "client.pem"),
    proxy: "http://name:proxy-password@proxy.example:3128",
    netrc: join(home, ".netrc"),
  });
  expect(settings.uvEnv).toMatchObject({
    SSL_CERT_FILE: join(home, "ca.pem"),
    SSL_CLIENT_CERT: join(home, "client.pem"),
    HTTPS_PROXY: settings.proxy,
  });
  expect(settings.secrets).toContain("proxy-password");
});

test("a requirements file's own indexes: one replaces, the others add", () => {
  const base = settingsWith({}, { PIP_INDEX_URL: "https://pip.example/simple" });
  const options = {
    ...noOptions,
    indexUrl: "https://u:secret-word@file.example/simple",
    extraIndexUrls: ["https://extra.example/simple"],
  };
  const settings = withRequirementIndexes(base, { ...none, options });
  expect(settings.indexes).toEqual([
    { url: "https://extra.example/simple" },
    { url: "https://file.example/simple", username: "u", password: "secret-word" },
  ]);
  expect(settings.uvEnv).toMatchObject({
    UV_DEFAULT_INDEX: options.indexUrl,
    UV_INDEX: "https://extra.example/simple",
  });
  expect(settings.secrets).toContain("secret-word");
  expect(withRequirementIndexes(base, { ...none, options: { ...options, noIndex: true } }).indexes).toEqual(
    [],
  );
});

test("the key knows no credentials, but every index; and a clone elsewhere has the same", () => {
  const key = (env: Record<string, string>): string => indexKey(settingsWith({}, env), folder, folder);
  expect(key({ PIP_INDEX_URL: "https://aws:token1@x.example/simple/" })).toBe(
    key({ PIP_INDEX_URL: "https://aws:token2@x.example/simple" }),
  );
  expect(key({ PIP_INDEX_URL: "https://x.example/simple" })).not.toBe(key({}));
  expect(key({ PIP_EXTRA_INDEX_URL: "https://x.example/simple" })).not.toBe(key({}));
  expect(key({ PIP_FIND_LINKS: join(home, "nowhere") })).toBe(key({}));
  mkdirSync(join(folder, "wheels"));
  mkdirSync(join(home, "clone/f/wheels"), { recursive: true });
  const one = indexKey(settingsWith({}, { PIP_FIND_LINKS: "wheels" }), folder, folder);
  expect(one).not.toBe(key({}));
  const clone = join(home, "clone/f");
  const linked = (link: string): string => indexKey({ ...settingsWith({}), findLinks: [link] }, clone, clone);
  expect(linked(join(clone, "wheels"))).toBe(one);
  // A folder outside of the repository is the same one for a clone at another depth.
  const outside = indexKey({ ...settingsWith({}), findLinks: [home] }, folder, folder);
  expect(linked(home)).toBe(outside);
  expect(outside).not.toBe(one);
});

test("no credential survives redaction, however it is written", () => {
  const part = fc.stringMatching(/^[A-Za-z0-9_%+!-]{4,20}$/);
  fc.assert(
    fc.property(part, part, fc.string(), (user, password, around) => {
      const url = `https://${encodeURIComponent(user)}:${encodeURIComponent(password)}@index.example/simple`;
      const shown = redact(`${around} failed: ${url} and ${password}`, { secrets: [password] });
      expect(shown).not.toContain(password);
      expect(shown).toContain("index.example");
    }),
  );
});

test("a password with an unencoded /, ? or # makes no URL, and does not survive either", () => {
  for (const mark of ["/", "?", "#", "/a@b/", ":/"]) {
    const shown = redact(`invalid value 'x=https://joe:se${mark}cret@index.example:8080/simple'`, {
      secrets: [],
    });
    expect(shown).toBe("invalid value 'x=https://***@index.example:8080/simple'");
  }
  for (const kept of [
    "git+https://host.example:8443/repo.git@v1",
    "git+https://host.example/repo.git@v1",
    "https://[::1]:8080/a@b",
    "https://host.example/a:b@c",
    "http://127.0.0.1:9900, a@b",
  ])
    expect(redact(kept, { secrets: [] })).toBe(kept);
});

test("any file is read without a crash", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(parsePipConfiguration(`[global]\n${text}`)).toBeInstanceOf(Map);
    }),
  );
});
