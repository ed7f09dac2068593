import fc from "fast-check";
import { expect, test } from "vitest";
import { selectAudience } from "./host-check.ts";

const loopback = { host: "127.0.0.1" };

test("the service's own names, function URLs and buckets are told apart", () => {
  for (const host of ["127.0.0.1", "127.0.0.1:9900", "localhost:1", "[::1]", "[::1]:9900", "LocalHost"]) {
    expect(selectAudience(host, undefined, loopback)).toEqual({ kind: "service" });
  }
  expect(selectAudience("abc123.lambda-url.eu-west-1.localhost:9900", undefined, loopback)).toEqual({
    kind: "function-url",
    urlId: "abc123",
    region: "eu-west-1",
  });
  for (const host of [
    "my-bucket.localhost:9900",
    "my-bucket.s3.localhost",
    "my-bucket.s3.us-east-1.localhost",
  ]) {
    expect(selectAudience(host, undefined, loopback)).toEqual({ kind: "bucket", bucket: "my-bucket" });
  }
});

test("any other name is refused, whatever it looks like", () => {
  for (const host of [
    undefined,
    "",
    "example.com",
    "localhost.example.com",
    "127.0.0.1.nip.io",
    "127.0.0.1@example.com",
    "example.com#localhost",
    "localhost:port",
    "localhost:123456",
    "localhost localhost",
    "0.0.0.0",
    "127.0.0.2",
    "[::2]",
    "2130706433",
    "a.lambda-url.us-east-1.localhost.example.com",
  ]) {
    expect([host, selectAudience(host, undefined, loopback)]).toEqual([host, undefined]);
  }
  fc.assert(
    fc.property(fc.domain(), (name) => {
      expect(selectAudience(name, undefined, loopback)).toBeUndefined();
      expect(selectAudience("localhost", `https://${name}`, loopback)).toBeUndefined();
    }),
  );
});

test("origins must be the service's own, or another port of this machine", () => {
  for (const origin of [
    "null",
    "",
    "file://",
    "localhost",
    "http://localhost@evil.example",
    "http://bucket.localhost",
  ]) {
    expect([origin, selectAudience("localhost", origin, loopback)]).toEqual([origin, undefined]);
  }
  for (const origin of [
    "http://localhost:3000",
    "https://127.0.0.1",
    "http://id.lambda-url.us-east-1.localhost:9900",
  ]) {
    expect(selectAudience("localhost", origin, loopback)).toEqual({ kind: "service" });
  }
});

test("who opens the service to others is reached by address and by the name given", () => {
  const open = { host: "0.0.0.0" };
  expect(selectAudience("192.168.1.5:9900", undefined, open)).toEqual({ kind: "service" });
  expect(selectAudience("[fe80::1]:9900", undefined, open)).toEqual({ kind: "service" });
  expect(selectAudience("rebound.example:9900", undefined, open)).toBeUndefined();
  expect(selectAudience("box.lan", undefined, { host: "box.lan" })).toEqual({ kind: "service" });
});
