import fc from "fast-check";
import { expect, test } from "vitest";
import { compareBytewise } from "./compare-bytewise.ts";

test("orders as the UTF-8 bytes do, beyond the basic plane as well", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 6 }),
    fc.string({ unit: fc.constantFrom("a", "B", "/", "\uE000", "\uFFFD", "𐀀", "é"), maxLength: 6 }),
  );
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareBytewise(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
