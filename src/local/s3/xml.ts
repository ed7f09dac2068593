import { escapeXml } from "../aws-fault.ts";
import type { Answer } from "../route.ts";

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** An element's content: text, or further elements as names and contents. Absent ones are left out. */
export type Content = string | number | boolean | undefined | readonly Element[];
export type Element = readonly [name: string, content: Content];

export function renderElements(elements: readonly Element[]): string {
  return elements
    .filter(([, content]) => content !== undefined)
    .map(([name, content]) =>
      Array.isArray(content)
        ? `<${name}>${renderElements(content as readonly Element[])}</${name}>`
        : `<${name}>${escapeXml(String(content))}</${name}>`,
    )
    .join("");
}

export function xmlAnswer(
  root: string,
  elements: readonly Element[],
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status: 200,
    headers: { "content-type": "application/xml", ...headers },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${renderElements(elements)}</${root}>`,
  };
}

/** The texts inside each `<name>…</name>`, markup and all; for the flat documents that clients send. */
export function readElements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([^]*?)</${name}>`, "g"))].map(
    ([, text]) => text!,
  );
}

/** The text of the first `<name>`, its references resolved. */
export function readText(xml: string, name: string): string | undefined {
  const [text] = readElements(xml, name);
  return text === undefined ? undefined : unescapeXml(text.trim());
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w+));/g, (whole, decimal, hex, name) => {
    const code =
      decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
    if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    return entities[name] ?? whole;
  });
}
