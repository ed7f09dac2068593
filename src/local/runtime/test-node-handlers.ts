import type { LoggingConfiguration } from "../contract.ts";
import { type Case, common, type More } from "./test-node-handler.ts";
import { streams } from "./test-node-streams.ts";

/** An ECMAScript module. */
function modern(name: string, source: string, more: More = {}): Case {
  return { name, files: { "app.mjs": source }, handler: "app.handler", ...more };
}

/** An asynchronous handler that returns the value of an expression. */
function returning(name: string, expression: string, more: More = {}): Case {
  return common(name, `exports.handler = async (event, context) => (${expression});`, more);
}

/** An asynchronous handler of these statements. */
function running(name: string, statements: string, more: More = {}): Case {
  return common(name, `exports.handler = async (event, context) => {\n  ${statements}\n};`, more);
}

/** A handler of an event, a context and a callback, which Node 24 and later refuse alike. */
function calling(name: string, statements: string, more: More = {}): Case {
  const source = `exports.handler = (event, context, callback) => {\n  ${statements}\n};`;
  return common(name, source, { once: true, ...more });
}

const json: LoggingConfiguration = { format: "JSON", group: "/aws/lambda/differential" };
const jsonAtInfo: LoggingConfiguration = { ...json, applicationLevel: "INFO" };
const late = 'setTimeout(() => console.log("late"), 40);';
/** Later than anybody waits. */
const never = 'setTimeout(() => console.log("never"), 15000);';

const results: readonly Case[] = [
  returning("echo", "event"),
  returning("echo of odd texts", "event", {
    payload: '{"a": "\\u00e9\\u2028\\ud83d\\ude00", "\\u00fc": "\\n\\"\\\\/\\u0001", "__proto__": 1}',
  }),
  returning("echo of numbers", "event", { payload: "[1e400, 12345678901234567890, -0, 1.0]" }),
  returning("an event that is a text", "[typeof event, event]", { payload: '"text"' }),
  returning("nothing", "undefined", { once: false }),
  returning("null", "null"),
  returning("a text", "'plain ü'"),
  returning("a lone surrogate", "'\\ud800'"),
  returning("numbers", "[NaN, Infinity, -0, 1e21, 0.1 + 0.2]"),
  returning("a date", "new Date(0)"),
  returning("what JSON leaves out", "({ a: undefined, b() {}, c: Symbol('s'), d: [undefined, () => 1] })"),
  returning("a map and a set", "[new Map([[1, 2]]), new Set([1])]"),
  returning("a buffer", "Buffer.from('raw')"),
  returning("a value with toJSON", "({ toJSON: () => ({ made: 'json' }) })"),
  returning("an error as a result", "Object.assign(new Error('kept'), { code: 'E1' })"),
  returning("a function as a result", "() => 1", { once: false }),
  returning("a big integer", "5n", { once: false }),
  running("a circle", "const circle = {}; circle.self = circle; return circle;"),
  running("a toJSON that throws", "return { toJSON() { throw new RangeError('in toJSON') } };"),
];

const forms: readonly Case[] = [
  common("a promise from a plain function", "exports.handler = () => Promise.resolve({ a: 1 });"),
  common(
    "something that can be awaited",
    "exports.handler = () => ({ then: (resolve) => resolve('later') });",
  ),
  common("a plain result", "exports.handler = () => 'ignored up to 22';"),
  common("a plain throw", "exports.handler = () => { throw new TypeError('at once'); };"),
  calling("a callback", "callback(null, { called: 'back' });", { once: false }),
  calling("a callback with an error", "callback(new SyntaxError('called back'));"),
  calling("a callback with a text for an error", "callback('only a text');"),
  calling("a callback with an object for an error", "callback({ name: 'N', message: 'M' });"),
  calling("two callbacks", "callback(null, 'first'); callback(null, 'second');"),
  calling("a callback and work left over", `${late} callback(null, 'done');`),
  calling(
    "a callback that does not wait",
    `context.callbackWaitsForEmptyEventLoop = false; ${never} callback(null, 'done');`,
  ),
  calling("a callback after a while", "setTimeout(() => callback(null, 'slow'), 20);"),
  calling("no callback at all", late),
  calling("a promise beside a callback", "return Promise.resolve('promised');"),
  calling("context.succeed", "context.succeed({ old: 'way' });"),
  calling("context.fail", "context.fail(new EvalError('old way'));"),
  calling("context.done", "context.done(null, 'done');"),
  calling("context.done with an error", "context.done(new Error('not done'));"),
  calling("a throw before a callback", "throw new RangeError('thrown');"),
  common("a generator", "exports.handler = async function* () { yield 1; };"),
  common(
    "a class's method",
    "class A { async handler() { return this === undefined; } }\nexports.handler = new A().handler;",
  ),
];

const places: readonly Case[] = [
  modern("a module", "export const handler = async () => import.meta.url;"),
  modern(
    "a module's top-level await",
    "const value = await Promise.resolve(3);\nexport const handler = async () => value;",
  ),
  modern("a default export", "export default { handler: async () => 'by default' };"),
  {
    name: "a .cjs file",
    files: { "app.cjs": "exports.handler = async () => __filename;" },
    handler: "app.handler",
  },
  {
    name: "a file without an ending",
    files: { app: "exports.handler = async () => 'bare';" },
    handler: "app.handler",
  },
  {
    name: "a folder of type module",
    files: {
      "src/app.js": "export const handler = async () => typeof require;",
      "package.json": '{"type": "module"}',
    },
    handler: "src/app.handler",
  },
  common("a nested export", "exports.a = { b: { handler: async () => 'deep' } };", {
    handler: "app.a.b.handler",
  }),
  {
    name: "a package in node_modules",
    files: {
      "node_modules/inner/index.js": "exports.handler = async () => __filename;",
    },
    handler: "inner.handler",
  },
  {
    name: "a module's own imports",
    files: {
      "app.mjs": "import { value } from './lib/value.mjs';\nexport const handler = async () => value;",
      "lib/value.mjs": "export const value = 'imported';",
    },
    handler: "app.handler",
  },
];

const faults: readonly Case[] = [
  running("an error", "throw new Error('plain');"),
  running(
    "an error of its own class",
    "class Own extends Error { constructor(m) { super(m); this.code = 7; this.extra = { a: [1] }; } }\n  throw new Own('own');",
  ),
  running(
    "an error with another name",
    "const error = new Error('named'); error.name = 'Renamed'; throw error;",
  ),
  running("an error with a cause", "throw new Error('outer', { cause: new TypeError('inner') });"),
  running("errors together", "throw new AggregateError([new Error('a'), new Error('b')], 'many');"),
  running(
    "an error without a stack",
    "const error = new Error('bare'); delete error.stack; error.stack = undefined; throw error;",
  ),
  running("an error with an odd character", "throw new Error('odd \\x7f and \\u2028');"),
  running("an error with a circle", "const error = new Error('round'); error.self = error; throw error;"),
  running("a thrown text", "throw 'text';"),
  running("a thrown number", "throw 42;"),
  running("a thrown object", "throw { message: 'not an error', stack: 'none' };"),
  running(
    "a thrown object that looks like an error",
    "throw { name: 'Looks', message: 'like', stack: 'Looks: like\\n    at nowhere' };",
  ),
  running("a thrown nothing", "throw undefined;"),
  running("a thrown null", "throw null;"),
  running("an error out of Node", "require('fs').readFileSync('/not/there');"),
  running(
    "an unhandled rejection",
    "Promise.reject(new Error('lost')); await new Promise((resolve) => setTimeout(resolve, 2000));",
  ),
  running(
    "an unhandled rejection of a text",
    "Promise.reject('lost text'); await new Promise((resolve) => setTimeout(resolve, 2000));",
  ),
  running(
    "an uncaught exception",
    "setTimeout(() => { throw new TypeError('later'); }, 5); await new Promise((resolve) => setTimeout(resolve, 2000));",
  ),
  running("the end of the process", "process.exit(3);"),
  running("the end of the process without fault", "process.exit(0);"),
  common("a throw at import", "throw new EvalError('at import');"),
  common("a throw of a text at import", "throw 'text at import';"),
  modern("a throw in a module", "throw new EvalError('in a module');\nexport const handler = 1;"),
  modern(
    "a rejection in a module",
    "await Promise.reject(new RangeError('awaited'));\nexport const handler = 1;",
  ),
  common("a syntax error", "exports.handler = {"),
  modern("a syntax error in a module", "export const handler = {"),
  common("a missing module", "require('not-there');"),
  modern("a missing module of a module", "import 'not-there';\nexport const handler = async () => 1;"),
  common("a missing file", "", { handler: "nowhere.handler" }),
  common("a missing export", "exports.other = 1;"),
  common("an export that is no function", "exports.handler = 5;"),
  common("a handler without a dot", "exports.handler = async () => 1;", { handler: "app" }),
  common("a handler that climbs", "exports.handler = async () => 1;", { handler: "../app.handler" }),
  common("the end of the process at import", "process.exit(5);"),
];

const logs: readonly Case[] = [
  common(
    "lines of a log",
    "console.log('at import');\nexports.handler = async () => { console.log('one\\ntwo %s %d', 'x', 3, { a: { b: { c: { d: 1 } } } }); console.info(); console.warn(new Error('w').message); console.error('e'); console.debug('d'); console.trace('t'); };",
  ),
  running("an error in a log", "console.error(new RangeError('logged').message, [1, , 2], null, undefined);"),
  running(
    "output beside the log",
    "process.stdout.write('plain\\n'); console.log('logged'); process.stdout.write('plain again\\n');",
  ),
  running(
    "a log as JSON",
    "console.log('text'); console.info({ a: 1, b: 'ü' }); console.warn('with %s', 'format', { c: 1 }); console.error(new TypeError('inner')); console.log('and', new RangeError('behind')); console.debug(5n);",
    { logging: json },
  ),
  running(
    "a log as JSON above a level",
    "console.trace('t'); console.debug('unseen'); console.info('seen'); console.error();",
    { logging: jsonAtInfo },
  ),
  running("a fault with a log as JSON", "throw Object.assign(new Error('as JSON'), { code: 'E' });", {
    logging: json,
  }),
  common("a fault at import with a log as JSON", "throw new Error('at import, as JSON');", { logging: json }),
];

const surroundings: readonly Case[] = [
  returning(
    "the context",
    "[Object.keys(context).toSorted(), { ...context, logStreamName: 0 }, typeof context.getRemainingTimeInMillis()]",
  ),
  calling("the context beside a callback", "callback(null, Object.keys(context).toSorted());"),
  returning("what the client told", "[context.clientContext, context.identity]", {
    clientContext: '{"custom": {"a": "ü"}, "env": {}}',
    cognitoIdentity: '{"cognitoIdentityId": "one", "cognitoIdentityPoolId": "two"}',
  }),
  returning("the trace", "process.env._X_AMZN_TRACE_ID"),
  returning(
    "what is global",
    "[Object.keys(awslambda).toSorted(), typeof awslambda.HttpResponseStream.from, typeof gc]",
  ),
  returning(
    "the working directory and the main file",
    "[process.cwd(), process.env.LAMBDA_TASK_ROOT, __dirname, require.main === module]",
  ),
  returning(
    "what is listened to",
    "['uncaughtException', 'unhandledRejection'].map((name) => process.listenerCount(name))",
  ),
  common(
    "state between invocations",
    "let count = 0;\nexports.handler = async () => { console.log(++count); return count; };",
    { rounds: 3 },
  ),
  common(
    "an invocation after a fault",
    "let count = 0;\nexports.handler = async () => { if (++count === 1) throw new Error('first'); return count; };",
    { rounds: 2 },
  ),
];

export const cases: readonly Case[] = [
  ...results.map((each) => ({ once: true, ...each })),
  ...forms,
  ...places,
  ...faults,
  ...logs,
  ...surroundings,
  ...streams,
];
