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
  // AWS writes `"NextMarker": null` of what is not there, and the SDK takes it for absent.
  const put = Object.entries(whole)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [
      name,
      withUnknownMembers(Object.hasOwn(shaped, name) ? shaped[name] : undefined, value),
    ]);
  return Object.fromEntries([...Object.entries(shaped), ...put]);
}

function isTree(value: unknown): value is Tree {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
