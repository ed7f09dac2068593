import type { Context } from "../context.ts";

/** Whether the environment says that nothing may come from the network. */
export function isOffline(env: Context["env"]): boolean {
  return !["", "0", "false", undefined].includes(env["BRIG_OFFLINE"]);
}
