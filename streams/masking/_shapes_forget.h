/* Takes the names of a width of registers back, so that `_shapes_widths.h` can give them anew. */

#undef LOWEST
#undef LANES_OF
#undef CARRIED
#undef FOLLOWED
#undef LANES
#undef WIDTH
#undef REGISTER
#undef WIDE
#undef BITS
#undef LISTED
