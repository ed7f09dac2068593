export interface SplitUrl {
  /** The URL without the credentials; the user name of an ssh URL stays, it is part of the address. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** Takes user name and password out of a URL of any scheme; text that is no URL comes back as it is. */
export function splitCredentials(text: string): SplitUrl {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@(.*)$/is.exec(text);
  if (!match) return { url: text };
  const [, scheme = "", userinfo = "", rest = ""] = match;
  const colon = userinfo.indexOf(":");
  const username = decodePart(colon === -1 ? userinfo : userinfo.slice(0, colon));
  const password = colon === -1 ? undefined : decodePart(userinfo.slice(colon + 1));
  const url = isSsh(scheme) ? `${scheme}${userinfo.split(":")[0]}@${rest}` : `${scheme}${rest}`;
  return password === undefined ? { url, username } : { url, username, password };
}

/** Every part of a URL's credentials that is a secret: a user name alone can be a token. */
export function secretsIn(text: string): readonly string[] {
  const { username, password } = splitCredentials(text);
  if (password !== undefined && password !== "") return [password, ...tokenLike(username)];
  return isSsh(text) ? [] : tokenLike(username);
}

/** A URL with the credentials in it, encoded. */
export function joinCredentials(index: SplitUrl): string {
  if (index.username === undefined && index.password === undefined) return index.url;
  const user = encodeURIComponent(index.username ?? "");
  const password = index.password === undefined ? "" : `:${encodeURIComponent(index.password)}`;
  return index.url.replace(/^([a-z][a-z0-9+.-]*:\/\/)/i, (scheme) => `${scheme}${user}${password}@`);
}

function tokenLike(username: string | undefined): readonly string[] {
  // `aws`, `user`, `__token__` are names; what is longer than any name is more likely the token itself.
  return username !== undefined && username.length > 12 ? [username] : [];
}

function isSsh(url: string): boolean {
  return /^(git\+)?ssh:/i.test(url);
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
