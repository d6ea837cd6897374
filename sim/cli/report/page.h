/*
 * page.h - what every report has: the look, in light and dark and on paper, and the script that
 * sorts tables. Nothing is loaded from anywhere.
 */
#ifndef SIM_CLI_REPORT_PAGE_H
#define SIM_CLI_REPORT_PAGE_H

struct out_file;

void page_begin(struct out_file *out, const char *title);
void page_end(struct out_file *out);

#endif /* SIM_CLI_REPORT_PAGE_H */
