import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findSecret } from "./secrets.ts";
import { makeTree } from "./testing.ts";

const kindOf = (text: string | Buffer, path = "src/module.py"): string | undefined =>
  findSecret(path, Buffer.from(text as string))?.kind;

const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
const curve = generateKeyPairSync("ed25519");
const pkcs8 = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const pkcs1 = rsa.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const small = curve.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const encrypted = rsa.privateKey
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
  .toString();
const legacy = rsa.privateKey
  .export({ type: "pkcs1", format: "pem", cipher: "aes-128-cbc", passphrase: "x" })
  .toString();
const material = randomBytes(192).toString("base64").match(/.{64}/g)!.join("\n");
const pgp = `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\nComment: of nobody\n\n${material}\n=aBcD\n-----END PGP PRIVATE KEY BLOCK-----\n`;
const putty = `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 2\n${material}\nPrivate-Lines: 1\n${randomBytes(36).toString("base64")}\nPrivate-MAC: 00\n`;

describe("secret by its name:", () => {
  test.each([
    ".env",
    ".env.local",
    ".envrc",
    ".ENV",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".git-credentials",
    ".pypirc",
    "store.p12",
    "Store.PFX",
  ])("%s", (name) => {
    expect(kindOf("", name)).toBeDefined();
    expect(kindOf("", `src/deep/${name}`)).toBeDefined();
  });

  test.each(["env", "environment.py", "my.env.py", "netrc.py", "p12", "a.pem", ".env/readme.txt"])(
    "not %s",
    (name) => {
      expect(kindOf("", name)).toBeUndefined();
    },
  );
});

describe("a private key is found", () => {
  test.each([
    ["in PKCS #8", pkcs8],
    ["in PKCS #1", pkcs1],
    ["as short as Ed25519's", small],
    ["encrypted", encrypted],
    ["encrypted, with headers", legacy],
    ["of PGP", pgp],
    ["of PuTTY", putty],
    ["of SSH2", `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: "x"\n${material}\n`],
    ["with the line ends of Windows", pkcs8.replaceAll("\n", "\r\n")],
    ["in JSON", JSON.stringify({ private_key: small })],
    ["in JSON inside of JSON", JSON.stringify(JSON.stringify({ private_key: small }))],
    [
      "in JSON of a writer that escapes more",
      JSON.stringify({ key: pkcs8 }).replaceAll("/", "\\/").replaceAll("\\n", "\\u000a"),
    ],
    ["in a Python text on one line", `KEY = "${small.replaceAll("\n", "\\n")}"\n`],
    ["in a Python text of many lines", `KEY = """${small}"""\n`],
    [
      "in Python texts that stand together",
      `KEY = (\n${small
        .trim()
        .split("\n")
        .map((line) => `    "${line}\\n"`)
        .join("\n")}\n)\n`,
    ],
    [
      "in texts that are added",
      small
        .trim()
        .split("\n")
        .map((line) => `'${line}\\n' +`)
        .join("\n"),
    ],
    [
      "in a list of texts",
      `[\n${small
        .trim()
        .split("\n")
        .map((line) => `  "${line}",`)
        .join("\n")}\n]`,
    ],
    [
      "in YAML",
      `key: |\n${small
        .split("\n")
        .map((line) => `    ${line}`)
        .join("\n")}\n`,
    ],
    ["in quoted YAML", `key: "${small.replaceAll("\n", "\\n\\\n  ")}"\n`],
    ["on one line, with spaces", `KEY='${small.replaceAll("\n", " ").trim()}'\n`],
    [
      "in a comment",
      small
        .split("\n")
        .map((line) => `# ${line}`)
        .join("\n"),
    ],
    ["in XML", `<key>${small.replaceAll("\n", "&#10;")}</key>`],
    ["in base64, as Kubernetes has it", `tls.key: ${Buffer.from(pkcs8).toString("base64")}\n`],
    ["in UTF-16", Buffer.from(`\uFEFF${small}`, "utf16le")],
    ["behind a marker without a key", `if "-----BEGIN PRIVATE KEY-----" in text: pass\n${small}`],
    ["far inside a binary", Buffer.concat([randomBytes(3_000_000), Buffer.from(small), randomBytes(1000)])],
  ])("%s", (_, text) => {
    expect(kindOf(text)).toBe("a private key");
  });

  test("of OpenSSH, as ssh-keygen writes it", () => {
    const root = makeTree();
    try {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(root, "id")]);
    } catch {
      return;
    }
    expect(kindOf(readFileSync(join(root, "id")))).toBe("a private key");
    expect(kindOf(readFileSync(join(root, "id.pub")))).toBeUndefined();
  });
});

describe("no secret is", () => {
  const certificate = pkcs8.replaceAll("PRIVATE KEY", "CERTIFICATE");
  test.each([
    ["a certificate", certificate],
    ["a public key", rsa.publicKey.export({ type: "spki", format: "pem" }).toString()],
    ["a public key of PGP", pgp.replaceAll("PRIVATE", "PUBLIC")],
    ["a marker in a condition", 'if "-----BEGIN PRIVATE KEY-----" in text:\n    raise ValueError("a key")\n'],
    ["a marker in a pattern", 'KEY = re.compile(r"-----BEGIN (RSA |EC )?PRIVATE KEY-----")\n'],
    [
      "markers in a list",
      '[\n  "-----BEGIN PRIVATE KEY-----",\n  "-----BEGIN RSA PRIVATE KEY-----",\n  "authentication",\n  "authorizationheader",\n  "credentialsprovider",\n  "x",\n]\n',
    ],
    [
      "code that puts a key together",
      'pem = "-----BEGIN RSA PRIVATE KEY-----\\n" + base64.b64encode(der).decode() + "\\n-----END RSA PRIVATE KEY-----\\n"\n',
    ],
    ["a placeholder", "-----BEGIN PRIVATE KEY-----\n<your key here>\n-----END PRIVATE KEY-----\n"],
    ["an abridged key", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg...\n-----END PRIVATE KEY-----\n"],
    ["an empty key", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"],
    ["a marker at the end", "-----BEGIN PRIVATE KEY-----"],
    ["a key id alone", 'id = "AKIAIOSFODNN7EXAMPLE"\n'],
    ["a key id beside a commit", "AKIAIOSFODNN7EXAMPLE 0123456789abcdef0123456789abcdef01234567"],
    ["a key id beside a long word", `AKIAIOSFODNN7EXAMPLE ${"a".repeat(40)} ${"A".repeat(40)}`],
    [
      "a key id beside a digest in base64",
      `AKIAIOSFODNN7EXAMPLE ${Buffer.alloc(32, "x1").toString("base64")}`,
    ],
    [
      "a secret far from its id",
      `AKIAIOSFODNN7EXAMPLE${" ".repeat(5000)}wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`,
    ],
    ["a secret without an id", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
    ["a word that contains an id", "XAKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
    ["nothing", ""],
  ])("%s", (_, text) => {
    expect(kindOf(text)).toBeUndefined();
  });

  test("noise", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => findSecret("x.bin", bytes) === null));
  });
});

describe("an AWS access key with its secret is found", () => {
  const id = "AKIAIOSFODNN7EXAMPLE";
  const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  test.each([
    ["in a credentials file", `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`],
    ["the other way round", `SECRET="${secret}"\nID="${id}"`],
    ["temporary", `${id.replace("AKIA", "ASIA")} ${secret}`],
    ["in JSON that escapes slashes", JSON.stringify({ id, secret }).replaceAll("/", "\\/")],
    ["in a CSV of the console", `Access key ID,Secret access key\n${id},${secret}\n`],
    ["at the very end", `${secret}:${id}`],
  ])("%s", (_, text) => {
    expect(kindOf(text)).toBe("an AWS access key with its secret");
  });
});

test("64 MB without a secret take no time to speak of", () => {
  const bytes = Buffer.alloc(64_000_000, "AKI BEGI N LS0tL private key\n");
  const start = performance.now();
  expect(findSecret("model.bin", bytes)).toBeNull();
  expect(performance.now() - start).toBeLessThan(5000);
});
