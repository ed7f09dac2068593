import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDerKey } from "./der-key.ts";
import { findSecret } from "./secrets.ts";

const pairs: Readonly<Record<string, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>> = {
  RSA: generateKeyPairSync("rsa", { modulusLength: 1024 }),
  "an elliptic curve": generateKeyPairSync("ec", { namedCurve: "P-256" }),
  Ed25519: generateKeyPairSync("ed25519"),
};
const pkcs8 = pairs["RSA"]!.privateKey.export({ type: "pkcs8", format: "der" });

describe.each(Object.entries(pairs))("of %s", (_, { privateKey, publicKey }) => {
  test("the private key is found, also encrypted; the public one is not", () => {
    const plain = privateKey.export({ type: "pkcs8", format: "der" });
    expect(findSecret("src/key.der", plain)?.kind).toBe("a private key");
    const cipher = { cipher: "aes-256-cbc", passphrase: "x" };
    expect(isDerKey(privateKey.export({ type: "pkcs8", format: "der", ...cipher }))).toBe(true);
    expect(isDerKey(publicKey.export({ type: "spki", format: "der" }))).toBe(false);
  });
});

test("the older forms are found: PKCS #1, SEC 1", () => {
  expect(isDerKey(pairs["RSA"]!.privateKey.export({ type: "pkcs1", format: "der" }))).toBe(true);
  expect(isDerKey(pairs["an elliptic curve"]!.privateKey.export({ type: "sec1", format: "der" }))).toBe(true);
  expect(isDerKey(pairs["RSA"]!.publicKey.export({ type: "pkcs1", format: "der" }))).toBe(false);
});

test("a certificate and a request for one are none", () => {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"];
  for (const what of [["-x509", "-days", "3"], []]) {
    const args = ["req", "-new", ...what, ...key, "-subj", "/CN=x", "-outform", "DER"];
    const made = execFileSync("openssl", args, { stdio: ["ignore", "pipe", "ignore"] });
    expect(made.length).toBeGreaterThan(100);
    expect(isDerKey(made)).toBe(false);
  }
});

test("any bytes are looked at without a fault, and a part of a key is none", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(isDerKey(Buffer.concat([Buffer.from([0x30]), bytes]))).toBeTypeOf("boolean");
    }),
  );
  for (let length = 0; length < pkcs8.length; length += 1)
    expect(isDerKey(pkcs8.subarray(0, length))).toBe(false);
});
