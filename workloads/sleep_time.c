/* A recursive descent through the commands of a script, adding up. */
#include "workloads/sleep_time.h"

#include "sim/arena.h"
#include "sim/scan.h"
#include "workloads/shell_words.h"
#include "workloads/sleep_part.h"

#include <stdbool.h>
#include <string.h>

enum { DEEPEST = 40, MOST_WORDS = 64, MOST_DIGITS = 9 };

struct parser {
    struct arena *arena;
    struct shell_words words;
    unsigned depth;
};

static struct sleep_part parse_list(struct parser *p);

/* --- commands --- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool is_one_of(const char *text, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, text) == 0)
            return true;
    return false;
}

static struct sleep_part parse_script(struct arena *a, const char *script, unsigned depth)
{
    struct parser p = {.arena = a, .depth = depth};
    shell_words_open(&p.words, a, script);
    struct sleep_part sum = {0};
    while (p.words.token.kind != SHELL_END) {
        sleep_part_add(&sum, parse_list(&p));
        if (p.words.token.kind != SHELL_END)
            shell_words_next(&p.words); /* a keyword or bracket in the wrong place */
    }
    return sum;
}

/* sh -c SCRIPT, with other options before or in the same word: -lc, -euo pipefail -c. */
static struct sleep_part run_shell(struct arena *a, const char *const *words, size_t len,
                                   unsigned depth)
{
    for (size_t i = 1; i + 1 < len && words[i][0] == '-' && words[i][1] != '\0'; i++) {
        const char last = words[i][strlen(words[i]) - 1];
        if (words[i][1] != '-' && last == 'c')
            return parse_script(a, words[i + 1], depth);
        i += words[i][1] != '-' && last == 'o'; /* its value */
    }
    return (struct sleep_part){0};
}

/* How many words in front only say how the rest is to be run: exec, nohup, NAME=VALUE. */
static size_t prefixes(const char *const *words, size_t len)
{
    static const char *const names[] = {"exec", "nohup", "time",      "command", "env",
                                        "sudo", "tini",  "dumb-init", "--",      NULL};
    size_t i = 0;
    for (; i + 1 < len; i++) {
        const char *equals = strchr(words[i], '=');
        if (!is_one_of(base_name(words[i]), names) && (equals == NULL || equals == words[i]))
            break;
    }
    return i;
}

static bool follows_nothing(const char *const *words, size_t len)
{
    static const char *const options[] = {"-f", "-F", NULL};
    return len >= 2 && is_one_of(words[1], options);
}

static struct sleep_part run(struct arena *a, const char *const *words, size_t len, unsigned depth)
{
    static const char *const shells[] = {"sh", "bash", "ash", "dash", "zsh", "ksh", NULL};
    static const char *const leaving[] = {"exit", "return", "break", NULL};
    const size_t skip = prefixes(words, len);
    words += skip;
    len -= skip;
    if (len == 0 || depth > DEEPEST)
        return depth > DEEPEST ? sleep_part_unclear() : (struct sleep_part){0};
    const char *name = base_name(words[0]);
    if (strcmp(name, "sleep") == 0)
        return sleep_part_of_sleep(words + 1, len - 1);
    if (is_one_of(name, shells))
        return run_shell(a, words, len, depth + 1);
    if (strcmp(name, "tail") == 0 && follows_nothing(words, len))
        return sleep_part_known(SLEEP_LONGEST_NS);
    if (strcmp(name, "pause") == 0)
        return sleep_part_known(SLEEP_LONGEST_NS);
    for (size_t i = 1; i < len; i++)
        if (strcmp(base_name(words[i]), "sleep") == 0)
            return sleep_part_unclear(); /* timeout 5 sleep 9, xargs sleep */
    return (struct sleep_part){.ends = is_one_of(name, leaving),
                               .waits = strcmp(name, "wait") == 0};
}

static struct sleep_part parse_simple(struct parser *p)
{
    const char *words[MOST_WORDS];
    size_t len = 0;
    bool is_expanded = false;
    for (; p->words.token.kind == SHELL_WORD; shell_words_next(&p->words)) {
        is_expanded |= p->words.token.is_expanded && len == 0;
        if (len < MOST_WORDS)
            words[len++] = p->words.token.text;
    }
    return is_expanded ? (struct sleep_part){0} : run(p->arena, words, len, p->depth);
}

/* --- keywords --- */

static bool is_stopper(const struct parser *p)
{
    static const char *const keywords[] = {"do", "done", "then", "else", "elif",
                                           "fi", "esac", "}",    NULL};
    if (p->words.token.kind == SHELL_END || p->words.token.kind == SHELL_CLOSE)
        return true;
    for (size_t i = 0; keywords[i] != NULL; i++)
        if (shell_words_is(&p->words, keywords[i]))
            return true;
    return false;
}

/* Takes the keyword if it is there. */
static bool take(struct parser *p, const char *keyword)
{
    if (!shell_words_is(&p->words, keyword))
        return false;
    shell_words_next(&p->words);
    return true;
}

/* true, :, [ 1 ], [[ true ]]; for `until`, false. */
static bool is_constant(struct shell_words look, bool truth)
{
    static const char *const truths[] = {"true", ":", "1", NULL};
    static const char *const lies[] = {"false", NULL};
    const bool is_test = shell_words_is(&look, "[") || shell_words_is(&look, "[[");
    if (is_test)
        shell_words_next(&look);
    if (look.token.kind != SHELL_WORD || !is_one_of(look.token.text, truth ? truths : lies))
        return false;
    shell_words_next(&look);
    if (is_test && (shell_words_is(&look, "]") || shell_words_is(&look, "]]")))
        shell_words_next(&look);
    return look.token.kind == SHELL_SEPARATOR;
}

/* while or until LIST; do LIST; done. Commands succeed, so `while sleep 9` goes on for ever. */
static struct sleep_part parse_loop(struct parser *p, bool truth)
{
    const bool is_endless = is_constant(p->words, truth);
    const struct sleep_part condition = parse_list(p);
    take(p, "do");
    struct sleep_part body = parse_list(p);
    take(p, "done");
    if (is_endless || (truth && condition.found == SLEEP_KNOWN))
        return sleep_part_times(body, INT64_MAX);
    return sleep_part_sleeps(&body) || sleep_part_sleeps(&condition) ? sleep_part_unclear()
                                                                     : (struct sleep_part){0};
}

static bool take_number(const char **at, int64_t *value)
{
    const size_t digits = scan_digits(*at);
    if (digits == 0 || digits > MOST_DIGITS)
        return false;
    *value = 0;
    for (const char *end = *at + digits; *at < end; ++*at)
        *value = *value * 10 + (**at - '0');
    return true;
}

static bool take_text(const char **at, const char *text)
{
    const size_t len = strlen(text);
    if (strncmp(*at, text, len) != 0)
        return false;
    *at += len;
    return true;
}

/* How many values a word of a `for` stands for: {1..10}, $(seq 10), $(seq 2 5); -1: unclear. */
static int64_t count_of(const struct shell_token *t)
{
    const char *at = t->text;
    int64_t from = 1, to = 0;
    if (!t->is_quoted && take_text(&at, "{") && take_number(&at, &from) && take_text(&at, "..") &&
        take_number(&at, &to) && strcmp(at, "}") == 0)
        return (to < from ? from - to : to - from) + 1;
    if (!t->is_expanded)
        return 1;
    at = t->text;
    from = 1;
    if (!take_text(&at, "$(seq ") || !take_number(&at, &to))
        return -1;
    if (take_text(&at, " ")) {
        from = to;
        if (!take_number(&at, &to))
            return -1;
    }
    return strcmp(at, ")") != 0 ? -1 : to < from ? 0 : to - from + 1;
}

/* Up to `do`: how often; -1: unclear. for ((;;)) goes on for ever, and so says INT64_MAX. */
static int64_t parse_for_head(struct parser *p)
{
    int64_t count = 0;
    if (p->words.token.kind == SHELL_OPEN) {
        unsigned separators = 0, others = 0;
        for (; !is_stopper(p) || p->words.token.kind == SHELL_CLOSE; shell_words_next(&p->words)) {
            separators += p->words.token.kind == SHELL_SEPARATOR;
            others += p->words.token.kind == SHELL_WORD;
        }
        return others == 0 && separators > 0 ? INT64_MAX : -1;
    }
    shell_words_next(&p->words); /* its variable */
    if (!take(p, "in"))
        count = -1;
    for (; p->words.token.kind == SHELL_WORD && !is_stopper(p); shell_words_next(&p->words)) {
        const int64_t more = count_of(&p->words.token);
        count = more < 0 || count < 0 ? -1 : count + more;
    }
    while (p->words.token.kind == SHELL_SEPARATOR)
        shell_words_next(&p->words);
    return count;
}

static struct sleep_part parse_for(struct parser *p)
{
    const int64_t count = parse_for_head(p);
    take(p, "do");
    const struct sleep_part body = parse_list(p);
    take(p, "done");
    return sleep_part_times(body, count);
}

/* Which way it goes nobody knows. */
static struct sleep_part parse_if(struct parser *p)
{
    struct sleep_part sum = parse_list(p);
    bool is_unclear = false, leaves = false;
    while (take(p, "then") || take(p, "elif") || take(p, "else")) {
        const struct sleep_part branch = parse_list(p);
        is_unclear |= sleep_part_sleeps(&branch);
        leaves |= branch.leaves || branch.ends;
    }
    take(p, "fi");
    if (is_unclear)
        sum = sleep_part_unclear();
    sum.leaves |= leaves;
    return sum;
}

static struct sleep_part parse_case(struct parser *p)
{
    bool is_unclear = false;
    for (; p->words.token.kind != SHELL_END && !shell_words_is(&p->words, "esac");
         shell_words_next(&p->words))
        is_unclear |= strcmp(base_name(p->words.token.text), "sleep") == 0;
    take(p, "esac");
    return is_unclear ? sleep_part_unclear() : (struct sleep_part){.leaves = true};
}

/* --- the structure --- */

static struct sleep_part parse_compound(struct parser *p)
{
    struct sleep_part part;
    if (p->words.token.kind == SHELL_OPEN) {
        shell_words_next(&p->words);
        part = parse_list(p);
        if (p->words.token.kind == SHELL_CLOSE)
            shell_words_next(&p->words);
        part.leaves = part.ends = false; /* of the subshell only */
        return part;
    }
    if (take(p, "{")) {
        part = parse_list(p);
        take(p, "}");
        return part;
    }
    if (take(p, "while"))
        return parse_loop(p, true);
    if (take(p, "until"))
        return parse_loop(p, false);
    if (take(p, "for"))
        return parse_for(p);
    if (take(p, "if"))
        return parse_if(p);
    if (take(p, "case"))
        return parse_case(p);
    take(p, "!");
    return parse_simple(p);
}

/* A pipe's commands run side by side. */
static struct sleep_part parse_pipeline(struct parser *p)
{
    struct sleep_part part = parse_compound(p);
    while (p->words.token.kind == SHELL_PIPE) {
        shell_words_next(&p->words);
        sleep_part_join(&part, parse_compound(p));
    }
    return part;
}

static void skip_separators(struct parser *p)
{
    while (p->words.token.kind == SHELL_SEPARATOR)
        shell_words_next(&p->words);
}

static struct sleep_part parse_and_or(struct parser *p)
{
    struct sleep_part sum = parse_pipeline(p);
    while (p->words.token.kind == SHELL_AND || p->words.token.kind == SHELL_OR) {
        const bool is_done = p->words.token.kind == SHELL_AND;
        shell_words_next(&p->words);
        skip_separators(p);
        const struct sleep_part next = parse_pipeline(p);
        if (is_done && !sum.ends)
            sleep_part_add(&sum, next);
        sum.waits |= is_done && next.waits;
    }
    return sum;
}

/* Commands up to a keyword or bracket that does not begin one. */
static struct sleep_part parse_list(struct parser *p)
{
    struct sleep_part sum = {0}, behind = {0};
    if (++p->depth > DEEPEST)
        sum = sleep_part_unclear();
    for (skip_separators(p); !is_stopper(p); skip_separators(p)) {
        const enum shell_kind before = p->words.token.kind;
        const char *at = p->words.at;
        const struct sleep_part next = p->depth > DEEPEST ? parse_simple(p) : parse_and_or(p);
        if (p->words.token.kind == SHELL_BACK) {
            struct sleep_part until = sum;
            sleep_part_add(&until, next);
            sleep_part_join(&behind, until);
            shell_words_next(&p->words);
        } else if (!sum.ends) {
            sleep_part_add(&sum, next);
        }
        if (next.waits)
            sleep_part_join(&sum, behind);
        if (p->words.at == at && p->words.token.kind == before)
            shell_words_next(&p->words); /* nothing was understood: go on behind it */
    }
    p->depth--;
    return sum;
}

/* --- programs --- */

struct sleep_time sleep_time_of(struct arena *a, const char *const *words, size_t len)
{
    const struct sleep_part part = run(a, words, len, 0);
    return (struct sleep_time){part.found, part.found == SLEEP_KNOWN ? part.ns : 0};
}
