/** What an invocation of a test case gave. */
export interface CaseAnswer {
  readonly payload: Buffer;
  /** `Unhandled` or `Handled` when the function failed. */
  readonly functionError: string | null;
}

/** One place where the answer is not what was expected. */
export interface Difference {
  /** JSON path, as `$.headers["content-type"]` or `$.items[0].id`. */
  readonly path: string;
  /** JSON text, or words in angle brackets where there is nothing. */
  readonly expected: string;
  readonly actual: string;
}

/**
 * Compares an answer with the `.expect.json` of a test case. Of an object, only the members that the expectation names
 * count, at every depth; lists must be complete and in order. `{"$error": "ValueError"}` expects the function to fail with
 * that type.
 *
 * @returns nothing when the answer is as expected
 */
export function diffExpectation(answer: CaseAnswer, expectation: unknown): readonly Difference[] {
  const payload = parsePayload(answer.payload);
  const wantedError = isObject(expectation) ? expectation["$error"] : undefined;
  if (wantedError !== undefined) return diffError(answer, payload, wantedError);
  if (answer.functionError !== null) {
    return [{ path: "$", expected: render(expectation), actual: describeError(payload) }];
  }
  if (payload === undefined) {
    const text = answer.payload.toString("utf8");
    return [{ path: "$", expected: render(expectation), actual: `<no JSON: ${shorten(text)}>` }];
  }
  return diffValue("$", payload.value, expectation);
}

/** The differences for a person: the path, then what was expected and what came. */
export function renderDifferences(differences: readonly Difference[]): string {
  return differences
    .map(({ path, expected, actual }) => `${path}\n  - expected ${expected}\n  + got      ${actual}\n`)
    .join("");
}

function diffError(
  answer: CaseAnswer,
  payload: { readonly value: unknown } | undefined,
  wanted: unknown,
): readonly Difference[] {
  const expected = `<the error ${typeof wanted === "string" ? wanted : render(wanted)}>`;
  if (answer.functionError === null) {
    const text = payload === undefined ? answer.payload.toString("utf8") : render(payload.value);
    return [{ path: "$", expected, actual: shorten(text) }];
  }
  return readErrorType(payload) === wanted ? [] : [{ path: "$", expected, actual: describeError(payload) }];
}

function diffValue(path: string, actual: unknown, expected: unknown): readonly Difference[] {
  if (Array.isArray(expected) && Array.isArray(actual)) return diffList(path, actual, expected);
  if (isObject(expected) && isObject(actual)) {
    return Object.entries(expected).flatMap(([name, value]) =>
      Object.hasOwn(actual, name)
        ? diffValue(path + renderStep(name), actual[name], value)
        : [{ path: path + renderStep(name), expected: render(value), actual: "<missing>" }],
    );
  }
  return Object.is(actual, expected) || (actual === 0 && expected === 0)
    ? []
    : [{ path, expected: render(expected), actual: render(actual) }];
}

function diffList(
  path: string,
  actual: readonly unknown[],
  expected: readonly unknown[],
): readonly Difference[] {
  const differences: Difference[] = [];
  for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
    const place = `${path}[${index}]`;
    if (index >= actual.length) {
      differences.push({ path: place, expected: render(expected[index]), actual: "<missing>" });
    } else if (index >= expected.length) {
      differences.push({ path: place, expected: "<nothing>", actual: render(actual[index]) });
    } else {
      differences.push(...diffValue(place, actual[index], expected[index]));
    }
  }
  return differences;
}

function describeError(payload: { readonly value: unknown } | undefined): string {
  const type = readErrorType(payload);
  const message = isObject(payload?.value) ? payload.value["errorMessage"] : undefined;
  const detail = typeof message === "string" && message !== "" ? `: ${shorten(message)}` : "";
  return `<the error ${typeof type === "string" ? type : "without a type"}${detail}>`;
}

function readErrorType(payload: { readonly value: unknown } | undefined): unknown {
  return isObject(payload?.value) ? payload.value["errorType"] : undefined;
}

function parsePayload(payload: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(payload.toString("utf8")) };
  } catch {
    return undefined;
  }
}

function renderStep(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function render(value: unknown): string {
  try {
    return shorten(JSON.stringify(value));
  } catch {
    return "<nested too deep to print>";
  }
}

/** What does not fit on a few lines says how much more there is. */
function shorten(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)}… (${text.length - 300} more)`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
