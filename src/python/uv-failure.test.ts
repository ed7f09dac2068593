import { expect, test } from "vitest";
import { resolveFault } from "./uv-failure.ts";

const hintFor = (explanation: string): string | null | undefined =>
  resolveFault(explanation, false, null).hint;

test("what uv cannot reach is tried by pasting the hint, which holds no credentials", () => {
  const refused = "Failed to fetch: `https://me:secret@pkgs.example.org/simple/idna/` tcp connect error";
  expect(hintFor(refused)).toMatch(/^curl -fIL 'https:\/\/pkgs\.example\.org\/simple\/idna\/' {3}# /);
  expect(hintFor("Failed to fetch: https://a.example/simple/six/: timed out")).toContain("/simple/six/'");
  expect(hintFor("Git operation failed: unable to access 'https://a.example/x.git/': refused")).toBe(
    "git ls-remote 'https://a.example/x.git/'",
  );
  expect(hintFor("dns error: failed to lookup address information")).toBe("brig doctor");
});

test("an index that wants to know who asks is named where the answer goes", () => {
  const refused =
    "HTTP status client error (401 Unauthorized) for url (https://pkgs.example.org/simple/idna/)";
  expect(resolveFault(refused, false, null)).toMatchObject({
    code: "download-failed",
    hint: expect.stringMatching(/^echo 'machine pkgs\.example\.org login NAME password TOKEN' >> ~\/\.netrc/),
  });
  expect(hintFor("403 Forbidden")).toContain("machine HOST login");
});

test("what git cannot get is a download that failed, whatever the way to it", () => {
  const explanation = "Git operation failed: failed to clone: ssh://***@a.example/x.git: Connection refused";
  expect(resolveFault(explanation, false, null).code).toBe("download-failed");
  expect(hintFor("Git operation failed: unable to access 'https://***@a.example/x.git/': refused")).toBe(
    "git ls-remote 'https://a.example/x.git/'",
  );
});

test("an address that is no URL: how its password should be written", () => {
  expect(hintFor("invalid value 'https://***@a.example' for '--index': invalid port number")).toContain(
    "%2F",
  );
});
