import { findSecret } from "../../workspace/secrets.ts";

/** Words of a variable's name that say that its value is nobody's business. */
const words =
  /^(secrets?|tokens?|password|passwd|passphrase|pass|pwd|credentials?|creds|private|apikey|auth|authorization|dsn|salt|pepper|signature|cookie|session|webhook|jwt|otp|pin)$/;

/** `KEY` alone says little: S3_KEY and PARTITION_KEY are none. Behind these words it does. */
const keys =
  /(^|_)(api|app|access|secret|private|encryption|encrypt|signing|auth|license|master|shared|service|account|client|consumer|webhook|hmac|rsa|ssh|pgp|gpg|sentry|stripe|datadog|dd)_?keys?(_|$)/;

const values: readonly RegExp[] = [
  // An address with a password in it
  /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i,
  // Parts of an ODBC or ADO connection string
  /(^|;)\s*(password|pwd|accountkey|sharedaccesskey)\s*=/i,
  // A JSON Web Token
  /^eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*$/,
  // Tokens that say by their beginning whose they are
  /^(gh[oprsu]_|github_pat_|glpat-|xox[abeprs]-|xapp-|[sr]k_(live|test)_|sk-|npm_|hf_|pypi-|dop_v1_|shpat_|SG\.|AIza|ya29\.|key-|whsec_|A[KS]IA[A-Z0-9]{16}$)/,
  // An incoming webhook needs no other secret than its address
  /^https:\/\/(hooks\.slack\.com|discord(app)?\.com\/api\/webhooks)\//,
];

/**
 * Whether the value of an environment variable should not stand in a file that is checked in: by the variable's name, by
 * a form that secrets have, or because it looks random. When in doubt it should not.
 */
export function looksSecret(name: string, value: string): boolean {
  if (value === "" || /^(true|false|\d{1,6})$/i.test(value)) return false;
  const isPlace = /^(arn:aws[\w-]*:|https?:\/\/[^@?]*$|\/)/.test(value);
  const spelt = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  if (values.some((pattern) => pattern.test(value))) return true;
  if (findSecret("value", Buffer.from(value)) !== null) return true;
  // SECRET_ARN and TOKEN_URL say where the secret is, and that is none.
  if (isPlace) return false;
  return spelt.split(/[^a-z0-9]+/).some((word) => words.test(word)) || keys.test(spelt) || isRandom(value);
}

/** Long, of one piece, and of characters that no words are made of in such a mixture. */
function isRandom(value: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(value) && /[0-9]/.test(value) && /[a-f]/i.test(value)) return true;
  if (!/^[A-Za-z0-9+/_-]{24,}={0,2}$/.test(value)) return false;
  const kinds = [/[A-Z]/, /[a-z]/, /[0-9]/].filter((kind) => kind.test(value)).length;
  const turns = value.match(/[a-z][A-Z0-9]|[0-9][A-Za-z]|[A-Z][0-9]/g)?.length ?? 0;
  return kinds === 3 && turns >= value.length / 6;
}
