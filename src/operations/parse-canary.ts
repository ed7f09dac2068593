import type { Canary } from "../deploy/canary.ts";
import { BrigError } from "../errors.ts";

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const defaultInterval = "5m";
/** Milliseconds: a timer of Node for longer rings at once. */
const longest = 2 ** 31 - 1;

/**
 * `--canary 10,50 --interval 5m`: shares in percent, rising; a last 100 may be said and means nothing more.
 *
 * @throws BrigError `usage-invalid`
 */
export function parseCanary(shares: string | undefined, interval: string | undefined): Canary | undefined {
  if (shares === undefined) {
    if (interval === undefined) return undefined;
    throw new BrigError(
      "usage-invalid",
      "--interval is of --canary",
      `--canary 10,50 --interval ${interval}`,
    );
  }
  const percents = shares.split(",").map((share) => (/^\d{1,3}$/.test(share.trim()) ? Number(share) : 0));
  const isRising = percents.every((share, index) => share > (percents[index - 1] ?? 0) && share <= 100);
  if (!isRising) {
    throw new BrigError(
      "usage-invalid",
      `--canary takes rising percents, and "${shares}" is not that`,
      "--canary 10,50",
    );
  }
  return { shares: percents.filter((share) => share < 100), interval: parseInterval(interval) };
}

function parseInterval(text = defaultInterval): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  const interval = Number(count) * units[unit ?? ""]!;
  if (interval <= longest) return interval;
  throw new BrigError(
    "usage-invalid",
    `--interval takes a time as 30s, 5m or 1h, up to 24 days, not "${text}"`,
    "--interval 5m",
  );
}
