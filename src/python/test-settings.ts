import type { IndexSettings } from "./index-settings.ts";

/** For tests: no index, no proxy, no certificates, no credentials; give what the test is about over it. */
export const bareSettings: IndexSettings = {
  indexes: [],
  credentials: [],
  netrc: undefined,
  caFiles: [],
  caDirectory: undefined,
  clientCertificate: undefined,
  proxy: undefined,
  insecureHosts: [],
  timeout: 2000,
  findLinks: [],
  noIndex: false,
  uvEnv: {},
  secrets: [],
};
