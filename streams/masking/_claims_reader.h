/* What reads JWTs: their parts, what their headers say, and what is remembered of them; a part of _mint.c. */

static void forget(Known *known)
{
    PyObject *name = known->name, *row = known->row;
    memset(known, 0, sizeof *known);
    Py_XDECREF(name);
    Py_XDECREF(row);
}

static PyTypeObject *mint_type;

/* What a row of Python says: how the claim is read, its mark, its sample and its mint. */
static int take_known(Known *known, PyObject *row)
{
    PyObject *mark, *sample, *mint;
    int read;
    if (PyTuple_Check(row) && !PyArg_ParseTuple(row, "iSSO", &read, &mark, &sample, &mint))
        return RAISED;
    if (!PyTuple_Check(row) || read < UNSAID || read >= ALL_READS || (mint != Py_None && Py_TYPE(mint) != mint_type)) {
        PyErr_SetString(PyExc_TypeError, "a plan is how a claim is read, its mark, its sample and a mint");
        return RAISED;
    }
    known->row = Py_NewRef(row), known->mark = mark, known->sample = sample, known->read = read;
    known->mint = mint == Py_None ? NULL : (const Mint *)mint;
    return DONE;
}

/* What is known of the claim's name, in its place of a small table; NULL with an exception. */
static const Known *known_of(Reader *reader, Text t, const Member *one)
{
    const byte *at = t.at + one->name;
    place size = one->name_end - one->name, i;
    uint32_t hash = 2166136261u;
    Known *known, made = {0};
    PyObject *row;
    for (i = 0; i < size; i++)
        hash = (hash ^ at[i]) * 16777619u;
    known = &reader->known[(hash ^ hash >> 16) % KNOWN];
    if (known->name && PyBytes_GET_SIZE(known->name) == size && !memcmp(PyBytes_AS_STRING(known->name), at, (size_t)size))
        return known;
    made.name = bytes_between(t, one->name, one->name_end);
    row = made.name ? PyObject_CallOneArg(reader->ask_known, made.name) : NULL;
    if (!row || take_known(&made, row) != DONE) {
        Py_XDECREF(row);
        forget(&made);
        return NULL;
    }
    Py_DECREF(row);
    forget(known);
    *known = made;
    return known;
}

/* Adds what a claim says of which this is known. */
static int say_known(const Ask *ask, Pair *pair, const Known *known, Text t, const Member *one)
{
    char token[TOKEN_MAX];
    place size;
    if (known->read == READABLE)
        return put_answer(pair, remembered(ask->reader->said, ask, PyBytes_AS_STRING(known->mark), PyBytes_GET_SIZE(known->mark), t, one));
    if (known->read == TIME && is_moment(t, one))
        return put_field(pair, known, t.at + one->value, one->end - one->value, SAMPLE_TIME, sizeof SAMPLE_TIME - 1);
    if (known->read >= FORMLESS && (size = token_in(known, t, one, token)) >= 0)
        return put_field(pair, known, token, size, PyBytes_AS_STRING(known->sample), PyBytes_GET_SIZE(known->sample));
    if (PyErr_Occurred())
        return RAISED;
    return put_answer(pair, answer_of(ask->claim, t, one));
}

/* Adds what one claim says; `more` counts those of which nothing is said. */
static int say(const Ask *ask, Pair *pair, Text t, const Member *one, int *more)
{
    const Known *found = known_of(ask->reader, t, one);
    Known known;
    int done = DONE;
    if (!found)
        return RAISED;
    known = *found;
    /* Whoever is asked may put another name into the place of this one. */
    Py_INCREF(known.row);
    if (known.read == UNSAID)
        ++*more;
    else
        done = say_known(ask, pair, &known, t, one);
    Py_DECREF(known.row);
    return done;
}

/* Where the parts of a JWT are. */
typedef struct {
    place payload, payload_end, dots;
} Parts;

/* Finds the parts; 0 where the token of the whole is not that of its bytes, or there is no payload. */
static int parts_of(Text t, Parts *parts)
{
    const byte *dot = memchr(t.at, '.', (size_t)t.size);
    byte all = 0, padded = 0;
    place i, dots = 0;
    for (i = 0; i < t.size; i++)
        all |= t.at[i], padded |= t.at[i] == '=', dots += t.at[i] == '.';
    if (!dot || all >= 0x80 || padded)
        return 0;
    parts->payload = dot - t.at + 1, parts->dots = dots;
    dot = memchr(dot + 1, '.', (size_t)(t.size - parts->payload));
    parts->payload_end = dot ? dot - t.at : t.size;
    return 1;
}

/* Ends a surrogate, for which `TAIL` bytes are kept free. */
static void end_with(Written *to, int more, int cut)
{
    if (more)
        to->size += snprintf(to->at + to->size, TAIL, "~more.%d", more);
    memcpy(to->at + to->size, cut ? "~cut.true~~" : "~~", cut ? 11 : 2);
    to->size += cut ? 11 : 2;
}

/* Writes the surrogate of a JWT whose header says what is given; `TOO_LONG` where it is left to Python. */
static int read_jwt(const Ask *ask, Text jwt, PyObject *said, PyObject *like, Pair *pair)
{
    Member members[CLAIMS];
    Parts parts;
    Text t;
    byte payload[PAYLOAD];
    char token[TOKEN_MAX];
    int claims, i, more = 0, done;
    if (!parts_of(jwt, &parts))
        return TOO_LONG;
    t = (Text){payload, decoded(jwt, parts.payload, parts.payload_end, payload)};
    if (t.size < 0 || (claims = members_of(t, members)) < 0)
        return TOO_LONG;
    pair->said.size = pair->like.size = 0;
    done = put(&pair->said, token, whole_token((const Mint *)ask->reader->whole, jwt.at, jwt.size, token)) && put_bytes(&pair->said, said) &&
           put_bytes(&pair->like, ask->reader->sample) && put_bytes(&pair->like, like);
    for (i = 0; i < claims && done == DONE; i++)
        done = say(ask, pair, t, &members[i], &more);
    if (done == DONE) {
        end_with(&pair->said, more, parts.dots < 2);
        end_with(&pair->like, more, parts.dots < 2);
    }
    return done;
}

static Text text_in(PyObject *bytes)
{
    return (Text){(const byte *)PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes)};
}

/* of(jwt, said, like, ask, mask) -> the surrogate and its sample; None where it is left to Python. */
static PyObject *reader_of(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Ask ask = {(Reader *)self, NULL, NULL};
    Pair pair;
    int done;
    if (count != 5 || !PyBytes_Check(args[0]) || !PyBytes_Check(args[1]) || !PyBytes_Check(args[2])) {
        PyErr_SetString(PyExc_TypeError, "of(jwt, said, like, ask, mask): bytes, bytes, bytes, and whom to ask");
        return NULL;
    }
    ask.claim = args[3], ask.mask = args[4];
    done = read_jwt(&ask, text_in(args[0]), args[1], args[2], &pair);
    if (done != DONE)
        return done == RAISED ? NULL : Py_NewRef(Py_None);
    return Py_BuildValue("(y#y#)", pair.said.at, pair.said.size, pair.like.at, pair.like.size);
}

/* The member of a name of three letters, or NULL. */
static const Member *member_of(Text t, const Member *members, int count, const char *name)
{
    int i;
    for (i = 0; i < count; i++)
        if (members[i].name_end - members[i].name == 3 && !memcmp(t.at + members[i].name, name, 3))
            return &members[i];
    return NULL;
}

/* What a header's members say, the same as it stands in a sample, and whether there is `enc`; NULL with an exception, or of
 * what is left to Python. */
static PyObject *header_of(const Ask *ask, Text t, const Member *members, int count)
{
    static const char marks[HEADERS][6] = {"~alg.", "~typ.", "~cty.", "~enc.", "~kid."};
    const Member *there[HEADERS];
    Pair pair;
    int i;
    for (i = 0; i < HEADERS; i++)
        there[i] = member_of(t, members, count, marks[i] + 1);
    if (!there[ALG] && !there[TYP] && !there[ENC])
        return NULL;
    pair.said.size = pair.like.size = 0;
    for (i = 0; i < HEADERS; i++)
        if (there[i] && put_answer(&pair, remembered(ask->reader->said_of_headers, ask, marks[i], 5, t, there[i])) != DONE)
            return NULL;
    return Py_BuildValue("(y#y#O)", pair.said.at, pair.said.size, pair.like.at, pair.like.size, there[ENC] ? Py_True : Py_False);
}

/* What a first part says as a header; NULL with an exception, or where it is left to Python. */
static PyObject *read_header(const Ask *ask, Text part)
{
    Member members[CLAIMS];
    byte header[PAYLOAD];
    Text t = {header, decoded(part, 0, part.size, header)};
    int claims = t.size < 0 ? -1 : members_of(t, members);
    return claims < 0 ? NULL : header_of(ask, t, members, claims);
}

/* header(part, ask, mask) -> what a header says, its sample, and whether what follows is encrypted; None where it is left to Python. */
static PyObject *reader_header(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *says;
    if (count != 3 || !PyBytes_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "header(part, ask, mask): bytes, and whom to ask");
        return NULL;
    }
    says = read_header(&(Ask){(Reader *)self, args[1], args[2]}, text_in(args[0]));
    return says || PyErr_Occurred() ? says : Py_NewRef(Py_None);
}

/* How much of what a header says is no number of a key, where that is all there is behind it (`_KEY_NUMBER` of surrogate.py); 0
 * where it is more. */
static place before_number(Text t)
{
    enum { ALG_END = 10, FEWEST = 8, MOST = 40 };
    static const char *const types[] = {"~typ.JWT", "~typ.at-jwt", NULL};
    const char *const *type;
    place at = ALG_END, start;
    int digits = 0;
    if (t.size < at || memcmp(t.at, "~alg.", 5) || t.at[5] < 'A' || t.at[5] > 'Z' || t.at[6] < 'A' || t.at[6] > 'Z' ||
        span(t, 7, DIGIT) < at)
        return 0;
    for (type = types; *type; type++)
        if (t.size - at > (place)strlen(*type) && !memcmp(t.at + at, *type, strlen(*type)) && t.at[at + (place)strlen(*type)] == '~') {
            at += (place)strlen(*type);
            break;
        }
    if (t.size - at < 5 || memcmp(t.at + at, "~kid.", 5))
        return 0;
    for (start = at += 5; at < t.size && (is(t.at[at], DIGIT) || t.at[at] == '-' || (t.at[at] >= 'a' && t.at[at] <= 'f')); at++)
        digits |= is(t.at[at], DIGIT);
    return at == t.size && digits && at - start >= FEWEST && at - start <= MOST ? start : 0;
}

/* What a header says with the sample of a key's number (`_sampled` of surrogate.py), a new reference; takes the other. */
static PyObject *sampled(PyObject *header)
{
    static const char key[] = "0a1b2c3d";
    Text like = text_in(PyTuple_GET_ITEM(header, 1));
    place size = before_number(like);
    PyObject *other, *whole;
    if (!size)
        return header;
    other = PyBytes_FromStringAndSize(NULL, size + (place)sizeof key - 1);
    if (other) {
        memcpy(PyBytes_AS_STRING(other), like.at, (size_t)size);
        memcpy(PyBytes_AS_STRING(other) + size, key, sizeof key - 1);
    }
    whole = other ? PyTuple_Pack(3, PyTuple_GET_ITEM(header, 0), other, PyTuple_GET_ITEM(header, 2)) : NULL;
    Py_XDECREF(other);
    Py_DECREF(header);
    return whole;
}

/* Adds an entry to a cache (`_add` of surrogate.py), and gives it back; takes the reference to the value. */
static PyObject *remember(PyObject *cache, PyObject *key, PyObject *value)
{
    enum { ENTRIES = 4096 };
    if (value && PyDict_GET_SIZE(cache) >= ENTRIES)
        PyDict_Clear(cache);
    if (value && PyDict_SetItem(cache, key, value) < 0)
        Py_CLEAR(value);
    return value;
}

static int is_plain_header(PyObject *header)
{
    return PyTuple_Check(header) && PyTuple_GET_SIZE(header) == 3 && PyBytes_Check(PyTuple_GET_ITEM(header, 0)) &&
           PyBytes_Check(PyTuple_GET_ITEM(header, 1)) && PyTuple_GET_ITEM(header, 2) == Py_False;
}

/* What the header of a JWT says, a new reference; NULL with an exception, or where that or the payload is left to Python. */
static PyObject *header_in(const Ask *ask, PyObject *headers, PyObject *jwt)
{
    enum { REMEMBERED = 512 };
    const char *at = PyBytes_AS_STRING(jwt), *dot = memchr(at, '.', (size_t)PyBytes_GET_SIZE(jwt));
    PyObject *part = dot && dot - at <= REMEMBERED ? PyBytes_FromStringAndSize(at, dot - at) : NULL, *header;
    if (!part)
        return NULL;
    header = Py_XNewRef(PyDict_GetItemWithError(headers, part));
    if (!header && !PyErr_Occurred() && (header = read_header(ask, text_in(part))))
        header = remember(headers, part, sampled(header));
    Py_DECREF(part);
    if (header && !is_plain_header(header))
        Py_CLEAR(header);
    return header;
}

/* `DONE` where a sample is known to be harmless, `TOO_LONG` where that is left to Python. */
static int is_harmless(PyObject *harmless, const Written *sample)
{
    PyObject *like = PyBytes_FromStringAndSize(sample->at, sample->size), *known = like ? PyDict_GetItemWithError(harmless, like) : NULL;
    Py_XDECREF(like);
    return known == Py_True ? DONE : PyErr_Occurred() ? RAISED : TOO_LONG;
}

/* known(made, headers, harmless, ask, ask_header, mask, jwt) -> the surrogate, where it was made before or what it looks like is
 * known; None where it is left to Python. */
static PyObject *reader_known(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    enum { REMEMBERED = 2048 };
    Reader *reader = (Reader *)self;
    Pair pair;
    PyObject *jwt, *before, *header, *said;
    int done;
    if (count != 7 || !PyDict_Check(args[0]) || !PyDict_Check(args[1]) || !PyDict_Check(args[2]) || !PyBytes_Check(jwt = args[6])) {
        PyErr_SetString(PyExc_TypeError, "known(made, headers, harmless, ask, ask_header, mask, jwt): three dicts, whom to ask, and bytes");
        return NULL;
    }
    before = PyDict_GetItemWithError(args[0], jwt);
    if (before)
        return Py_NewRef(before);
    header = PyErr_Occurred() ? NULL : header_in(&(Ask){reader, args[4], args[5]}, args[1], jwt);
    if (!header)
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    done = read_jwt(&(Ask){reader, args[3], args[5]}, text_in(jwt), PyTuple_GET_ITEM(header, 0), PyTuple_GET_ITEM(header, 1), &pair);
    Py_DECREF(header);
    if (done == DONE)
        done = is_harmless(args[2], &pair.like);
    if (done != DONE)
        return done == RAISED ? NULL : Py_NewRef(Py_None);
    said = PyBytes_FromStringAndSize(pair.said.at, pair.said.size);
    return PyBytes_GET_SIZE(jwt) <= REMEMBERED ? remember(args[0], jwt, said) : said;
}

static PyObject *reader_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *plan, *words, *whole, *sample;
    Reader *reader;
    if (kwargs || !PyArg_ParseTuple(args, "OO!O!S", &plan, &PyFrozenSet_Type, &words, mint_type, &whole, &sample))
        return NULL;
    reader = (Reader *)type->tp_alloc(type, 0);
    if (!reader)
        return NULL;
    reader->ask_known = Py_NewRef(plan), reader->words = Py_NewRef(words);
    reader->whole = Py_NewRef(whole), reader->sample = Py_NewRef(sample);
    reader->said = PyDict_New(), reader->said_of_headers = PyDict_New();
    if (!reader->said || !reader->said_of_headers)
        Py_CLEAR(reader);
    return (PyObject *)reader;
}

static void reader_free(PyObject *self)
{
    Reader *reader = (Reader *)self;
    PyTypeObject *type = Py_TYPE(self);
    int i;
    for (i = 0; i < KNOWN; i++)
        forget(&reader->known[i]);
    Py_XDECREF(reader->ask_known);
    Py_XDECREF(reader->words);
    Py_XDECREF(reader->said);
    Py_XDECREF(reader->said_of_headers);
    Py_XDECREF(reader->whole);
    Py_XDECREF(reader->sample);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef reader_methods[] = {
    {"of", (PyCFunction)(void (*)(void))reader_of, METH_FASTCALL,
     "of(jwt, said, like, ask, mask) -> the surrogate and its sample\n\n"
     "Of a JWT whose header says what is given; None where that is left to Python. `ask(name, value)` says what a claim says,\n"
     "`mask(text)` masks a text."},
    {"known", (PyCFunction)(void (*)(void))reader_known, METH_FASTCALL,
     "known(made, headers, harmless, ask, ask_header, mask, jwt) -> the surrogate, where it was made before or its sample is known\n\n"
     "None where that is left to Python. The dicts are those of surrogate.py."},
    {"header", (PyCFunction)(void (*)(void))reader_header, METH_FASTCALL,
     "header(part, ask, mask) -> what a header says, its sample, and whether what follows is encrypted; None where that is left to "
     "Python"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot reader_slots[] = {
    {Py_tp_doc, "Reader(plan, words, whole, sample): reads plain payloads; `plan(name)` says how a claim is read, its mark, sample and mint."},
    {Py_tp_dealloc, reader_free},
    {Py_tp_methods, reader_methods},
    {Py_tp_new, reader_new},
    {0, NULL},
};
static PyType_Spec reader_spec = {"streams.masking._mint.Reader", sizeof(Reader), 0, Py_TPFLAGS_DEFAULT, reader_slots};
