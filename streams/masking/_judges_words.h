/* Verdicts on the words beside numbers of persons; included by `_judges.h`. */

static int is_small(int c)
{
    return c >= 'a' && c <= 'z';
}

/* Beside.judge of identity/beside.py, where three small letters begin a word and a fourth goes on as behind none of them:
 * identifiers begin so (`-dlnwd`, `"iinawg"`). No literal of the tables with a join before its last letters ends here: what
 * stands before is no join, or no letter stands before that. */
static PyObject *judge_number(Core *core, Text t, place end)
{
    int before = peek(t, end - 4), next = peek(t, end), farther = peek(t, end - 5);
    (void)core;
    if (!is_small(next) || strchr("cins", next) || !is_small(peek(t, end - 1)) || !is_small(peek(t, end - 2)) || !is_small(peek(t, end - 3)))
        LEAVE;
    if (before >= 0x80 || is(before, ALPHA | DIGIT) || (before > 0 && strchr(" _.-'/", before) && (farther >= 0x80 || is(farther, ALPHA))))
        LEAVE;
    return Py_NewRef(say.no_word);
}
