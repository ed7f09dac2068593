import { isDerKey } from "./der-key.ts";

/** What kind of secret a file holds, in words for a message; never the value. */
export interface Secret {
  readonly kind: string;
}

/** Files that are secret by their name, whatever they hold. */
const kindByName: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/^\.env/, "an environment file"],
  [/^[._]netrc$/, "a file of passwords for hosts"],
  [/^\.pgpass$/, "a file of database passwords"],
  [/^\.git-credentials$/, "a file of git's passwords"],
  [/^\.pypirc$/, "a file of package index passwords"],
  [/\.(p12|pfx)$/, "a PKCS #12 key store"],
];

/**
 * Whether a first-party file looks like a secret that should not leave the repository: by its name, or for a private
 * key or an AWS access key with its secret in it. Public keys, certificates, a key id alone, and source code that only
 * mentions a marker are none.
 *
 * @param path path or name of the file; only the last part counts
 */
export function findSecret(path: string, bytes: Uint8Array): Secret | null {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const byName = kindByName.find(([pattern]) => pattern.test(name));
  if (byName !== undefined) return { kind: byName[1] };
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isDerKey(content)) return { kind: "a private key" };
  return findInContent(asUtf8(content), true);
}

function findInContent(content: Buffer, decode: boolean): Secret | null {
  if (holdsPrivateKey(content)) return { kind: "a private key" };
  if (holdsAwsKey(content)) return { kind: "an AWS access key with its secret" };
  return decode ? findInBase64(content) : null;
}

/** Windows writes UTF-16 with a byte order mark. */
function asUtf8(content: Buffer): Buffer {
  return content[0] === 0xff && content[1] === 0xfe ? Buffer.from(content.toString("utf16le")) : content;
}

/** Key material that must follow a marker: less than the shortest real key has, more than a placeholder. */
const shortestMaterial = 40;

const keyMarker = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/y;
const puttyMarker = /Private-Lines: ?\d{1,4}/y;

function holdsPrivateKey(content: Buffer): boolean {
  for (const at of placesOf(content, "BEGIN ")) {
    if (!content.subarray(at, at + 70).includes("PRIVATE KEY")) continue;
    const text = content.toString("latin1", Math.max(0, at - 6), at + 6000);
    for (let start = 0; start <= 6; start += 1) {
      keyMarker.lastIndex = start;
      if (keyMarker.test(text)) {
        const after = text.slice(keyMarker.lastIndex);
        if (isKeyMaterial(after) || isClosedBlock(after)) return true;
        break;
      }
    }
  }
  if (!content.includes("PuTTY-User-Key-File-")) return false;
  for (const at of placesOf(content, "Private-Lines:")) {
    const text = content.toString("latin1", at, at + 6000);
    puttyMarker.lastIndex = 0;
    if (puttyMarker.test(text) && isKeyMaterial(text.slice(puttyMarker.lastIndex))) return true;
  }
  return false;
}

/**
 * Whether base64 of some length follows a marker: on one line with it or over lines that may be real or written as \n,
 * be indented, quoted, commented, and begin with headers (`Proc-Type: 4,ENCRYPTED`).
 */
function isKeyMaterial(after: string): boolean {
  let material = "";
  for (const line of unescape(after).split(/[\r\n]+/)) {
    const bare = line.replace(/^[\s"'`#/*|>+;.:,]+|[\s"'`,+\\;.)\]]+$/g, "");
    if (bare === "" || /^[A-Za-z][A-Za-z-]+: /.test(bare)) continue;
    const run = /^[A-Za-z0-9+/]{16,}={0,2}(?=[\s"'\\-]|$)/.exec(bare)?.[0];
    if (run === undefined) return false;
    material += run;
    // Words in a list are not of all three kinds.
    if (material.length >= shortestMaterial)
      return [/[A-Z]/, /[a-z]/, /[0-9]/].every((kind) => kind.test(material));
    if (run !== bare) return false;
  }
  return false;
}

/** A block that an END marker closes is a key however short it is; dots or a word in capitals in its place are none. */
function isClosedBlock(after: string): boolean {
  const [body, end] = unescape(after).split(/-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY/);
  if (end === undefined) return false;
  const material = body!.replace(/^[A-Za-z][A-Za-z-]+: .*$/gm, "").replace(/[\s"'`+,]+/g, "");
  const kinds = [/[A-Z]/, /[a-z]/, /[0-9+/]/].filter((kind) => kind.test(material)).length;
  return /^[A-Za-z0-9+/]{6,}={0,2}$/.test(material) && kinds >= 2;
}

/** Line ends as texts of many kinds write them (`\n`, `\\n`, `\u000a`, `%0A`, `&#10;`), and JSON's `\/`. */
function unescape(text: string): string {
  return text.replace(/\\+(?:[nr]|u000[ad])|%0[ad]|&#(?:10|13|x0?[ad]);/gi, "\n").replaceAll("\\/", "/");
}

/** How far from its key id a secret may stand, in bytes. */
const nearby = 500;

function holdsAwsKey(content: Buffer): boolean {
  return [...placesOf(content, "AKIA"), ...placesOf(content, "ASIA")].some((at) => {
    const id = content.toString("latin1", Math.max(0, at - 1), at + 21);
    if (!/^[^A-Za-z0-9]?A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])/.test(at === 0 ? ` ${id}` : id)) return false;
    const text = unescape(content.toString("latin1", Math.max(0, at - nearby), at + 20 + nearby));
    const words = text.match(/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g) ?? [];
    return words.some(isAwsSecret);
  });
}

/** Forty characters of base64 that are neither a hexadecimal digest nor a word. */
function isAwsSecret(word: string): boolean {
  return !/^[0-9a-fA-F]+$/.test(word) && /[A-Z]/.test(word) && /[a-z]/.test(word) && /[0-9+/]/.test(word);
}

/** A whole key file in base64, as Kubernetes and CI variables have it, begins like `-----BEGIN`. */
function findInBase64(content: Buffer): Secret | null {
  for (const at of placesOf(content, "LS0tLS1CRUdJTi")) {
    const run = /^[A-Za-z0-9+/]+/.exec(content.toString("latin1", at, at + 8000))![0];
    const secret = findInContent(Buffer.from(run, "base64"), false);
    if (secret !== null) return secret;
  }
  return null;
}

function* placesOf(content: Buffer, word: string): Generator<number> {
  for (let at = content.indexOf(word); at !== -1; at = content.indexOf(word, at + 1)) yield at;
}
