/*
 * yaml_problem.h - what is wrong with a text that is not YAML, in words for its author.
 *
 * libyaml speaks of tokens, contexts and simple keys; this says what to change.
 */
#ifndef SIM_YAML_PROBLEM_H
#define SIM_YAML_PROBLEM_H

#include <stdbool.h>

struct yaml_file;
struct yaml_reader;

/* Reports why the reader's parser stopped; the line to go on from. */
unsigned yaml_report_problem(const struct yaml_reader *r);

/* Bytes that no YAML may have: not UTF-8, or control characters. Reports the first; false. */
bool yaml_check_bytes(const struct yaml_file *f);

#endif /* SIM_YAML_PROBLEM_H */
