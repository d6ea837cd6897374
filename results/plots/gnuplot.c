#include "results/plots/gnuplot.h"

#include "sim/arena.h"
#include "sim/text_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ; /* gnuplot finds its fonts by it */

enum { SAID_MOST = 4096, SIGNALLED = 128, NEVER_BEGAN = -1 };

#define PART ".part"

/* --- the child --- */

/* Starts it with nothing but a pipe as its stderr; 0, or an errno. */
static int start(char *const *argv, int said, pid_t *child)
{
    posix_spawn_file_actions_t files;
    int error = posix_spawn_file_actions_init(&files);
    if (error != 0)
        return error;
    error = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&files, said, STDERR_FILENO);
    if (error == 0)
        error = posix_spawnp(child, argv[0], &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

/* Everything it writes to stderr, the end of it if that is much. */
static void listen_to(int said, char text[SAID_MOST])
{
    size_t len = 0;
    for (;;) {
        if (len == SAID_MOST - 1) {
            memmove(text, text + SAID_MOST / 2, len - SAID_MOST / 2);
            len -= SAID_MOST / 2;
        }
        const ssize_t n = read(said, text + len, SAID_MOST - 1 - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    text[len] = '\0';
}

static int wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return NEVER_BEGAN;
    return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Its exit status, and what it said; NEVER_BEGAN with *error. */
static int call(char *const *argv, char said[SAID_MOST], int *error)
{
    int ends[2];
    pid_t child;
    said[0] = '\0';
    if (pipe(ends) != 0) {
        *error = errno;
        return NEVER_BEGAN;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC); /* another thread's gnuplot must not keep them open */
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    *error = start(argv, ends[1], &child);
    close(ends[1]);
    if (*error == 0)
        listen_to(ends[0], said);
    close(ends[0]);
    return *error == 0 ? wait_for(child) : NEVER_BEGAN;
}

/* --- its words --- */

/* The last line that is not blank; NULL: there is none. */
static const char *last_line(char *said)
{
    size_t end = strlen(said);
    while (end > 0 && (said[end - 1] == '\n' || said[end - 1] == ' '))
        end--;
    said[end] = '\0';
    const char *line = strrchr(said, '\n');
    line = line == NULL ? said : line + 1;
    return *line == '\0' ? NULL : line;
}

/* "cd 'DIR'": it goes there itself. A folder called ~ is no home. */
static char *cd_to(const char *dir, struct arena *a)
{
    struct text_stream t;
    FILE *out = text_stream_open(&t);
    fprintf(out, "cd '%s", dir[0] == '/' ? "" : "./");
    for (; *dir != '\0'; dir++) {
        if (*dir == '\'')
            fputc('\'', out);
        fputc(*dir, out);
    }
    fputc('\'', out);
    text_stream_close(&t);
    char *text = arena_text(a, t.text, t.len);
    free(t.text);
    return text;
}

/* --- the pictures --- */

static void settle(struct arena *a, const char *dir, const char *name, bool is_drawn)
{
    static const char *const formats[] = {"svg", "png"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const char *picture = arena_printf(a, "%s/%s.%s", dir, name, formats[i]);
        const char *part = arena_printf(a, "%s" PART, picture);
        if (!is_drawn || rename(part, picture) != 0)
            unlink(part);
    }
}

enum gnuplot_end gnuplot_draw(const char *dir, const char *name, struct arena *arena,
                              const char **why)
{
    char said[SAID_MOST];
    int error = 0;
    char *const argv[] = {
        arena_printf(arena, "gnuplot"),     arena_printf(arena, "-d"), /* nobody's own settings */
        arena_printf(arena, "-e"),          cd_to(dir, arena),
        arena_printf(arena, "-e"),          arena_printf(arena, "part='" PART "'"),
        arena_printf(arena, "%s.gp", name), NULL,
    };
    const int status = call(argv, said, &error);
    settle(arena, dir, name, status == 0);
    if (status == 0)
        return GNUPLOT_DONE;
    if (status == NEVER_BEGAN && error == ENOENT)
        return GNUPLOT_MISSING;
    const char *line = last_line(said);
    *why = status == NEVER_BEGAN ? arena_printf(arena, "%s", strerror(error))
           : line != NULL        ? arena_text(arena, line, strlen(line))
                                 : arena_printf(arena, "it ended with status %d", status);
    return GNUPLOT_FAILED;
}
