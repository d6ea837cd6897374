/*
 * file_text.h - the whole of a file, in memory.
 *
 * For configuration: traces are streamed by readers of their own.
 *
 * Memory   The caller owns the text and frees it with free().
 * Errors   The world's: false, and errno says why.
 * Cost     O(length); pipes and standard input are read too.
 */
#ifndef SIM_FILE_TEXT_H
#define SIM_FILE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* "-" is standard input. A NUL stands behind the text, not counted in len. */
bool file_text_read(const char *path, char **text, size_t *len);

#endif /* SIM_FILE_TEXT_H */
