/** Columns as wide as their widest cell, two spaces apart; colour codes count for nothing. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => shownLength(row[column] ?? ""))),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + " ".repeat(widths[column]! - shownLength(cell)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function shownLength(text: string): number {
  // oxlint-disable-next-line no-control-regex -- ANSI codes begin with ESC
  return text.replaceAll(/\u001B\[\d+m/g, "").length;
}
