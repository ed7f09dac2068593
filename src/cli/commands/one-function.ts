import type { Positional } from "../command.ts";

/** Of verbs that take one function. */
export const oneFunction: Positional = {
  name: "FUNCTION",
  summary: "name, api/name or path; without one, the function whose folder you are in",
  least: 0,
  most: 1,
};
