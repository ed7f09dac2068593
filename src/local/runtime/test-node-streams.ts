import { type Case, common, type More } from "./test-node-handler.ts";

/** A handler that is given a stream to write its response to. */
function writing(name: string, statements: string, more: More = {}): Case {
  const source = `const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  ${statements}
});`;
  return common(name, source, { streaming: true, ...more });
}

export const streams: readonly Case[] = [
  writing("a stream", "stream.write('one'); await pause(20); stream.write('two'); stream.end();"),
  writing("a stream for who wants a whole", "stream.write('one'); stream.end('two');", { streaming: false }),
  writing(
    "a stream of objects and bytes",
    "stream.write({ a: 1 }); stream.write(Buffer.from([1, 2, 255])); stream.write(new Uint8Array([3])); stream.end();",
  ),
  writing("a stream with a content type", "stream.setContentType('text/x-own'); stream.end('typed');"),
  writing(
    "a stream with a prelude",
    "stream = awslambda.HttpResponseStream.from(stream, { statusCode: 418, headers: { a: 'b' }, cookies: ['c=d'] }); stream.write('body'); stream.end();",
  ),
  writing(
    "a content type that comes too late",
    "stream.write('begun'); stream.setContentType('text/plain'); stream.end();",
  ),
  writing(
    "a stream through a pipeline",
    "const { pipeline } = require('node:stream/promises'); await pipeline(require('node:stream').Readable.from(['a', 'b', 'c']), stream);",
  ),
  writing("a stream with a result", "stream.end('written');\n  return 'ignored';"),
  writing("a stream that fails before it begins", "throw new TypeError('before');"),
  writing("a stream that breaks", "stream.write('begun'); await pause(20); throw new TypeError('broken');"),
  writing("a stream that is not finished", "stream.write('begun');", { timeout: 1 }),
  writing("the context beside a stream", "stream.end(JSON.stringify(Object.keys(context).toSorted()));"),
  common(
    "a stream of a plain function",
    "exports.handler = awslambda.streamifyResponse((event, stream) => { stream.end('x'); });",
    { streaming: true },
  ),
  common("a plain result for who wants a stream", "exports.handler = async () => ({ whole: true });", {
    streaming: true,
  }),
  common("a fault for who wants a stream", "exports.handler = async () => { throw new Error('whole'); };", {
    streaming: true,
  }),
];
