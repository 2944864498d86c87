r"""Where logs put a text, and how they write a named value; each writes what it carries by its own format's rules.

`AROUND` carries any text in a place that says nothing about it, `BESIDE` a value under the name of its field. Both are
put into one another by the tests of embedding.
"""

import base64
import gzip
import html
import json
import re
import urllib.parse
from collections.abc import Callable

__all__ = ["AROUND", "BESIDE", "POSITIONS"]

_Around = Callable[[str], str]
_Beside = Callable[[str, str], str]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _ascii_json(value: object) -> str:
    return json.dumps(value)


def _quoted(text: str) -> str:
    """As Go, logfmt and C-like languages print a string."""
    return _json(text)


def _single(text: str) -> str:
    """As Python, JavaScript and Ruby print a string."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def _sql(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _url(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def _plus(text: str) -> str:
    return urllib.parse.quote_plus(text)


def _xml(text: str) -> str:
    return html.escape(text, quote=True)


def _line(text: str) -> str:
    """One line of text: what a formatter does with line ends."""
    return text.replace("\n", "\\n")


def _csv(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",;\n]', text) else text


def _cef(text: str) -> str:
    return text.replace("\\", "\\\\").replace("=", "\\=").replace("\n", "\\n")


def _nginx(text: str) -> str:
    return re.sub(r'["\\\n]', lambda sign: f"\\x{ord(sign[0]):02X}", text)


def _structured(text: str) -> str:
    return re.sub(r'(["\\\]])', r"\\\1", text)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _indented(text: str, margin: str = "  ") -> str:
    return text.replace("\n", "\n" + margin)


def _length(text: str) -> int:
    return len(text.encode())


_SOAP = '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>{}</soapenv:Body></soapenv:Envelope>'
_OTLP = {"severityText": "INFO", "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174"}


def _cloudwatch(text: str) -> str:
    events = [{"id": "36934", "timestamp": 1714557600123, "message": text}]
    return _json({"messageType": "DATA_MESSAGE", "logGroup": "/aws/lambda/shop", "logEvents": events})


def _subscription(text: str) -> str:
    data = base64.b64encode(gzip.compress(_cloudwatch(text).encode(), mtime=0)).decode()
    return _json({"awslogs": {"data": data}})


def _otlp(attributes: list[dict[str, object]], body: str) -> str:
    record = {**_OTLP, "timeUnixNano": "1714557600123000000", "body": {"stringValue": body}, "attributes": attributes}
    return _json({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]})


def _http(kind: str, body: str) -> str:
    return f"POST /v1/orders HTTP/1.1\r\nHost: api.internal\r\nContent-Type: {kind}\r\nContent-Length: {_length(body)}\r\n\r\n{body}"


def _multipart(name: str, text: str) -> str:
    body = f'--b0und4ry\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n--b0und4ry--\r\n'
    return _http("multipart/form-data; boundary=b0und4ry", body)


#: Places that say nothing about the text they carry.
AROUND: dict[str, _Around] = {
    # JSON and its relatives
    "json_leaf": lambda text: _json({"level": "info", "detail": text, "n": 3}),
    "json_ascii": lambda text: _ascii_json({"level": "info", "detail": text, "n": 3}),
    "json_last": lambda text: _json({"n": 1.10, "detail": text}),
    "json_array": lambda text: _json({"items": ["a", text, 7, None]}),
    "json_deep": lambda text: _json({"a": [[{"b": {"c": [{"d": text}]}}]], "z": 1}),
    "json_key": lambda text: _json({"seen": {text: 3}}),
    "json_string": lambda text: _json({"body": _json({"detail": text, "n": 1}), "n": 2}),
    "json_string_twice": lambda text: _json({"body": _json({"body": _json({"detail": text}), "n": 1})}),
    "json_pretty": lambda text: json.dumps({"level": "info", "detail": [text], "n": 3}, indent=2, ensure_ascii=False),
    "json_duplicate": lambda text: '{"detail":' + _json(text) + ',"detail":null}',
    "json_truncated": lambda text: _json({"n": 1, "body": {"detail": text, "long": "xxxxxxxx"}})[:-9],
    "json_cut": lambda text: _json({"n": 1, "detail": text})[:-2],
    "json_broken": lambda text: '{\'n\': 1,, "detail": ' + _json(text) + ", }",
    "json_prefixed": lambda text: "2024-05-01 10:00:00,123 INFO shop - payload=" + _json({"detail": text}),
    "json_lines": lambda text: _json({"n": 1}) + "\n" + _json({"detail": text}) + "\n" + _json({"n": 2}),
    "json5": lambda text: "{level: 'info', detail: " + _single(text) + ", n: +3,}",
    "docker": lambda text: _json({"log": text + "\n", "stream": "stdout", "time": "2024-05-01T10:00:00.123456789Z"}),
    "kubernetes": lambda text: f"2024-05-01T10:00:00.123456789Z stdout F {_line(text)}",
    "cloudwatch": _cloudwatch,
    "cloudwatch_subscription": _subscription,
    "otlp_body": lambda text: _otlp([], text),
    "otlp_attribute": lambda text: _otlp([{"key": "app.note", "value": {"stringValue": text}}], "done"),
    "fluentd": lambda text: _json([1714557600, {"message": text, "tag": "app.web"}]),
    "gelf": lambda text: _json({"version": "1.1", "host": "web-1", "short_message": text, "level": 6}),
    "connect": lambda text: _json({"schema": {"type": "string"}, "payload": text}),
    # lines
    "plain": lambda text: text,
    "logfmt": lambda text: f"level=info detail={_quoted(text)} took=3ms",
    "logfmt_last": lambda text: f"level=info took=3ms msg={_quoted(text)}",
    "csv": lambda text: f"1,{_csv(text)},ok",
    "semicolons": lambda text: f"1;{_csv(text)};ok",
    "tabs": lambda text: f"1\t{_line(text)}\tok",
    "pipes": lambda text: f"1|{_line(text)}|ok",
    "brackets": lambda text: f"INFO [{_line(text)}] <main> done",
    "parens": lambda text: f"INFO done ({_line(text)})",
    "angles": lambda text: f"INFO done <{_line(text)}>",
    "arrows": lambda text: f"INFO a -> {_line(text)} -> b",
    "backticks": lambda text: f"INFO value `{_line(text)}` done",
    "dots": lambda text: f"INFO got {_line(text)}.",
    "comma": lambda text: f"INFO got {_line(text)}, then went on",
    "syslog_3164": lambda text: f"<34>Oct 11 22:14:15 web-1 shop[812]: {_line(text)}",
    "syslog_5424": lambda text: f"<34>1 2003-10-11T22:14:15.003Z web-1 shop 812 ID47 - {_line(text)}",
    "syslog_data": lambda text: f'<34>1 2003-10-11T22:14:15.003Z web-1 shop 812 ID47 [note@32473 detail="{_structured(text)}" n="3"] done',
    "cef": lambda text: f"CEF:0|Acme|Gate|1.0|100|worm stopped|5|act=block msg={_cef(text)} cnt=3",
    "cef_name": lambda text: f"CEF:0|Acme|Gate|1.0|100|{_line(text).replace('|', chr(92) + '|')}|5|act=block cnt=3",
    "leef": lambda text: f"LEEF:2.0|Acme|Gate|1.0|100|^|cat=block^detail={_line(text)}^cnt=3",
    "access_agent": lambda text: f'- - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 12 "-" "{_nginx(text)}"',
    "access_path": lambda text: f'- - - [10/Oct/2000:13:55:36 -0700] "GET /find/{_url(text)}/top HTTP/1.1" 200 12 "-" "-"',
    "access_query": lambda text: f'- - - [10/Oct/2000:13:55:36 -0700] "GET /find?page=1&q={_plus(text)}&up=1 HTTP/1.1" 200 12',
    "access_referer": lambda text: f'- - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 12 "https://shop.example/?q={_url(text)}" "-"',
    "haproxy": lambda text: f'haproxy[14389]: [06/Feb/2009:12:14:14] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- {{{_line(text)}|}} "GET / HTTP/1.1"',
    "audit": lambda text: f"type=USER_CMD msg=audit(1714557600.123:4711): pid=812 res={_quoted(text)}",
    # programs
    "java_trace": lambda text: f"java.lang.IllegalStateException: no such {text}\n\tat com.acme.A.load(A.java:12)\nCaused by: java.io.IOException: x\n\t... 3 more",
    "java_line": lambda text: f"java.lang.IllegalStateException: no such {_line(text)}\\n\\tat com.acme.A.load(A.java:12)",
    "python_trace": lambda text: f'Traceback (most recent call last):\n  File "/srv/shop/api.py", line 12, in load\n    raise ValueError(x)\nValueError: {text}',
    "python_locals": lambda text: f"  File \"/srv/shop/api.py\", line 12, in load\n    x = 3\n    detail = {_single(text)}\n    n = 1\n",
    "python_bytes": lambda text: f"got b{_single(text)} from peer",
    "python_tuple": lambda text: f"query failed: (3, {_single(text)}, None)",
    "go_panic": lambda text: f"panic: {text}\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/shop/main.go:12 +0x1d",
    "go_wrapped": lambda text: f'load: parse {_quoted(text)}: unexpected end of input',
    "node_trace": lambda text: f"Error: {text}\n    at Object.<anonymous> (/srv/shop/index.js:3:11)\n    at node:internal/main/run_main_module:23:47",
    "dotnet_trace": lambda text: f"System.InvalidOperationException: {text}\r\n   at Acme.Shop.Load(String x) in /src/Shop.cs:line 12\r\n   --- End of inner exception stack trace ---",
    "ruby_trace": lambda text: f"/srv/shop/app.rb:12:in `load': {text} (RuntimeError)\n\tfrom /srv/shop/app.rb:3:in `<main>'",
    "php_trace": lambda text: f"PHP Fatal error:  Uncaught Exception: {text} in /srv/shop/a.php:12\nStack trace:\n#0 /srv/shop/b.php(3): load({_single(text)})\n#1 {{main}}",
    "rust_debug": lambda text: f'Error: Parse {{ input: {_quoted(text)}, at: 3 }}',
    "java_print": lambda text: f"Order{{id=3, detail='{_line(text)}', n=1}}",
    "lombok": lambda text: f"Order(id=3, detail={_line(text)}, n=1)",
    "go_print": lambda text: f"{{ID:3 Detail:{_line(text)} N:1}}",
    "go_map": lambda text: f"map[detail:{_line(text)} n:1]",
    "ruby_print": lambda text: f"#<Order id: 3, detail: {_quoted(text)}, n: 1>",
    "ruby_hash": lambda text: f"{{:id=>3, :detail=>{_quoted(text)}}}",
    "elixir": lambda text: f"%{{detail: {_quoted(text)}, id: 3}}",
    "php_print": lambda text: f"Array\n(\n    [id] => 3\n    [detail] => {text}\n)\n",
    # protocols
    "http_json": lambda text: _http("application/json", _json({"detail": text})),
    "http_form": lambda text: _http("application/x-www-form-urlencoded", f"n=1&detail={_plus(text)}&m=2"),
    "http_text": lambda text: _http("text/plain", text),
    "http_xml": lambda text: _http("application/xml", f"<o><d>{_xml(text)}</d></o>"),
    "http_multipart": lambda text: _multipart("detail", text),
    "http_header": lambda text: f"GET / HTTP/1.1\r\nHost: api.internal\r\nX-Note: {_line(text)}\r\nAccept: */*\r\n\r\n",
    "graphql": lambda text: _json({"query": f"query {{ order(detail: {_quoted(text)}) {{ id }} }}", "variables": {}}),
    "graphql_variables": lambda text: _json({"query": "query($d: String!) { order(detail: $d) { id } }", "variables": {"d": text}}),
    "url_path": lambda text: f"GET https://api.internal/v1/find/{_url(text)}",
    "url_query": lambda text: f"fetch https://api.internal/find?q={_url(text)} failed",
    "url_fragment": lambda text: f"fetch https://api.internal/find#{_url(text)} failed",
    "url_redirect": lambda text: f"302 https://a.internal/login?next={_url('https://b.internal/x?q=' + _url(text))}",
    "xml_element": lambda text: f"<order><detail>{_xml(text)}</detail></order>",
    "xml_attribute": lambda text: f'<order detail="{_xml(text)}" n="1"/>',
    "xml_cdata": lambda text: f"<order><detail><![CDATA[{text}]]></detail></order>",
    "soap": lambda text: _SOAP.format(f"<o:detail>{_xml(text)}</o:detail>"),
    "proto_text": lambda text: f"order {{ id: 3 detail: {_quoted(text)} }}",
    "yaml": lambda text: f"level: info\ndetail: {_quoted(text)}\nn: 3\n",
    "yaml_block": lambda text: f"level: info\ndetail: |\n  {_indented(text)}\nn: 3\n",
    "yaml_list": lambda text: f"items:\n  - {_single(text)}\n  - b\n",
    "toml": lambda text: f"[app]\nn = 3\ndetail = {_quoted(text)}\n",
    "ini": lambda text: f"[app]\nn=3\ndetail={_line(text)}\n",
    # databases
    "sql_literal": lambda text: f"SELECT id FROM orders WHERE detail = {_sql(text)} LIMIT 1",
    "sql_insert": lambda text: f"INSERT INTO orders (id, detail, n) VALUES (3, {_sql(text)}, 1)",
    "sql_in_log": lambda text: f'ERROR: syntax error at or near "x" STATEMENT: UPDATE orders SET detail={_sql(text)}',
    "postgres_key": lambda text: f'ERROR:  duplicate key value violates unique constraint "orders_key"\nDETAIL:  Key (detail)=({text}) already exists.',
    "postgres_parameters": lambda text: f"DETAIL:  parameters: $1 = '3', $2 = {_sql(text)}",
    "postgres_row": lambda text: f"DETAIL:  Failing row contains (3, {text}, null, t).",
    "mysql_entry": lambda text: f"Duplicate entry {_sql(text)} for key 'orders.detail'",
    "mssql_key": lambda text: f"Cannot insert duplicate key in object 'dbo.Orders'. The duplicate key value is ({text}).",
    "mongo": lambda text: f'E11000 duplicate key error collection: shop.orders index: detail_1 dup key: {{ detail: {_quoted(text)} }}',
    "hibernate": lambda text: f"binding parameter [2] as [VARCHAR] - [{text}]",
    "redis": lambda text: f'1714557600.123456 [0 unix:/run/r.sock] "SET" "note:3" {_quoted(text)}',
    "bytes_list": lambda text: f"payload={_base64(text)}",
}  # fmt: skip

#: How a value is written under a name.
BESIDE: dict[str, _Beside] = {
    "otlp": lambda text, field: _otlp([{"key": field, "value": {"stringValue": text}}], "done"),
    "otlp_dotted": lambda text, field: _otlp([{"key": "app." + field, "value": {"stringValue": text}}], "done"),
    "otlp_list": lambda text, field: _otlp([{"key": field, "value": {"arrayValue": {"values": [{"stringValue": text}]}}}], "done"),
    "dynamo": lambda text, field: _json({"Item": {"id": {"N": "3"}, field: {"S": text}}}),
    "ruby_instance": lambda text, field: f"#<User:0x00007f @id=3, @{field}={_quoted(text)}>",
    "rust_some": lambda text, field: f"User {{ id: 3, {field}: Some({_quoted(text)}) }}",
    "swift_optional": lambda text, field: f'User(id: 3, {field}: Optional({_quoted(text)}))',
    "query": lambda text, field: f"GET /v1/find?n=1&{field}={_url(text)}&m=2 HTTP/1.1",
    "yaml": lambda text, field: f"user:\n  id: 3\n  {field}: {_quoted(text)}\n",
    "yaml_single": lambda text, field: f"user:\n  id: 3\n  {field}: {_single(text)}\n",
    "properties": lambda text, field: f"app.user.{field.replace('_', '-')}={_line(text)}",
    "json": lambda text, field: _json({"ts": 1.10, field: text, "ok": True}),
    "json_camel": lambda text, field: _json({"ts": 1.10, _camel(field): text, "ok": True}),
    "json_spaced": lambda text, field: '{ "ts" : 1.10 , "' + field + '" : ' + _json(text) + " }",
    "json_deep": lambda text, field: _json({"a": [[{"b": {field: text}}]], "z": 1}),
    "json_list": lambda text, field: _json({field: [text]}),
    "json_string": lambda text, field: _json({"body": _json({"x": [1], field: text})}),
    "json_string_twice": lambda text, field: _json({"body": _json({"body": _json({field: text}), "n": 1})}),
    "json_duplicate": lambda text, field: f'{{"{field}":{_json(text)},"{field}":null}}',
    "json_truncated": lambda text, field: _json({"n": 1, "body": {field: text, "long": "xxxxxxxx"}})[:-9],
    "json_cut": lambda text, field: _json({"n": 1, field: text})[:-2],
    "json_prefixed": lambda text, field: "2024-05-01 10:00:00,123 INFO shop - payload=" + _json({field: text}),
    "json_dotted": lambda text, field: _json({"n": 1, "user." + field: text}),
    "json5": lambda text, field: f"{{ level: 'info', {field}: {_single(text)}, n: 3 }}",
    "name_value": lambda text, field: _json({"fields": [{"name": field, "value": text}]}),
    "key_value": lambda text, field: _json({"fields": [{"key": field, "value": text}]}),
    "logfmt": lambda text, field: f"level=info {field}={_quoted(text)} took=3ms",
    "assignment": lambda text, field: f"{field} = {_quoted(text)}",
    "aligned": lambda text, field: f"{field}        = {_quoted(text)}",
    "syslog_data": lambda text, field: f'<34>1 2003-10-11T22:14:15.003Z web-1 shop 812 ID47 [x@32473 {field}="{_structured(text)}" n="3"] done',
    "python_dict": lambda text, field: f"{{'id': 3, '{field}': {_single(text)}, 'n': 1}}",
    "python_print": lambda text, field: f"User(id=3, {field}={_single(text)}, n=1)",
    "python_locals": lambda text, field: f"  File \"/srv/a.py\", line 12, in load\n    {field} = {_single(text)}\n    n = 1\n",
    "javascript": lambda text, field: f"User {{ id: 3, {field}: {_single(text)}, n: 1 }}",
    "java_print": lambda text, field: f"User{{id=3, {field}='{_line(text)}', n=1}}",
    "ruby_print": lambda text, field: f"#<User id: 3, {field}: {_quoted(text)}, n: 1>",
    "ruby_hash": lambda text, field: f'{{"id"=>3, "{field}"=>{_quoted(text)}}}',
    "ruby_symbols": lambda text, field: f"{{:id=>3, :{field}=>{_quoted(text)}}}",
    "rust_debug": lambda text, field: f"User {{ id: 3, {field}: {_quoted(text)} }}",
    "elixir": lambda text, field: f"%User{{id: 3, {field}: {_quoted(text)}}}",
    "php_array": lambda text, field: f"array ( 'id' => 3, '{field}' => {_single(text)}, )",
    "php_serialized": lambda text, field: f'a:1:{{s:{len(field)}:"{field}";s:{_length(text)}:"{text}";}}',
    "php_dump": lambda text, field: f'array(1) {{ ["{field}"]=> string({_length(text)}) "{text}" }}',
    "csharp": lambda text, field: f'User {{ Id = 3, {_camel(field)} = {_quoted(text)} }}',
    "go_syntax": lambda text, field: f'main.User{{ID:3, {_camel(field)}:{_quoted(text)}}}',
    "swift": lambda text, field: f'User(id: 3, {field}: {_quoted(text)})',
    "form": lambda text, field: _http("application/x-www-form-urlencoded", f"n=1&{field}={_plus(text)}&m=2"),
    "form_brackets": lambda text, field: f"n=1&user%5B{field}%5D={_plus(text)}&m=2",
    "multipart": lambda text, field: _multipart(field, text),
    "xml_element": lambda text, field: f"<user><{field}>{_xml(text)}</{field}></user>",
    "xml_attribute": lambda text, field: f'<user id="3" {field}="{_xml(text)}"/>',
    "xml_cdata": lambda text, field: f"<user><{field}><![CDATA[{text}]]></{field}></user>",
    "soap": lambda text, field: _SOAP.format(f'<u:{field} xsi:type="xsd:string">{_xml(text)}</u:{field}>'),
    "html_input": lambda text, field: f'<input type="text" name="{field}" value="{_xml(text)}">',
    "graphql": lambda text, field: _json({"query": f"mutation {{ save({field}: {_quoted(text)}) {{ id }} }}", "variables": {}}),
    "graphql_variables": lambda text, field: _json({"query": "mutation { x }", "variables": {"input": {field: text}}}),
    "proto_text": lambda text, field: f"user {{ id: 3 {field}: {_quoted(text)} }}",
    "toml": lambda text, field: f"[user]\nid = 3\n{field} = {_quoted(text)}\n",
    "sql_where": lambda text, field: f"SELECT id FROM users WHERE {field} = {_sql(text)} LIMIT 1",
    "sql_quoted": lambda text, field: f'UPDATE users SET "{field}"={_sql(text)} WHERE id=3',
    "sql_backticks": lambda text, field: f"UPDATE users SET `{field}` = {_sql(text)} WHERE id=3",
    "postgres_key": lambda text, field: f"DETAIL:  Key ({field})=({text}) already exists.",
    "mongo": lambda text, field: f"dup key: {{ {field}: {_quoted(text)} }}",
    "environment": lambda text, field: f"export {field.upper()}={_sql(text)}",
}  # fmt: skip


def _camel(field: str) -> str:
    head, *rest = field.split("_")
    return head + "".join(word.capitalize() for word in rest)


#: Where in a text a value stands.
POSITIONS: dict[str, _Around] = {
    "alone": lambda text: text,
    "start": lambda text: f"{text} was seen",
    "middle": lambda text: f"saw {text} today",
    "end": lambda text: f"seen by {text}",
}
