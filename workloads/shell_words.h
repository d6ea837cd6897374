/*
 * shell_words.h - a shell script as words and operators.
 *
 * As much of POSIX sh and bash as is needed to find out how long a script sleeps: quotes,
 * comments, line continuations, substitutions (kept as text, marked), redirections and here
 * documents (left out).
 *
 * Memory   Words lie in the arena.
 * Cost     O(length).
 */
#ifndef WORKLOADS_SHELL_WORDS_H
#define WORKLOADS_SHELL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum shell_kind {
    SHELL_END,
    SHELL_WORD,
    SHELL_SEPARATOR, /* ; or a line's end */
    SHELL_AND,       /* && */
    SHELL_OR,        /* || */
    SHELL_PIPE,      /* | */
    SHELL_BACK,      /* & */
    SHELL_OPEN,      /* ( */
    SHELL_CLOSE,     /* ) */
};

struct shell_token {
    enum shell_kind kind;
    const char *text; /* of a word, without its quotes; never NULL */
    bool is_quoted;   /* some of it: no keyword */
    bool is_expanded; /* $x, $(x), `x`: only the shell knows */
};

enum { SHELL_MOST_HERE = 4 };

/* Private to shell_words.c. */
struct shell_words {
    struct arena *arena;
    const char *at;
    char *scratch;            /* room for any word */
    struct shell_token token; /* the current one */
    const char
        *here[SHELL_MOST_HERE]; /* delimiters of here documents that begin at the next line */
    bool here_is_indented[SHELL_MOST_HERE];
    size_t here_len;
};

/* The current token is then the first one. */
void shell_words_open(struct shell_words *w, struct arena *arena, const char *script);
void shell_words_next(struct shell_words *w);

/* Whether the current token is this unquoted word. */
bool shell_words_is(const struct shell_words *w, const char *keyword);

#endif /* WORKLOADS_SHELL_WORDS_H */
