/*
 * json_out.h - JSON, written as it comes into an out_file.
 *
 *   struct json_out j;
 *   json_out_begin(&j, file);
 *   json_out_map(&j, NULL);
 *   json_out_int(&j, "seed", 42);
 *   json_out_list(&j, "tenants");
 *   json_out_text(&j, NULL, "team-a");
 *   json_out_end(&j);
 *   json_out_end(&j);            {
 *                                  "seed": 42,
 *                                  "tenants": ["team-a"]
 *                                }
 *
 * Each member of a map takes a line, the plain items of a list share one.
 *
 * Units    json_out_seconds takes ns, json_out_dollars takes micro-dollars: exact decimals, 1.5.
 * Memory   Borrows the file; the caller's struct, nothing is owned.
 * Errors   A key in a list, none in a map, an end too many, a second value beside the first or more
 *          than JSON_OUT_DEEPEST levels are bugs: SIM_REQUIRE. Doubles that JSON has no word for
 *          (NaN, infinities) are null; bytes that are not UTF-8 are U+FFFD.
 * Cost     50 ns a value with its key.
 * Threads  One per file.
 */
#ifndef SIM_JSON_OUT_H
#define SIM_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

enum { JSON_OUT_DEEPEST = 32 };

struct out_file;

/* Private to json_out.c; visible so that it needs no memory of its own. */
struct json_out {
    struct out_file *file;
    unsigned depth; /* 0: outside of the one value */
    struct json_level {
        bool is_map;
        bool has_values;
        bool has_lines; /* its end stands on a line of its own */
    } levels[JSON_OUT_DEEPEST + 1];
};

/* One value follows, a map as a rule; "\n" ends it. */
void json_out_begin(struct json_out *j, struct out_file *file);

/* The key is NULL in a list and for the first value, and only there. */
void json_out_map(struct json_out *j, const char *key);
void json_out_list(struct json_out *j, const char *key);
void json_out_end(struct json_out *j); /* of the innermost map or list */

void json_out_text(struct json_out *j, const char *key, const char *text); /* NULL is null */
void json_out_int(struct json_out *j, const char *key, int64_t value);
void json_out_seconds(struct json_out *j, const char *key, int64_t ns);
void json_out_dollars(struct json_out *j, const char *key, int64_t micro_dollars);
void json_out_real(struct json_out *j, const char *key, double x);
void json_out_bool(struct json_out *j, const char *key, bool yes);
void json_out_null(struct json_out *j, const char *key);

#endif /* SIM_JSON_OUT_H */
