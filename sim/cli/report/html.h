/*
 * html.h - pieces of a page, written as they come into an out_file.
 *
 * Whatever comes from outside goes through html_text or into quotes through html_attribute: markup
 * in it is text, control characters and bytes that are not UTF-8 are U+FFFD.
 *
 * Memory   Borrows the file; owns nothing.
 * Errors   The world's are kept by the file.
 */
#ifndef SIM_CLI_REPORT_HTML_H
#define SIM_CLI_REPORT_HTML_H

#include <stddef.h>
#include <stdint.h>

struct out_file;

/* As it is: our own markup. */
void html_raw(struct out_file *out, const char *markup);
void html_text(struct out_file *out, const char *text);
void html_text_len(struct out_file *out, const char *text, size_t len);

/*  name="value" with a blank before it. */
void html_attribute(struct out_file *out, const char *name, const char *value);

/* <tag>text</tag> */
void html_element(struct out_file *out, const char *tag, const char *text);
void html_count(struct out_file *out, uint64_t n); /* 12,345 */

/* RFC 4648, no line breaks. */
void html_base64(struct out_file *out, const void *bytes, size_t len);

#endif /* SIM_CLI_REPORT_HTML_H */
