import type { Context } from "../../context.ts";
import type { TargetSettings } from "../../workspace/settings.ts";
import { createLimiter } from "./call-limiter.ts";
import { type AwsSession, checkAccount, openSession } from "./session.ts";

interface Target {
  readonly name: string;
  readonly settings: Pick<TargetSettings, "region" | "account">;
}

/** Sessions of one command: functions in the same region share one, and with it the pace that AWS allows there. */
export interface Sessions {
  /** @throws BrigError as `openSession` */
  readonly of: (target: Target) => Promise<AwsSession>;
  readonly dispose: () => void;
}

export function shareSessions(context: Context): Sessions {
  const opened = new Map<string | undefined, Promise<AwsSession>>();
  return {
    of: async (target) => {
      const { region } = target.settings;
      // The account is asked for once a region, and compared with each target's.
      const open = (): Promise<AwsSession> =>
        openSession(
          { name: target.name, settings: { region, account: undefined } },
          createLimiter(),
          context,
        );
      const session = opened.get(region) ?? open();
      opened.set(region, session);
      checkAccount(target, (await session).account);
      return await session;
    },
    dispose: () => {
      for (const session of opened.values()) void session.then(({ dispose }) => dispose()).catch(() => {});
    },
  };
}
