type Tree = Readonly<Record<string, unknown>>;

/**
 * The SDK drops members that it does not know, without a word: here they are put back, at every depth.
 *
 * @param shaped what the SDK made of `whole`
 * @param whole with the members of tomorrow
 */
export function withUnknownMembers(shaped: unknown, whole: unknown): unknown {
  if (shaped === undefined) return whole;
  if (Array.isArray(shaped) && Array.isArray(whole) && shaped.length === whole.length) {
    return shaped.map((each, index) => withUnknownMembers(each, whole[index]));
  }
  if (!isTree(shaped) || !isTree(whole)) return shaped;
  const merged: Record<string, unknown> = { ...shaped };
  for (const [name, value] of Object.entries(whole)) {
    if (value !== undefined) merged[name] = withUnknownMembers(shaped[name], value);
  }
  return merged;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
