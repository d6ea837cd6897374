/*
 * byte_input.h - the bytes of a file, plain or compressed by gzip, from its beginning to its end.
 *
 * What the bytes are decides, not the name: a plain file called x.gz is read as it is. Several gzip
 * members in a row are one file, as for gzip itself.
 *
 * Memory   Owns 128 KiB, and zlib's 40 KiB for a compressed file.
 * Errors   As soon as they are met, in the diag, once: no such file, a directory, data that end in
 *          the middle of a member or are damaged (both with the offset in the compressed file),
 *          other kinds of compression by name. Bytes read before are valid. What follows the last
 *          member and is not zeros is a warning.
 * Cost     zlib's, and one copy for a plain file.
 * Threads  One file belongs to one thread.
 */
#ifndef SIM_BYTE_INPUT_H
#define SIM_BYTE_INPUT_H

#include "sim/diag.h"

#include <stdbool.h>
#include <stddef.h>

struct byte_input;

/* NULL, after an error in d, if the file cannot be opened; "-" is standard input. The path and d
 * are borrowed until the file is closed. */
struct byte_input *byte_input_open(const char *path, struct diag *d);
void byte_input_close(struct byte_input *in); /* NULL is allowed */

/* Fills out with up to cap > 0 bytes, and says how many; 0: there are no more, or reading failed.
 */
size_t byte_input_read(struct byte_input *in, void *out, size_t cap);

/* Whether the bytes ended early, in an error. */
bool byte_input_failed(const struct byte_input *in);

/* The path as messages name it: "<stdin>" for "-". */
const char *byte_input_name(const struct byte_input *in);

#endif /* SIM_BYTE_INPUT_H */
