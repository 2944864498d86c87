/* Verdicts on addresses of networks; included by `_judges.h`. */

/* Whether a word that announces a version, or a verb behind one, may stand before a position. */
static int may_be_version(Text t, place start)
{
    static const char *const words[] = {"version", "ver", "release", "build", "firmware", "v", "rev", "oid", "objectidentifier",
                                        "driver", "version_s", "ubuntu", "debian", "tools", "cli", "sdk", "agent", "to", "is", "of", "was",
                                        "in", "since", NULL};
    const char *const *word;
    place at = start;
    for (;; at--) {
        for (word = words; *word; word++) {
            place size = (place)strlen(*word), plural = LOWER(peek(t, at - 1)) == 's';
            if (is_word(t, at - size, size, *word) || (plural && is_word(t, at - size - 1, size, *word)))
                return 1;
        }
        if (at <= 0 || start - at > 40 || !memchr("\"'\\ :=(vV", t.at[at - 1], 9))
            return 0;
    }
}

/* Whether a package's file or another version may stand beside a position. */
static int may_be_packaged(Text t, place start, place stop)
{
    int before = peek(t, start - 1), second = peek(t, start - 2);
    place next = stop + (peek(t, stop) == ' ');
    int behind = peek(t, next), arrow = peek(t, next + 1);
    return before == '-' || before == '_' || before == '>' || before == 0x92 || before == '|' || before == 'v' || before == 'V'
           || (before == ':' && (second == '/' || second == 'r' || second == 'l')) || (before == ' ' && (second == '>' || second == 0x92))
           || (arrow == '>' && (behind == '-' || behind == '=')) || behind == 0xe2;
}

/* judge_ipv4 of network.py */
static PyObject *judge_ipv4(Core *core, Text t, place end)
{
    place start = end - 1, at, octets = 0;
    int before, first = 0, any = 0;
    if (end < 2 || end > t.size)
        LEAVE;
    while (start > 0 && end - start < 16 && (is(t.at[start - 1], DIGIT) || t.at[start - 1] == '.'))
        start--;
    for (at = start;; at++) {
        int octet = 0;
        place begin = at;
        while (at < t.size && at - begin < 4 && is(t.at[at], DIGIT))
            octet = octet * 10 + t.at[at++] - '0';
        if (at == begin || at - begin > 3 || octet > 255 || (at - begin > 1 && t.at[begin] == '0'))
            LEAVE;
        first = octets ? first : octet;
        any |= octet;
        if (++octets == 4)
            break;
        if (peek(t, at) != '.')
            LEAVE;
    }
    before = peek(t, start - 1);
    if (end - start >= 16 || at < end - 1 || is(before, DIGIT) || before == '.' || before == '/' || (peek(t, at) == '.' && is(peek(t, at + 1), DIGIT)))
        LEAVE;
    if (first == 127 || first == 255 || !any || peek(t, at) == '-' || may_be_version(t, start) || may_be_packaged(t, start, at))
        LEAVE;
    return found(core, start, at, say.kind_ip, say.ipv4, say.octets, 70, say.empty);
}
