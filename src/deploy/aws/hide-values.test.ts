import { expect, test } from "vitest";
import { hideValues } from "./hide-values.ts";

const Environment = { Variables: { TOKEN: 'a"secret\nvalue', PIN: "42", EMPTY: "" } };

test("no message shows a value, in whatever way it is echoed", () => {
  const echoes = [
    `String measured: {"TOKEN":"a\\"secret\\nvalue","PIN":"42"}`,
    `Value '{TOKEN=a"secret\nvalue, PIN=42}' at 'environment.variables' failed to satisfy constraint`,
    `the value a\\"secret\\nvalue is wrong, 42 too`,
    `the value a"secret\nvalue is wrong`,
  ];
  for (const echo of echoes) {
    const shown = hideValues(echo, { Environment });
    expect(shown).not.toMatch(/secret|(?<!\d)42(?!\d)/);
    expect(shown).toContain("***");
  }
});

test("the rest of a message stays", () => {
  const message = "Function not found: arn:aws:lambda:us-east-1:142421421421:function:hello";
  expect(hideValues(message, { Environment })).toBe(message);
  expect(hideValues(message, {})).toBe(message);
});
