/* What is said of the claims of a JWT, in a surrogate and in its sample; a part of _mint.c. */

/* What became of a claim: an exception, too much for here, said. */
enum { RAISED = -1, TOO_LONG, DONE };

static int put(Written *to, const void *bytes, place size)
{
    if (size > SURROGATE - to->size)
        return TOO_LONG;
    memcpy(to->at + to->size, bytes, (size_t)size);
    to->size += size;
    return DONE;
}

static int put_bytes(Written *to, PyObject *bytes)
{
    return put(to, PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
}

/* Adds what is said of a claim, bytes where its sample is the same; takes the reference. */
static int put_answer(Pair *pair, PyObject *answer)
{
    int done = RAISED;
    if (!answer)
        return RAISED;
    if (PyBytes_Check(answer))
        done = put_bytes(&pair->said, answer) && put_bytes(&pair->like, answer);
    else if (!PyTuple_Check(answer) || PyTuple_GET_SIZE(answer) != 2 || !PyBytes_Check(PyTuple_GET_ITEM(answer, 0)) ||
        !PyBytes_Check(PyTuple_GET_ITEM(answer, 1)))
        PyErr_SetString(PyExc_TypeError, "what is said of a claim is two bytes");
    else
        done = put_bytes(&pair->said, PyTuple_GET_ITEM(answer, 0)) && put_bytes(&pair->like, PyTuple_GET_ITEM(answer, 1));
    Py_DECREF(answer);
    return done;
}

static PyObject *bytes_between(Text t, place low, place high)
{
    return PyBytes_FromStringAndSize((const char *)t.at + low, high - low);
}

/* What Python says of a claim, from its name and its value as they are written. */
static PyObject *answer_of(PyObject *ask, Text t, const Member *one)
{
    PyObject *args[2] = {bytes_between(t, one->name, one->name_end), bytes_between(t, one->value, one->end)}, *answer = NULL;
    if (args[0] && args[1])
        answer = PyObject_Vectorcall(ask, args, 2, NULL);
    Py_XDECREF(args[0]);
    Py_XDECREF(args[1]);
    return answer;
}

/* The string without escapes that a value is, without quotes; 0 where it is none. */
static int string_of(Text t, const Member *one, const byte **at, place *size)
{
    *at = t.at + one->value + 1, *size = one->end - one->value - 2;
    return t.at[one->value] == '"' && !memchr(*at, '\\', (size_t)*size);
}

/* Writes words as a surrogate spells them: its size, or -1 where they are more than words and few digits. */
static place spelled(const byte *at, place size, char *to)
{
    place i, written = 0, item = 0, kept = 0, run = 0, digits = 0, items = 1;
    for (i = 0; i <= size; i++) {
        if (i == size || at[i] == ' ') {
            /* What an item ends with is no word's: signs, and underscores as they stand. */
            if (kept == item || (i < size && ++items > ITEMS))
                return -1;
            written = kept, run = 0;
            if (i < size)
                to[written++] = '-', to[written++] = '-', item = kept = written;
            continue;
        }
        run = is(at[i], DIGIT) ? run + 1 : 0, digits += run > 0;
        if (run > DIGIT_RUN || digits > ALL_DIGITS)
            return -1;
        if (is_alnum(at[i]))
            to[written++] = (char)at[i], kept = written;
        else if (written > item && (at[i] == '_' || to[written - 1] != '-'))
            to[written++] = at[i] == '_' ? '_' : '-';
    }
    return written;
}

static int is_one_run(const byte *at, place size)
{
    place i;
    for (i = 0; i < size && is_alnum(at[i]); i++)
        ;
    return size > 0 && i == size;
}

/* What a harmless string says: itself, where masking finds nothing in it, and nothing where it is a run with too many digits. NULL
 * without an exception leaves it to Python. */
static PyObject *words_of(const Ask *ask, const char *mark, place mark_size, Text t, const Member *one)
{
    static const char redacted[] = "redacted";
    const byte *at;
    char said[NAME + STRING + 2 * ITEMS + sizeof redacted];
    place size, written = 0;
    PyObject *text, *masked = NULL;
    int same = 0;
    if (!string_of(t, one, &at, &size) || size > STRING || mark_size > NAME || memchr(at, '@', (size_t)size) ||
        memchr(at, '*', (size_t)size) || has_token(at, size))
        return NULL;
    written = spelled(at, size, said + mark_size);
    if (written < 0 && !is_one_run(at, size))
        return NULL;
    text = PyBytes_FromStringAndSize((const char *)at, size);
    if (text && PySet_Contains(ask->reader->words, text) == 0)
        masked = PyObject_CallOneArg(ask->mask, text);
    if (masked)
        same = PyBytes_Check(masked) && PyBytes_GET_SIZE(masked) == size && !memcmp(PyBytes_AS_STRING(masked), at, (size_t)size);
    Py_XDECREF(text);
    Py_XDECREF(masked);
    if (!same)
        return NULL;
    if (written < 0)
        memcpy(said + mark_size, redacted, (size_t)(written = (place)sizeof redacted - 1));
    memcpy(said, mark, (size_t)mark_size);
    return PyBytes_FromStringAndSize(said, mark_size + written);
}

/* What a harmless value says, remembered for the last few thousand by how the claim is written. */
static PyObject *remembered(PyObject *memo, const Ask *ask, const char *mark, place mark_size, Text t, const Member *one)
{
    PyObject *key, *answer;
    if (one->end - one->name > MEMBER)
        return answer_of(ask->claim, t, one);
    key = bytes_between(t, one->name, one->end);
    answer = key ? Py_XNewRef(PyDict_GetItemWithError(memo, key)) : NULL;
    if (key && !answer && !PyErr_Occurred()) {
        answer = words_of(ask, mark, mark_size, t, one);
        if (!answer && !PyErr_Occurred())
            answer = answer_of(ask->claim, t, one);
        if (answer && PyDict_GET_SIZE(memo) >= MEMBERS)
            PyDict_Clear(memo);
        if (answer && PyDict_SetItem(memo, key, answer) < 0)
            Py_CLEAR(answer);
    }
    Py_XDECREF(key);
    return answer;
}

static int put_field(Pair *pair, const Known *known, const void *said, place size, const void *like, place like_size)
{
    return put_bytes(&pair->said, known->mark) && put(&pair->said, said, size) && put_bytes(&pair->like, known->mark) &&
           put(&pair->like, like, like_size);
}

/* Seconds or milliseconds that are said as they are. */
static int is_moment(Text t, const Member *one)
{
    place size = one->end - one->value;
    return (size == SECONDS || size == MILLISECONDS) && t.at[one->value] == '1' && span(t, one->value, DIGIT) >= one->end;
}

/* The text of a string without escapes or of a whole number, as Python writes it; 0 where it is neither. */
static int text_of(Text t, const Member *one, const byte **at, place *size)
{
    if (t.at[one->value] == '"')
        return string_of(t, one, at, size);
    *at = t.at + one->value, *size = one->end - one->value;
    return span(t, one->value, DIGIT) >= one->end && *size <= USUAL_DIGITS;
}

static int is_blank(const byte *at, place size)
{
    while (size && at[size - 1] == ' ')
        size--;
    return size == 0;
}

/* Writes the token of a person's value; its size, or -1 where none is made of it here. */
static place token_in(const Known *known, Text t, const Member *one, char *token)
{
    const byte *at;
    place size;
    if (!known->mint || !text_of(t, one, &at, &size) || is_blank(at, size) || !is_as_named(known->read, at, size))
        return -1;
    return token_of(known->mint, at, size, token);
}
