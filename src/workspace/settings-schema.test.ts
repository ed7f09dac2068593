import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { renderSettingsSchema } from "./settings-schema.ts";

test("schema/brig.schema.json is what the definition gives (vitest run -u writes it anew)", async () => {
  const file = fileURLToPath(new URL("../../schema/brig.schema.json", import.meta.url));
  await expect(renderSettingsSchema()).toMatchFileSnapshot(file);
});

test("the schema is closed but for AWS's own names", () => {
  const schema = JSON.parse(renderSettingsSchema());
  expect(schema.additionalProperties).toBe(false);
  expect(schema.properties.build.additionalProperties).toBe(false);
  expect(schema.properties.function.additionalProperties).not.toBe(false);
  expect(schema.properties.function.required).toBeUndefined();
});
