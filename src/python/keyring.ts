import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import type { IndexSettings, PackageIndex } from "./index-settings.ts";

/**
 * The settings with the passwords that the program `keyring` has for addresses that name a user alone, as uv and pip
 * ask for them (`keyring-provider = "subprocess"`): by the address, then by its host.
 */
export async function withKeyring(settings: IndexSettings, context: Context): Promise<IndexSettings> {
  if (!settings.keyring) return settings;
  const complete = async (index: PackageIndex): Promise<PackageIndex> => {
    const { url, username, password } = index;
    if (username === undefined || password !== undefined || !/^https?:/i.test(url)) return index;
    const host = URL.canParse(url) ? new URL(url).host : url;
    const found = (await ask(url, username, context)) ?? (await ask(host, username, context));
    return found === undefined ? index : { ...index, password: found };
  };
  const [indexes, credentials] = await Promise.all([
    Promise.all(settings.indexes.map(complete)),
    Promise.all(settings.credentials.map(complete)),
  ]);
  return { ...settings, indexes, credentials };
}

/** Where there is no such program, or it knows nothing, the server says so by its 401. */
async function ask(service: string, username: string, context: Context): Promise<string | undefined> {
  try {
    const { status, stdout } = await runProgram("keyring", ["get", service, username], {
      cwd: context.cwd,
      env: context.env,
      signal: context.signal,
    });
    return status === 0 ? stdout.replace(/\r?\n$/, "") || undefined : undefined;
  } catch (cause) {
    if (cause instanceof BrigError && cause.code === "tool-missing") return undefined;
    throw cause;
  }
}
