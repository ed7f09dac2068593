/** Halves of characters beyond U+FFFF, and the units that UTF-8 orders before them but UTF-16 behind. */
const contestedUnits = /[\ud800-\uffff]/;

/**
 * Orders texts by their UTF-8 bytes: the order of every list brig writes, whatever the locale.
 * JavaScript's own order is by UTF-16 units, which differs where a character beyond U+FFFF meets one of U+E000 to U+FFFF.
 */
export function compareBytewise(left: string, right: string): number {
  if (left === right) return 0;
  // Ten times as fast as a loop, and nearly always enough.
  if (!contestedUnits.test(left) || !contestedUnits.test(right)) return left < right ? -1 : 1;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const leftUnit = left.charCodeAt(index);
    const rightUnit = right.charCodeAt(index);
    if (leftUnit !== rightUnit) return rank(leftUnit) - rank(rightUnit);
  }
  return left.length - right.length;
}

/** Places surrogates above all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
