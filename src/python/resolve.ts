import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { Store } from "../store/store-directory.ts";
import { checkHashes } from "./hash-rules.ts";
import { openHttp } from "./http.ts";
import { isOffline } from "./offline.ts";
import type { IndexSettings } from "./index-settings.ts";
import type { Interpreter } from "./interpreter.ts";
import { findInterpreters } from "./interpreters.ts";
import { lockInputs } from "./lock-inputs.ts";
import type { Lock, PythonTarget } from "./lock.ts";
import { withRequirementIndexes } from "./requirement-indexes.ts";
import { isEmpty, type Requirements } from "./requirements.ts";
import { resolvePackages } from "./resolve-packages.ts";
import { findUv } from "./uv.ts";

export interface ResolveRequest {
  /** Absolute path of the function's folder: the lock's paths are relative to it. */
  readonly folder: string;
  readonly requirements: Requirements;
  /** As `readIndexSettings` gives them. */
  readonly settings: IndexSettings;
  readonly target: PythonTarget;
  /** Versions to keep where the requirements still allow them. */
  readonly previous: Lock | undefined;
  /** `true`: keep nothing; names: keep all but these. */
  readonly upgrade: boolean | readonly string[];
  /** Further constraints, `name==version`. */
  readonly constraints?: readonly string[];
  /** Nothing from the network; BRIG_OFFLINE means the same. */
  readonly offline?: boolean;
}

/**
 * Resolves requirements to the exact files for one Python and platform. Wheels only, and none above the target's
 * glibc; an sdist only where no allowed version of a project has a wheel that fits.
 *
 * @throws BrigError `resolve-failed`, `wheel-missing`, `hash-mismatch`, `requirements-invalid`, `lock-outdated` (of uv.lock),
 *   `offline`, `download-failed`, `python-missing`, and those of `findUv`
 */
export async function resolveLock(request: ResolveRequest, store: Store, context: Context): Promise<Lock> {
  const { requirements, folder, target } = request;
  const inputs = lockInputs(requirements, request.settings, folder);
  if (isEmpty(requirements)) return { target, inputs, packages: [] };
  const settings = withRequirementIndexes(request.settings, requirements);
  const offline = request.offline === true || isOffline(context.env);
  const http = openHttp(settings, context, { offline });
  // uv itself comes from the machine's own index: one that a requirements file names need not have it.
  const own = openHttp(request.settings, context, { offline });
  try {
    const [uv, interpreter] = await Promise.all([
      findUv({ store, settings: request.settings, http: own }, context),
      findHost(target, context, store),
    ]);
    const constraints = request.constraints ?? [];
    const compilation = {
      ...request,
      settings,
      constraints,
      offline,
      uv,
      store,
      interpreter: interpreter.file,
    };
    const packages = await resolvePackages({ compilation, http, interpreter, context });
    checkHashes(packages, requirements, target);
    return { target, inputs, packages };
  } finally {
    await Promise.all([http.close(), own.close()]);
  }
}

async function findHost(target: PythonTarget, context: Context, store: Store): Promise<Interpreter> {
  const interpreters = await findInterpreters(context, store);
  const found = interpreters.find((each) => each.minor === target.python) ?? interpreters[0];
  if (found) return found;
  throw new BrigError(
    "python-missing",
    "resolving needs a Python, of any version from 3.9, and none was found",
    "uv python install",
  );
}
