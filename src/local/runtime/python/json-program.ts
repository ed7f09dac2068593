/**
 * Part of the Python bootstrap: a result as JSON. Lambda's own client writes JSON by `simplejson`: a named tuple
 * becomes an object, a Decimal a number as it is written, bytes are text, and from Python 3.12 on text stays
 * unescaped. What consists of plain values only, nearly everything, is left to the standard library's encoder in C.
 */
export const jsonProgram = String.raw`
plain_types = frozenset((str, int, float, bool, type(None)))


def is_plain(value):
    kind = type(value)
    if kind in plain_types:
        return True
    if kind is dict:
        for key, item in value.items():
            if type(key) not in plain_types or (type(item) not in plain_types and not is_plain(item)):
                return False
        return True
    if kind is list:
        for item in value:
            if type(item) not in plain_types and not is_plain(item):
                return False
        return True
    return kind is tuple and is_plain(list(value))


class Encoder:
    def __init__(self, escape_all):
        self.plain = json.JSONEncoder(ensure_ascii=escape_all)
        self.text = json.encoder.encode_basestring_ascii if escape_all else json.encoder.encode_basestring

    def encode(self, value):
        try:
            plain = is_plain(value)
        except RecursionError:
            plain = False
        if plain:
            return self.plain.encode(value)
        parts = []
        self.write(value, parts.append, set())
        return "".join(parts)

    def write(self, value, put, above):
        if isinstance(value, str):
            put(self.text(value))
        elif isinstance(value, bytes):
            put(self.text(value.decode("utf-8")))
        elif value is None or value is True or value is False:
            put(constants[value])
        elif isinstance(value, int):
            put(int.__repr__(value))
        elif isinstance(value, float):
            put(write_float(value))
        else:
            self.write_compound(value, put, above)

    def write_compound(self, value, put, above):
        if id(value) in above:
            raise ValueError("Circular reference detected")
        above.add(id(value))
        as_dict = None if isinstance(value, list) else getattr(value, "_asdict", None)
        if callable(as_dict):
            self.write_object(as_dict(), put, above)
        elif isinstance(value, (list, tuple)):
            separator = "["
            for item in value:
                put(separator)
                self.write(item, put, above)
                separator = ", "
            put("[]" if separator == "[" else "]")
        elif isinstance(value, dict):
            self.write_object(value, put, above)
        elif "decimal" in sys.modules and isinstance(value, sys.modules["decimal"].Decimal):
            put(str(value))
        else:
            raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)
        above.discard(id(value))

    def write_object(self, value, put, above):
        separator = "{"
        for key, item in value.items():
            put(separator)
            put(self.text(write_key(key)))
            put(": ")
            self.write(item, put, above)
            separator = ", "
        put("{}" if separator == "{" else "}")


constants = {None: "null", True: "true", False: "false"}


def write_float(value):
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return float.__repr__(value)


def write_key(key):
    if isinstance(key, str):
        return key
    if isinstance(key, bytes):
        return key.decode("utf-8")
    if key is None or key is True or key is False:
        return constants[key]
    if isinstance(key, int):
        return int.__repr__(key)
    if isinstance(key, float):
        return write_float(key)
    if "decimal" in sys.modules and isinstance(key, sys.modules["decimal"].Decimal):
        return str(key)
    raise TypeError("keys must be str, int, float, bool or None, not " + type(key).__name__)
`;
