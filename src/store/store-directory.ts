import { existsSync, mkdirSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { writeFileAtomic } from "./atomic-file.ts";
import { writeFault } from "./write-fault.ts";

/** The cache shared by all workspaces: content-addressed, safe to delete, held open for one run of the program. */
export interface Store {
  /** Absolute path. */
  readonly folder: string;
  /**
   * The result of `make`, made once for a key as long as this store is open, whoever asks and however many at once:
   * a hundred functions that share a wheel read it once. A failure is not kept.
   */
  readonly once: <Result>(key: string, make: () => Promise<Result>) => Promise<Result>;
  /** The next `once` of this key makes the result anew. */
  readonly forget: (key: string) => void;
}

/** What backup programs look for in a folder that they may leave out (https://bford.info/cachedir/). */
const cacheTag =
  "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of brig's. It is safe to delete.\n";

/**
 * Where the store is: BRIG_CACHE_DIR, else `brig` in XDG_CACHE_HOME (which the XDG specification says to
 * ignore when relative), else `~/.cache/brig`.
 *
 * @throws BrigError `store-unwritable` when there is no home folder either
 */
export function storeDirectory(env: Context["env"], cwd: string): string {
  if (env["BRIG_CACHE_DIR"]) return resolve(cwd, env["BRIG_CACHE_DIR"]);
  const cacheHome = env["XDG_CACHE_HOME"];
  if (cacheHome && isAbsolute(cacheHome)) return join(cacheHome, "brig");
  return join(homeFolder(env), ".cache", "brig");
}

/** The user's home folder; without HOME, the one the system knows for this user. */
function homeFolder(env: Context["env"]): string {
  if (env["HOME"] && isAbsolute(env["HOME"])) return env["HOME"];
  try {
    return userInfo().homedir;
  } catch (cause) {
    // A user id without an account, as containers have.
    throw new BrigError(
      "store-unwritable",
      "HOME is not set and this user has no home folder, so there is no place for the store",
      "export BRIG_CACHE_DIR=/tmp/brig",
      { cause },
    );
  }
}

/**
 * Opens the store, making its folder (for the owner only) the first time. One that cannot be written is
 * fine as long as nothing has to be.
 *
 * @throws BrigError `store-unwritable`, `disk-full`
 */
export async function openStore(context: Context): Promise<Store> {
  const folder = storeDirectory(context.env, context.cwd);
  const known = existsSync(folder) ? statSync(folder) : undefined;
  if (!known) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw writeFault(cause, folder);
    }
    await writeFileAtomic(join(folder, "CACHEDIR.TAG"), cacheTag);
  } else if (!known.isDirectory()) {
    throw new BrigError(
      "store-unwritable",
      `the store ${folder} is not a folder`,
      "export BRIG_CACHE_DIR=/tmp/brig",
    );
  }
  return holdStore(folder);
}

function holdStore(folder: string): Store {
  // oxlint-disable-next-line typescript/no-explicit-any -- each key is always made by the same function
  const made = new Map<string, Promise<any>>();
  return {
    folder,
    once: <Result>(key: string, make: () => Promise<Result>): Promise<Result> => {
      const earlier: Promise<Result> | undefined = made.get(key);
      if (earlier) return earlier;
      const result = make();
      made.set(key, result);
      result.catch(() => made.delete(key));
      return result;
    },
    forget: (key) => {
      made.delete(key);
    },
  };
}
