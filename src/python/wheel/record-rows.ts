/** One line of a wheel's RECORD (PEP 376, PEP 427). */
export interface RecordRow {
  readonly path: string;
  /** Algorithm and digest as written: `sha256=…` in base64url; empty for RECORD itself. */
  readonly hash: string;
  /** Bytes, in decimals; may be empty. */
  readonly size: string;
}

/** Parses RECORD: CSV with `"` quotes. Undefined where a quote is never closed or a row has less than three fields. */
export function parseRecord(text: string): readonly RecordRow[] | undefined {
  const rows: RecordRow[] = [];
  let fields: string[] = [];
  let position = 0;
  while (position <= text.length) {
    const field = readField(text, position);
    if (field === undefined) return undefined;
    fields.push(field.value);
    position = field.end;
    if (text[position] === "\r" && text[position + 1] === "\n") position++;
    const separator = text[position++];
    if (separator === ",") continue;
    if (separator !== undefined && separator !== "\n") return undefined;
    const [path, hash, size] = fields;
    const isBlank = fields.length === 1 && path === "";
    if (!isBlank) {
      if (path === undefined || hash === undefined || size === undefined) return undefined;
      rows.push({ path, hash, size });
    }
    fields = [];
  }
  return rows;
}

/** Reads one field; `end` is where the comma, line end or end of the text behind it stands. */
function readField(
  text: string,
  start: number,
): { readonly value: string; readonly end: number } | undefined {
  if (text[start] !== '"') {
    fieldEnd.lastIndex = start;
    const end = fieldEnd.exec(text)?.index ?? text.length;
    return { value: text.slice(start, end), end };
  }
  let position = start + 1;
  for (;;) {
    const quote = text.indexOf('"', position);
    if (quote === -1) return undefined;
    if (text[quote + 1] !== '"') {
      return { value: text.slice(start + 1, quote).replaceAll('""', '"'), end: quote + 1 };
    }
    position = quote + 2;
  }
}

const fieldEnd = /[,\r\n]/g;
