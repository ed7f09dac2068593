import { expect, test } from "vitest";
import { findGlibcNeed, findWheelGlibcNeed } from "./glibc-need.ts";
import { makeWheel } from "./test-wheel.ts";

function elf(...strings: readonly string[]): Buffer {
  return Buffer.from(`\x7fELF\x02\x01\0\0${strings.map((text) => `${text}\0`).join("")}`, "latin1");
}

test.each<[string, readonly string[], readonly number[] | undefined]>([
  ["none", ["libm.so.6"], undefined],
  ["one", ["GLIBC_2.17"], [2, 17]],
  ["the newest by number, not by text", ["GLIBC_2.9", "GLIBC_2.17", "GLIBC_2.4"], [2, 17]],
  ["three numbers", ["GLIBC_2.2.5"], [2, 2]],
  ["a versioned symbol", ["exp@GLIBC_2.29", "GLIBC_2.17"], [2, 29]],
  ["packed relocations", ["GLIBC_2.17", "GLIBC_ABI_DT_RELR"], [2, 36]],
  [
    "what only looks like one",
    ["GLIBC_PRIVATE", "MYGLIBC_2.99", "GLIBC_2.98 is needed", "GLIBCXX_3.4"],
    undefined,
  ],
])("%s", (_, strings, expected) => {
  expect(findGlibcNeed(elf(...strings))).toEqual(expected);
});

test("only ELF files ask for a glibc", () => {
  expect(findGlibcNeed(Buffer.from("\0GLIBC_2.99\0"))).toBeUndefined();
  expect(findGlibcNeed(Buffer.alloc(0))).toBeUndefined();
});

test("the most demanding file of a wheel is named", () => {
  const wheel = makeWheel({
    entries: [
      { name: "demo/a.so", contents: elf("GLIBC_2.17") },
      { name: "demo/b.so", contents: elf("GLIBC_2.28") },
      { name: "demo/c.txt", contents: "\0GLIBC_2.99\0" },
    ],
  });
  expect(findWheelGlibcNeed(wheel, "demo.whl")).toEqual({ path: "demo/b.so", version: [2, 28] });
  expect(findWheelGlibcNeed(makeWheel(), "demo.whl")).toBeUndefined();
});
