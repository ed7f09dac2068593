import type { IndexSettings } from "./index-settings.ts";

/** For tests: no index, no proxy, no certificates, no credentials; give what the test is about over it. */
export const bareSettings: IndexSettings = {
  indexes: [],
  credentials: [],
  keyring: false,
  netrc: undefined,
  caFiles: [],
  caDirectory: undefined,
  clientCertificate: undefined,
  proxy: undefined,
  insecureHosts: [],
  timeout: 2000,
  findLinks: [],
  noIndex: false,
  excludeNewer: undefined,
  strategy: undefined,
  uvEnv: {},
  secrets: [],
};
