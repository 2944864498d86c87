/* A text and its bytes, read within its bounds; a part of _core.c, _fold.c and _mint.c. */

#include <stdint.h>
#include <string.h>

typedef unsigned char byte;
typedef Py_ssize_t place;

typedef struct {
    const byte *at;
    place size;
} Text;

/* The byte at a place, or -1 outside of the text. */
static inline int peek(Text t, place at)
{
    return at >= 0 && at < t.size ? t.at[at] : -1;
}
