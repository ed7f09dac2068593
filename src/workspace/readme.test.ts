import { expect, test } from "vitest";
import { findReadme, readmeProblem, readReadmeProblem } from "./readme.ts";
import { makeTree } from "./testing.ts";

test.each([
  ["README.md", "# hello\n\n## Code review policy\n\nTwo people.\n"],
  ["README.md", "# hello\r\n\r\nReviews\r\n-------\r\n"],
  ["README.md", "### Who reviews this?\n"],
  ["readme.MD", "# REVIEW #\n"],
  ["README.rst", "hello\n=====\n\nCode review\n-----------\n"],
  ["README.rst", "===========\nCode review\n===========\n"],
])("%s: %j has a section on review", (name, text) => {
  expect(readmeProblem(name, text)).toBeNull();
});

test.each([
  ["README.md", "# hello\n\nPlease review changes.\n"],
  ["README.md", "# hello\n\n```sh\n# review this\n```\n"],
  ["README.md", "# hello\n\n```\n# review this, in a block without an end\n"],
  ["README.md", ""],
  ["README.rst", "# Review\n"],
  ["README.rst", "Code review\n---\n"],
])("%s: %j has none", (name, text) => {
  expect(readmeProblem(name, text)).toBe("has no section on code review in its README");
});

test("the README of a folder is found, or missed", () => {
  expect(readReadmeProblem(makeTree({ "src/": "" }))).toBe("has no README");
  expect(findReadme(makeTree({ "README.txt": "" }))).toBeUndefined();
  const root = makeTree({ "README.rst": "Review\n======\n", "readme.html": "" });
  expect(findReadme(root)).toBe("README.rst");
  expect(readReadmeProblem(root)).toBeNull();
});
