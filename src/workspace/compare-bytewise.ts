/**
 * Orders two texts by their UTF-8 bytes, the same under every locale. JavaScript's own `<` compares UTF-16 units,
 * which puts characters beyond U+FFFF (surrogates, 0xD800 to 0xDFFF) before U+E000 to U+FFFF; UTF-8 puts them after.
 */
export function compareBytewise(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rankOf(a) - rankOf(b);
  }
  return left.length - right.length;
}

function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
