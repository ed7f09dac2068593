import { expect, test } from "vitest";
import { zippedLimit } from "../build/limits.ts";
import { refuseTooLarge } from "./send-code.ts";
import { makeDesired } from "./test-desired.ts";

test("a zip over 50 MB needs a bucket, and the hint names the setting", () => {
  const { zip } = makeDesired();
  const large = makeDesired({ zip: { ...zip, size: zippedLimit + 1 } });
  expect(() => refuseTooLarge(large)).toThrow(
    expect.objectContaining({ code: "too-large", hint: expect.stringContaining("function.Code.S3Bucket") }),
  );
  refuseTooLarge({ ...large, bucket: { bucket: "zips", prefix: "" } });
  refuseTooLarge(makeDesired({ zip: { ...zip, size: zippedLimit } }));
});
