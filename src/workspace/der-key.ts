/** Tags of DER (X.690). */
const integer = 0x02;
const octetString = 0x04;
const objectIdentifier = 0x06;
const sequence = 0x30;

/** Bytes: the shortest part of a real key that is secret. */
const shortestKey = 16;

/** PKCS #5 and #12, by which private keys are encrypted, as far as their object identifiers agree. */
const encryptions = ["2a864886f70d0105", "2a864886f70d010c01"];

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** What stands behind it. */
  readonly rest: Buffer;
}

/**
 * Whether a file is a private key in DER, the binary form of what PEM writes in base64: PKCS #8 (RFC 5958), also
 * encrypted, PKCS #1 (RFC 8017, A.1.2) and its like for DSA, SEC 1 (RFC 5915). Certificates and public keys are none.
 */
export function isDerKey(bytes: Buffer): boolean {
  const whole = readElement(bytes);
  if (whole?.tag !== sequence || whole.rest.length > 0) return false;
  const first = readElement(whole.content);
  const second = first && readElement(first.rest);
  if (!first || !second) return false;
  if (first.tag === sequence) return second.tag === octetString && isEncryption(first.content);
  const isVersion = first.tag === integer && first.content.length === 1 && first.content[0]! <= 1;
  if (!isVersion || second.content.length < (second.tag === sequence ? 1 : shortestKey)) return false;
  if (second.tag === integer) return readElement(second.rest)?.tag === integer;
  if (second.tag === octetString) return true;
  return (
    second.tag === sequence &&
    readElement(second.content)?.tag === objectIdentifier &&
    readElement(second.rest)?.tag === octetString
  );
}

function isEncryption(algorithm: Buffer): boolean {
  const name = readElement(algorithm);
  if (name?.tag !== objectIdentifier) return false;
  return encryptions.some((prefix) => name.content.toString("hex").startsWith(prefix));
}

function readElement(bytes: Buffer): Element | undefined {
  const [tag, short] = bytes;
  if (tag === undefined || short === undefined) return undefined;
  const extra = short > 0x80 ? short - 0x80 : 0;
  if (short === 0x80 || extra > 4 || bytes.length < 2 + extra) return undefined;
  const length = extra === 0 ? short : bytes.readUIntBE(2, extra);
  const content = bytes.subarray(2 + extra, 2 + extra + length);
  if (content.length < length) return undefined;
  return { tag, content, rest: bytes.subarray(2 + extra + length) };
}
