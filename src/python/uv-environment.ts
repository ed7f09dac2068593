import type { Context } from "../context.ts";
import type { IndexSettings } from "./index-settings.ts";

/** What would make uv resolve or build something else than what brig asks for: another interpreter, project, or input. */
const misleading = new Set([
  "VIRTUAL_ENV",
  "CONDA_PREFIX",
  "CONDA_DEFAULT_ENV",
  "PYTHONPATH",
  "PYTHONHOME",
  "PYTHONSTARTUP",
  "UV_PYTHON",
  "UV_SYSTEM_PYTHON",
  "UV_BREAK_SYSTEM_PACKAGES",
  "UV_PYTHON_PREFERENCE",
  "UV_MANAGED_PYTHON",
  "UV_NO_MANAGED_PYTHON",
  "UV_PROJECT",
  "UV_WORKING_DIR",
  "UV_PROJECT_ENVIRONMENT",
  "UV_CONSTRAINT",
  "UV_OVERRIDE",
  "UV_EXCLUDE",
  "UV_BUILD_CONSTRAINT",
  "UV_RESOLUTION",
  "UV_PRERELEASE",
  "UV_NO_BINARY",
  "UV_NO_BINARY_PACKAGE",
  "UV_NO_BUILD",
  "UV_NO_BUILD_PACKAGE",
  "UV_NO_SOURCES",
  "UV_REQUIRE_HASHES",
  "UV_FROZEN",
  "UV_LOCKED",
  "UV_NO_SYNC",
  "UV_CUSTOM_COMPILE_COMMAND",
  "UV_TORCH_BACKEND",
]);

/** The environment that brig runs uv in: the user's, with the settled indexes and without what misleads. */
export function uvEnvironment(settings: IndexSettings, context: Context): Record<string, string | undefined> {
  const kept = Object.entries(context.env).filter(([name]) => !misleading.has(name));
  return {
    ...Object.fromEntries(kept),
    ...settings.uvEnv,
    UV_NO_PROGRESS: "1",
    UV_PYTHON_DOWNLOADS: "never",
    NO_COLOR: "1",
    // git must fail rather than ask for a password on a terminal that shows something else.
    GIT_TERMINAL_PROMPT: "0",
  };
}
