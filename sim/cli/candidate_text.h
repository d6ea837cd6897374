/*
 * candidate_text.h - a candidate as the text of a journal, and back.
 */
#ifndef SIM_CLI_CANDIDATE_TEXT_H
#define SIM_CLI_CANDIDATE_TEXT_H

#include "sim/cli/candidate.h"

void candidate_print(const struct candidate *c, const struct size_plan *plan, FILE *out);

/* In the arena; NULL: it is no such text. */
struct candidate *candidate_parse(const char *text, const struct size_plan *plan, uint64_t point,
                                  struct arena *a);

#endif /* SIM_CLI_CANDIDATE_TEXT_H */
