import type { LoggingConfiguration } from "../contract.ts";

/** A handler, what it is called with, and how. */
export interface Case {
  /** Also the name of the module. */
  readonly name: string;
  readonly source?: string;
  readonly handler?: string;
  readonly payload?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly logging?: LoggingConfiguration;
  readonly clientContext?: string;
  readonly cognitoIdentity?: string;
  /** Invocations of one environment; the last one counts. */
  readonly rounds?: number;
  /** Compared under every version of Python, not only one. */
  readonly everywhere?: boolean;
}

const json: LoggingConfiguration = { format: "JSON", group: "/aws/lambda/differential" };

/** A handler that returns the value of an expression. */
function returning(name: string, expression: string, before = "", more: Partial<Case> = {}): Case {
  return { name, source: `${before}\n\ndef handler(event, context):\n    return ${expression}\n`, ...more };
}

/** A handler of these statements. */
function running(name: string, statements: string, before = "", more: Partial<Case> = {}): Case {
  const body = statements
    .trim()
    .split("\n")
    .map((line) => `    ${line}\n`)
    .join("");
  return { name, source: `${before}\n\ndef handler(event, context):\n${body}`, ...more };
}

const everywhere = { everywhere: true };

export const cases: readonly Case[] = [
  // Results.
  returning("echo", "event", "", everywhere),
  returning("echo_unicode", "event", "", {
    payload: '{"a": "\\u00e9\\u2028\\ud83d\\ude00", "\\u00fc": "\\n\\"\\\\/\\u0001"}',
    everywhere: true,
  }),
  returning("nothing", "None"),
  returning("text", "'plain ü'"),
  returning("number", "1e100"),
  returning("nested", "{'a': [1, 2.0, True, None, {'b': ()}], 'c': {}, 'd': [], 'e': 'x' * 3}"),
  returning("large_integer", "[2 ** 80, -1, 0.1, 1e-7, 1e16, 123456789.123]"),
  returning("not_a_number", "[float('nan'), float('inf'), -float('inf')]"),
  returning(
    "decimals",
    "[Decimal('1E+3'), Decimal('1.10'), Decimal('NaN'), {'d': Decimal(5)}]",
    "from decimal import Decimal",
    everywhere,
  ),
  returning(
    "named_tuple",
    "Point(1, [Point(2, 3)])",
    "from collections import namedtuple\nPoint = namedtuple('Point', 'x y')",
    everywhere,
  ),
  returning("plain_tuple", "(1, (2, 'b'))"),
  returning("bytes_result", "b'\\x00\\xffraw'", "", everywhere),
  returning("bytes_inside", "{'a': b'text \\xc3\\xbc'}"),
  returning("bytes_inside_invalid", "{'a': b'\\xff'}"),
  returning("keys", "{1: 'a', None: 'b', True: 'c', 1.5: 'd', 'x': 'e'}"),
  returning("key_tuple", "{(1, 2): 'a'}"),
  returning("key_bytes", "{b'k': 1}"),
  returning(
    "enumerations",
    "[Colour.RED, Size.BIG]",
    "import enum\nclass Colour(enum.IntEnum):\n    RED = 3\nclass Size(str, enum.Enum):\n    BIG = 'big'",
    everywhere,
  ),
  returning(
    "subclasses",
    "[Text('t'), Number(4), Real(1.5), List([1]), OrderedDict(a=1), defaultdict(list, {'k': [1]})]",
    "from collections import OrderedDict, defaultdict\nclass Text(str):\n    pass\nclass Number(int):\n    pass\nclass Real(float):\n    pass\nclass List(list):\n    pass",
  ),
  returning("lone_surrogate", "'\\ud800'"),
  returning("set_result", "{1, 2}", "", everywhere),
  returning("date_result", "datetime.date(2020, 1, 2)", "import datetime"),
  returning("object_result", "{'a': Thing()}", "class Thing:\n    pass"),
  returning("exception_result", "ValueError('returned')"),
  returning("generator_result", "(n for n in range(3))"),
  returning("coroutine_result", "work()", "async def work():\n    return 1"),
  running("circular", "a = []\na.append(a)\nreturn a"),
  running("circular_dict", "a = {}\na['a'] = (a,)\nreturn a"),
  { name: "async_handler", source: "async def handler(event, context):\n    return 1\n" },
  // Forms of handlers.
  { name: "in_package", handler: "package.inner.handler" },
  { name: "in_folder", handler: "package/inner.handler", everywhere: true },
  {
    name: "callable_object",
    source:
      "class Handler:\n    def __call__(self, event, context):\n        return 'called'\nhandler = Handler()\n",
  },
  { name: "lambda_handler", source: "handler = lambda event, context: [event['number']]\n" },
  {
    name: "partial_handler",
    source:
      "import functools\ndef work(extra, event, context):\n    return extra\nhandler = functools.partial(work, 'bound')\n",
  },
  { name: "one_argument", source: "def handler(event):\n    return 1\n" },
  { name: "three_arguments", source: "def handler(a, b, c):\n    return 1\n" },
  { name: "not_callable", source: "handler = 5\n" },
  { name: "no_dot", handler: "handler", everywhere: true },
  { name: "missing_module", handler: "nowhere.handler", everywhere: true },
  { name: "missing_function", source: "x = 1\n", handler: "missing_function.nothing", everywhere: true },
  { name: "builtin_module", handler: "time.handler" },
  { name: "empty_function", source: "x = 1\n", handler: "empty_function." },
  { name: "missing_dependency", source: "import not_installed_anywhere\ndef handler(e, c):\n    pass\n" },
  { name: "bad_import_name", source: "from json import nothing_there\n" },
  { name: "bad_syntax", source: "def handler(event, context):\n    return (\n", everywhere: true },
  { name: "bad_indentation", source: "def handler(event, context):\nreturn 1\n" },
  {
    name: "import_raises",
    source: "def deep():\n    raise KeyError('setting')\n\ndeep()\n",
    everywhere: true,
  },
  { name: "import_exits", source: "import sys\nsys.exit(3)\n" },
  { name: "import_exits_zero", source: "exit_status = 0\nraise SystemExit(exit_status)\n" },
  { name: "import_interrupts", source: "raise KeyboardInterrupt\n" },
  { name: "import_base", source: "class Odd(BaseException):\n    pass\nraise Odd('odd')\n" },
  // Faults.
  running("raises", "inner(event)", "def inner(event):\n    raise ValueError('bad value ü')", everywhere),
  running("raises_empty", "raise RuntimeError"),
  running("raises_lines", "raise ValueError('one\\ntwo\\n  three')"),
  running(
    "raises_chained",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('outer') from error",
  ),
  running("raises_own", "raise Custom(1, 'two')", "class Custom(Exception):\n    pass"),
  running(
    "raises_odd_text",
    "raise Odd()",
    "class Odd(Exception):\n    def __str__(self):\n        return '<' + 'x' * 5 + '>'",
  ),
  running("raises_group", "raise ExceptionGroup('several', [ValueError('a'), TypeError('b')])"),
  running("raises_deep", "return handler(event, context)"),
  running("raises_notes", "error = ValueError('noted')\nerror.add_note('a note')\nraise error"),
  running("raises_system_exit", "raise SystemExit(4)"),
  running("calls_exit", "import sys\nsys.exit()", "", everywhere),
  running("calls_exit_text", "import sys\nsys.exit('bye')"),
  running("calls_os_exit", "import os\nos._exit(7)"),
  running("raises_interrupt", "raise KeyboardInterrupt"),
  running("raises_memory", "raise MemoryError('no more')"),
  running("raises_stop", "raise StopIteration(5)"),
  running("raises_in_json", "return json.loads('{')", "import json"),
  running(
    "second_time",
    "global count\ncount += 1\nif count == 2:\n    raise ValueError(count)\nreturn count",
    "count = 0",
    { rounds: 3 },
  ),
  // Context.
  returning(
    "context_values",
    "[context.aws_request_id, context.function_name, context.function_version, context.memory_limit_in_mb, context.invoked_function_arn, context.log_group_name, context.client_context, context.tenant_id, context.identity.cognito_identity_id]",
    "",
    everywhere,
  ),
  returning(
    "context_attributes",
    "sorted(name for name in vars(context) if not name.startswith('_'))",
    "",
    everywhere,
  ),
  returning("context_methods", "sorted(name for name in dir(context) if not name.startswith('_'))"),
  returning(
    "context_type",
    "[type(context).__name__, type(context).__module__, str(type(context.identity)), 0 < context.get_remaining_time_in_millis() <= 20000, type(context.get_remaining_time_in_millis()).__name__]",
  ),
  returning(
    "context_client",
    "[repr(context.client_context.client), context.client_context.custom, context.client_context.env, repr(context.identity), repr(context.client_context)]",
    "",
    {
      clientContext:
        '{"client":{"installation_id":"i","app_title":"t"},"custom":{"a":"b"},"env":{"locale":"de"}}',
      cognitoIdentity: '{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"}',
    },
  ),
  returning(
    "context_custom_only",
    "[context.client_context.client, context.client_context.custom, context.client_context.env]",
    "",
    { clientContext: '{"custom":{"a":"b"}}' },
  ),
  returning(
    "context_w3c",
    "[context.w3c(), vars(context.client_context) if hasattr(context.client_context, '__dict__') else 0]",
    "",
    {
      clientContext: '{"w3c":{"traceparent":"p","tracestate":5,"other":"o","baggage":"b"}}',
    },
  ),
  returning("context_repr", "repr(context).replace(context.log_stream_name, 'STREAM')"),
  running("context_log", "context.log('one')\ncontext.log('two\\n')\ncontext.log(5)\ncontext.log({'a': 1})"),
  returning("trace_variable", "os.environ.get('_X_AMZN_TRACE_ID')", "import os"),
  // Logs.
  running(
    "prints",
    "print('one')\nprint('two', end='')\nprint('three\\nfour')\nprint('another\\rline')\nsys.stderr.write('error\\n')",
    "import sys",
    everywhere,
  ),
  running("prints_at_import", "print('at run')", "print('at import')"),
  running(
    "logs",
    "logging.warning('warning %s', 1)\nlogging.error('lines\\nof text')\nlogging.info('not seen')\nlogging.getLogger('a.b').critical('named')",
    "import logging",
    everywhere,
  ),
  running(
    "logs_info",
    "logging.getLogger().setLevel(logging.INFO)\nlogging.info('seen')\nlogging.debug('not seen')",
    "import logging",
  ),
  running(
    "logs_exception",
    "try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('caught')\n    logging.getLogger('x').error('again', exc_info=True, stack_info=False)",
    "import logging",
    everywhere,
  ),
  running("logs_at_import", "logging.warning('at run')", "import logging\nlogging.warning('at import')"),
  running(
    "logs_basic_config",
    "logging.basicConfig(level=logging.DEBUG, format='%(message)s')\nlogging.debug('not seen')",
    "import logging",
  ),
  running("logs_unicode", "logging.error('ü \\u2028 \\U0001f600')", "import logging"),
  running(
    "logs_handlers",
    "root = logging.getLogger()\nreturn [len(root.handlers), root.level, type(root.handlers[0]).__mro__[1].__name__]",
    "import logging",
  ),
  running("logs_bad_arguments", "logging.error('%d', 'x')\nreturn 1", "import logging"),
  running(
    "json_logs",
    "logging.getLogger('a').warning('warning %s', 1)\nlogging.info('not seen')\nprint('printed')",
    "import logging",
    { logging: json, everywhere: true },
  ),
  running("json_logs_level", "logging.debug('seen')\nlogging.info('seen too')", "import logging", {
    logging: { ...json, applicationLevel: "DEBUG" },
  }),
  running("json_logs_warn", "logging.info('not seen')\nlogging.warning('seen')", "import logging", {
    logging: { ...json, applicationLevel: "WARN" },
  }),
  running(
    "json_logs_exception",
    "try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('caught')",
    "import logging",
    { logging: json, everywhere: true },
  ),
  running(
    "json_logs_extra",
    "logging.warning('with', extra={'order': 5, 'thing': {'a': [1]}, 'odd': {1, }})",
    "import logging",
    { logging: json },
  ),
  running("json_logs_unicode", "logging.warning('ü')\nlogging.warning({'a': 1})", "import logging", {
    logging: json,
  }),
  running("json_raises", "raise ValueError('bad ü')", "", { logging: json, everywhere: true }),
  { name: "json_import_raises", source: "raise KeyError('setting')\n", logging: json },
  running("json_prints", "print('one')\nprint('{\"a\": 1}')", "", { logging: json }),
  // Surroundings.
  returning("working_folder", "os.getcwd()", "import os"),
  returning("own_file", "__file__"),
  returning("write_bytecode", "sys.dont_write_bytecode", "import sys"),
  returning(
    "encodings",
    "[sys.stdout.encoding, sys.getfilesystemencoding(), sys.getdefaultencoding()]",
    "import sys",
  ),
  returning("event_numbers", "[type(v).__name__ for v in event]", "", {
    payload: '[1, 1.0, 1e3, 12345678901234567890, "a", null, true]',
  }),
  returning("event_duplicates", "event", "", { payload: '{"a": 1, "a": 2}' }),
  returning("event_scalar", "event", "", { payload: '"text"' }),
  returning("event_invalid", "event", "", { payload: "nope" }),
  returning("event_surrogate", "len(event)", "", { payload: '"\\ud800"' }),
];
