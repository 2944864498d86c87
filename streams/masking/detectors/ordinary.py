"""What stands in the place of a field's value without being one: code, placeholders, paths, what a form says of a field.

Each rule asks for a form that no credential and no person's data has: the syntax of a language, a path of a known root, the
words of a validator. What only might be one of them is left to be masked.
"""

import re
from typing import Final

from streams.masking.detectors.jose import judge_jwt
from streams.masking.found import Found

__all__ = [
    "carries_a_token",
    "is_code",
    "is_own_name",
    "is_placeholder",
    "is_reference",
    "is_said_of_field",
    "names_resource",
]

#: What validators say of a field instead of repeating its value (`can't be blank`, `must have 8 characters`).
_SAID: Final = re.compile(
    rb"(?:(?:(?:e-?mail|username|password|phone|name|address|value|field|token|code|user|number) (?=(?:must|should|is|has|cannot|can|already|does|not|required|invalid) ))?(?:(?:must|should|shall)(?: not| only)?(?: be| have| contain| match| include| start| end| consist| exist| use)\b"
    rb"|(?:is|are|was|has|have)(?: not)? (?:too|already|been|required|invalid|missing|empty|blank|expired|incorrect|wrong|weak|reserved|optional|mandatory|"
    rb"valid|unknown|null|undefined|provided|set|found|given|allowed|supported|a required|not )\b"
    rb"|(?:is|are)n't (?:valid|allowed|set)\b|(?:can't|cannot|can not|may not|must not) be\b|too (?:short|long|weak|common|many|similar)\b"
    # passwd(1) begins its lines with its own name.
    rb"|password (?:updated|changed|unchanged|reset|saved|expiry)\b|(?:all )?authentication tokens? \w|(?:updated|changed|reset|saved) successfully\b"
    # Parsers of tokens, and what became of one.
    rb"|unexpected (?:end|token|character|symbol|eof|eol|type|value|format|length|input|error|number|string|issuer|audience|signature|algorithm)\b|malformed\b|no longer (?:valid|active)\b"
    rb"|(?:signature|audience|issuer|claims?|format|length|subject|nonce) (?:is|has|was|verification|validation|does|did|must|could|mismatch|invalid)\b|(?:could not|unable to|failed to) (?:be |parse|decode|verify|validate|refresh|read|find|load|get)"
    rb"|(?:does not|doesn't|do not|don't) (?:match|exist|meet|contain|have|look)\b|needs to (?:be|have)\b"
    rb"|(?:this|the) (?:field|value) (?:is|may|must|can|cannot|has|should|was|already)\b|not (?:provided|given|supplied|present|specified|configured|available|allowed|required|valid|a valid)\b|at least [0-9]{1,2} |(?:size|length|value) must be\b|from (?:off|on) to (?:off|on)\b))",
    re.IGNORECASE,
)


#: A word of letters and digits, as no sentence has and many passwords have: a validator may repeat what it refuses.
_MIXED: Final = re.compile(rb"(?<![^\s:(])(?![0-9]{1,3}-[a-z])(?=[^\s\d]{0,64}\d)(?=[^\sA-Za-z]{0,64}[A-Za-z])\S{6}")


def is_said_of_field(data: bytes, start: int, end: int) -> bool:
    """Whether a value is a sentence about its field, in which no word looks like the value itself."""
    return _SAID.match(data, start) is not None and _MIXED.search(data, start, end) is None


#: Roots under which programs keep settings and secrets: a path there, of plain words, is where a value is to be found.
_PATH: Final = re.compile(
    rb"(?:file://)?(?:/(?:etc|var|run|usr|opt|tmp|mnt|srv|secrets|vault|proc|dev|app|config|home|root|Users|workspace|builds)|projects/[a-z0-9\-]{1,40}/(?:locations|secrets)(?=/))(?:/[A-Za-z0-9_.\-]{1,40}(?<![0-9a-f]{32})){1,10}/?\Z|/(?:home|root|tmp|app|opt|srv|workspace)/?\Z"
)
_KEY_FILE: Final = re.compile(
    rb"[A-Za-z0-9_.\-/~]{1,120}\.(?:pem|key|crt|cer|der|p12|pfx|jks|keystore|kdbx)\Z", re.IGNORECASE
)
#: Words of which the names of parameters consist.
_PARAMETER: Final = (
    rb"(?:[a-z]{1,12}_){0,3}(?:password|passwd|pwd|pass|pw|token|secret|key|hash|code|otp)(?:_[a-z]{1,12})?"
)
#: Words of which placeholders for the reader consist behind one that tells him what to do (`YOUR_API_KEY`, `insert-token-here`).
_FOR_READERS: Final = (
    rb"(?:your|insert|enter|put|paste|replace|add)(?:[_\- ](?:your|my|the|an?|with|own|real|actual|api|access|auth|oauth|client|app|bot|aws|github|gitlab|"
    rb"google|azure|openai|slack|stripe|secret|private|account|user|db|database|admin|webhook|bearer|keys?|token|password|passwd|passphrase|pass|id|"
    rb"value|credentials?|here|this|in)){1,8}\Z|(?:change|replace|fill)[_\- ]me\Z"
)
#: Names of resources (AWS, "Amazon Resource Names"), and names of variables of the environment as programs spell them.
_NAMED: Final = (
    rb"arn:aws[a-z\-]{0,12}:[a-z0-9\-]{2,24}:[a-z0-9\-]{0,24}:(?:[0-9]{12}|aws)?:"
    rb"|(?-i:[A-Z]{2,20}(?:_[A-Z]{2,20}){1,6}_(?:SECRET|KEY|TOKEN|PASSWORD|PASSWD|PWD))\Z"
)
#: Variables and substitutions of shells and PHP (`$(cat file)`, `$db_password`, `$_POST[`), tags of templates (ERB, Jinja,
#: CloudFormation), interpolation of Ruby, and members of objects that bear such a name themselves (`app.config.SECRET_KEY`).
_SUBSTITUTED: Final = (
    rb"\$\{?(?-i:[A-Z_]{2,40})\}?/|(?:[a-z_]{1,30}\.){1,4}(?:"
    + _PARAMETER
    + rb"|[a-z]{1,24}(?-i:Password|Passwd|Pwd|Pass|Token|Secret|Key))\Z|"
    rb"\$\((?=[A-Za-z/$\"'(])|\$(?:this-|_(?:POST|GET|REQUEST|ENV|SERVER|SESSION|COOKIE)\[|ENV\{|env:)|\$\$?(?:"
    + _PARAMETER
    + rb"|[a-z]{1,24}(?-i:Password|Passwd|Pwd|Pass|Token|Secret|Key))\Z|<%[=\-]? |#\{[a-z_.]{1,40}\["
    rb"|\{\{ ?(?:resolve:|[a-z_][\w.\-|:()' ]{0,80}\}\}\Z)"
)
#: YAML's tags (Ansible, CloudFormation, Home Assistant), expressions of GitHub's workflows, parameters of statements
#: (`:password`, `@pwd`, MyBatis' `#{pin}`), GraphQL's types.
_PLACEHOLDER: Final = re.compile(
    rb"!(?:vault|ref|sub|getatt|secret|env|env_var|join|importvalue|include|reference)\Z|\$\{\{|[:@]"
    + _PARAMETER
    + rb"\Z|#\{"
    + _PARAMETER
    + rb"\}?\Z|(?-i:String|Int|Float|Boolean|ID)!\Z|"
    + b"|".join((_FOR_READERS, _NAMED, _SUBSTITUTED)),
    re.IGNORECASE,
)


_TO_REPLACE: Final = re.compile(b"|".join((_FOR_READERS, _NAMED)), re.IGNORECASE)
_TO_REPLACE_MAX: Final = 64


def is_placeholder(value: bytes) -> bool:
    """Whether a value is what a reader has to replace, or names a variable that holds a credential (`YOUR_API_KEY`)."""
    return len(value) <= _TO_REPLACE_MAX and _TO_REPLACE.match(value) is not None


def is_reference(value: bytes) -> bool:
    """Whether a value in a credential's place says where the credential is: a path of a file, a placeholder."""
    return _PATH.match(value) is not None or _KEY_FILE.match(value) is not None or _PLACEHOLDER.match(value) is not None


_IDENTIFIER: Final = rb"[A-Za-z_][A-Za-z_]{0,40}"
#: A call: of a member, with no argument or a literal one, or of what converts, reads and makes in many languages; a
#: subscript by a literal; a member of what only code has.
_CALL: Final = re.compile(
    rb"(?:new )?(?:(?:"
    + _IDENTIFIER
    + rb"\.){0,4}"
    + _IDENTIFIER
    + rb"(?:\(\)|\[[0-9]{1,3}\](?![A-Za-z0-9])|[(\[]\\{0,7}[\"']|\((?:[a-z_]{2,24}|[A-Z_]{2,40}), )|(?:"
    + _IDENTIFIER
    + rb"\.){1,4}"
    + _IDENTIFIER
    + rb"\((?=[A-Za-z_0-9)])"
    rb"|(?:u?int(?:8|16|32|64)?|str|dict|list|len|next|bytes|string|tuple|hash|hex|format|(?:get|new|make|create|load|read|split|parse|fetch|decode|encode|generate|ObjectIdentifier)_?[A-Za-z_]{0,32})\((?=[A-Za-z_0-9\"')]))"
)
_MEMBER: Final = re.compile(
    rb"(?:process\.env|import\.meta\.env|os\.environ|self|this|cls|settings|config|cfg|req|request|ctx|context|secrets|vars?|data|local|module|props|opts|options|env|args|event|handler|parser)"
    rb"(?:\." + _IDENTIFIER + rb"){1,5}(?![A-Za-z0-9_.\-!@#$%^&*])"
)
#: A type with its parameters (`List[PyJWK]`), prints of objects of Rust, Hadoop, Android and Java (`Token { kind: ... }`,
#: `Token{78af589 ...}`, `android.os.Binder@1a2b3c`), a cast of C's (`(char *) `), a tuple of strings.
_TYPE: Final = re.compile(
    rb"\((?:const |unsigned |struct )?[a-z_]{2,24} ?\*{1,2}\)|\((?=\\{0,7}[\"'])|(?i:new-object) |(?:List|Dict|Optional|Union|Sequence|Mapping|Tuple|Set|Vec|Array|Map)[\[<]|[A-Z][a-z]{2,20} \{ [a-z_]+: |(?:[A-Z][a-z]{1,20}){1,4}\{[0-9a-f]{5,8} |[a-z]{2,20}(?:\.[A-Za-z$]{2,40}){1,8}@[0-9a-f]{4,8}(?![0-9A-Za-z])"
)
#: Python's and JavaScript's attributes of an object that is being made: what is assigned to them is a variable.
_ATTRIBUTE: Final = (b"self.", b"this.", b"cls.")
_VARIABLE: Final = re.compile(rb"(?:" + _IDENTIFIER + rb"\.){0,3}" + _IDENTIFIER + rb"[;,)]?(?=\s*(?:\Z|[\r\n\"'\\]))")
#: A variable that a name is compared with: words of letters, and what ends a condition.
_COMPARED: Final = re.compile(
    rb"(?:" + _IDENTIFIER + rb"\.){0,3}" + _IDENTIFIER + rb"(?=[:;)]?(?:\s|\Z)|[\"'\\]| ?(?:&&|\|\|))"
)
#: Before a name: docstrings' parameters (Sphinx), parsers' talk of a word.
_BEFORE: Final = re.compile(rb"(?::param |(?:unexpected|next|previous|lookahead|illegal|reserved) )\Z", re.IGNORECASE)
_BEFORE_MAX: Final = 12
_WORD: Final = re.compile(rb"[^0-9\s]{1,24}(?=[\s,;:.)\"'\\]|\Z)")
#: How a sentence begins that says what a field is for; behind a name without quotes, of which only a word would be masked.
_SENTENCE: Final = re.compile(
    rb"(?:the|an?|this|your|if|whether|which|used) [a-z]{2,20}(?: [a-z]{2,20}|\.)", re.IGNORECASE
)
#: The answer of MySQL's `Access denied for user ... (using password: YES)`.
_USING: Final = re.compile(rb"(?:YES|NO)\b")
#: The ARN before a secret's name (AWS, "Amazon Resource Names"): `arn:aws:secretsmanager:eu-west-1:123456789012:secret:`.
_ARN: Final = re.compile(rb"arn:[a-z\-]{3,16}:[a-z0-9\-]{2,24}:[a-z0-9\-]{0,24}:[0-9]{0,12}:\Z")
_ARN_MAX: Final = 90


def is_code(data: bytes, name: bytes, start: int, at: int) -> bool:
    """Whether a bare name that begins at `start` and what stands at `at` behind its sign are code, or talk of a word."""
    before = data[max(0, start - _BEFORE_MAX) : start]
    if before.endswith(b"using ") and _USING.match(data, at):
        return True
    if _BEFORE.search(before) and (before.endswith(b":param ") or _WORD.match(data, at)):
        return True
    if before.endswith(b":") and _ARN.search(data, max(0, start - _ARN_MAX), start):
        return True
    if _CALL.match(data, at) or _SENTENCE.match(data, at) or _MEMBER.match(data, at) or _TYPE.match(data, at):
        return True
    if data[at - 3 : at] == b"== " and _COMPARED.match(data, at):
        return True
    return name.startswith(_ATTRIBUTE) and data[at - 1 : at] == b" " and _VARIABLE.match(data, at) is not None


#: A column of a joined table (`c.user_id = u.id`); `omar.khalid` is none.
_COLUMN: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9_]{0,30}\.\"?(?:(?:[A-Za-z_]{0,30}_)?(?:id|ID)|[a-z]{1,30}Id)\"?\Z")


#: Fields that say which of Kubernetes' secrets is meant, and names of these that say what they hold (RFC 1123 labels).
_OF_RESOURCE: Final = re.compile(
    rb"(?:secret[_\-]?(?:name|ref)|(?:existing|pull|tls|cert|ca|auth|credentials?)[_\-]?secrets?)\Z", re.IGNORECASE
)
_RESOURCE: Final = re.compile(
    rb"[a-z]{2,20}(?:-[a-z]{2,20}){0,5}-(?:secrets?|credentials?|creds|tls|certs?|certificate|auth)\Z"
)


def names_resource(name: bytes, value: bytes) -> bool:
    """Whether a field says which resource holds a credential (`existingSecret: shop-db-credentials`)."""
    return _OF_RESOURCE.search(name) is not None and _RESOURCE.match(value) is not None


def is_own_name(name: bytes, value: bytes) -> bool:
    """Whether a value is its field's name in another spelling (`GIVEN_NAME: "givenName"`), as tables of names have it."""
    if name[-2:].lower() == b"id" and _COLUMN.match(value):
        return True
    if len(value) > len(name):
        return False
    folded = value.translate(None, b"_-. ").lower()
    return len(folded) > 2 and folded.isalpha() and name.rpartition(b".")[2].translate(None, b"_-. ").lower() == folded


_TOKEN_START: Final = re.compile(rb"(?:eyJ|eyA|ewo|ew0|ewk)[A-Za-z0-9_\-]{10}")
#: Words of a sentence, a header or a command around a token: no letters and digits mixed as secrets mix them.
_PLAIN: Final = re.compile(
    rb"(?:(?:[A-Za-z_.\-]{1,32}|[0-9]{1,4}|[A-Za-z_.\-]{1,10}[0-9]{1,2}(?:\.[0-9]{1,2})?|20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}|[0-9]{2}Z?)"
    rb"(?![A-Za-z0-9_.\-])|[^A-Za-z0-9_.\-\x80-\xff])*+\Z"
)
_CARRIER_MAX: Final = 1024


#: What comes in the place of a JSON web token: what was a text around it before it was masked is one afterwards.
_MASKED: Final = re.compile(rb"tok_jwt_[a-z][a-z0-9]{0,7}_[a-p]{20}(?:~[A-Za-z0-9._~\-]{0,4096}~~)?")


def _token_in(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the first JSON web token or surrogate of one begins and ends; nowhere where there is none."""
    opening = _TOKEN_START.search(data, start, end)
    found = judge_jwt(data, opening.end()) if opening else ""
    if isinstance(found, Found):
        return found.start, found.end
    masked = _MASKED.search(data, start, end)
    return masked.span() if masked else (start, start)


def carries_a_token(data: bytes, start: int, end: int) -> bool:
    """Whether a value is a sentence, a header or a command around a JSON web token, which is found by itself, or was."""
    first, last = _token_in(data, start, end)
    if last <= first or first - start + end - last > _CARRIER_MAX:
        return False
    around = data[start:first] + b" " + data[last:end]
    return bool(around.strip(b" .\"'")) and _PLAIN.match(around) is not None
