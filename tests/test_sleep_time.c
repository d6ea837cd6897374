#include "sim/arena.h"
#include "tests/unit.h"
#include "workloads/sleep_time.h"

#include <stdio.h>
#include <string.h>

static const char *shown(struct arena *a, struct sleep_time t)
{
    static const char *const names[] = {"none", "", "unclear", "forever"};
    if (t.found != SLEEP_KNOWN)
        return names[t.found];
    return arena_printf(a, "%.12g", (double)t.ns / 1e9);
}

/* Scripts of `bash -c`, and the seconds they sleep. */
static const struct row {
    const char *script, *want;
} rows[] = {
    {"sleep 600", "600"},
    {"nvidia-smi && sleep 600", "600"},
    {"sleep 10m", "600"},
    {"sleep 1.5h", "5400"},
    {"sleep 1d 2h 3m 4s 5", "93789"},
    {"sleep 0.25", "0.25"},
    {"sleep 0", "0"},
    {"sleep .5", "0.5"},
    {"/bin/sleep 3", "3"},
    {"exec sleep 3", "3"},
    {"FOO=1 BAR=2 nohup sleep 3", "3"},
    {"sleep infinity", "forever"},
    {"sleep inf", "forever"},
    {"sleep 99999999999999999999", "forever"},
    {"sleep", "unclear"},
    {"sleep $N", "unclear"},
    {"sleep $((60 * 10))", "unclear"},
    {"sleep ten", "unclear"},
    {"sleep -5", "unclear"},
    {"sleep 5x", "unclear"},
    {"", "none"},
    {"nvidia-smi", "none"},
    {"python train.py --epochs 3", "none"},
    {"echo sleeping 600", "none"},
    {"echo 'sleep 600'", "none"},
    {"echo \"sleep 600\"", "none"},
    {"# sleep 600\nsleep 5 # sleep 6", "5"},
    {"sleep 5; sleep 6\nsleep 7", "18"},
    {"sleep 5 && sleep 6 && echo", "11"},
    {"false || true; sleep 5", "5"},
    {"nvidia-smi || sleep 600", "none"},
    {"(nvidia-smi || true) && sleep 600", "600"},
    {"sleep 5 || exit 1; sleep 6", "11"},
    {"{ sleep 5; sleep 6; }", "11"},
    {"(sleep 5; sleep 6)", "11"},
    {"sleep 5 | sleep 6", "6"},
    {"sleep 600 &", "none"},
    {"sleep 600 & sleep 5", "5"},
    {"sleep 600 & wait", "600"},
    {"sleep 5; sleep 600 & sleep 700 & sleep 10; wait; sleep 1", "706"},
    {"trap : TERM INT; sleep infinity & wait", "forever"},
    {"while true; do nvidia-smi; sleep 10; done", "forever"},
    {"while true; do nvidia-smi; done", "forever"},
    {"while :\ndo\n  sleep 10\ndone", "forever"},
    {"while [ 1 ]; do sleep 1; done", "forever"},
    {"while [[ true ]]; do sleep 1; done", "forever"},
    {"until false; do sleep 10; done", "forever"},
    {"while sleep 10; do date; done", "forever"},
    {"for ((;;)); do sleep 1; done", "forever"},
    {"while [ ! -f /done ]; do sleep 5; done", "unclear"},
    {"while ! nc -z db 5432; do sleep 1; done; sleep 9", "unclear"},
    {"while ! nc -z db 5432; do sleep 1; done; sleep infinity", "forever"},
    {"until nc -z db 5432; do sleep 1; done", "unclear"},
    {"while true; do sleep 10; break; done", "unclear"},
    {"while true; do if [ -f x ]; then exit 0; fi; sleep 1; done", "unclear"},
    {"while read line; do echo $line; done; sleep 3", "3"},
    {"sleep 5; while true; do sleep 1; done; sleep 6", "forever"},
    {"for i in 1 2 3; do sleep 10; done", "30"},
    {"for i in a 'b c' d; do echo $i; sleep 1; done", "3"},
    {"for i in {1..10}; do sleep 2; done", "20"},
    {"for i in $(seq 10); do sleep 2; done", "20"},
    {"for i in $(seq 3 5); do for j in 1 2; do sleep 1; done; done", "6"},
    {"for i in $(seq 1 2 9); do sleep 1; done", "unclear"},
    {"for f in $(ls); do sleep 1; done", "unclear"},
    {"for f in *; do echo; done; sleep 2", "2"},
    {"for ((i=0;i<5;i++)); do sleep 1; done", "unclear"},
    {"for i in 1 2; do sleep 5; continue; done", "10"},
    {"for i in $(seq 999999999); do sleep 9d; done", "forever"},
    {"if nvidia-smi; then echo yes; else echo no; fi; sleep 5", "5"},
    {"if nvidia-smi; then sleep 600; fi", "unclear"},
    {"if sleep 3; then echo; fi", "3"},
    {"case $X in a) sleep 5;; esac", "unclear"},
    {"case $X in a) echo;; b|c) echo;; esac; sleep 4", "4"},
    {"sleep 5; exit 0; sleep 600", "5"},
    {"[ -z \"$X\" ] && echo unset; sleep 5", "5"},
    {"bash -c 'sleep 5; sleep 6'", "11"},
    {"sh -euo pipefail -c \"sleep 5\"", "5"},
    {"tail -f /dev/null", "forever"},
    {"tail -n 5 log", "none"},
    {"timeout 30 sleep 600", "unclear"},
    {"$CMD sleep 600", "none"},
    {"sleep 5 > /dev/null 2>&1", "5"},
    {"sleep 5 2>/dev/null; cat <<EOF\nsleep 600\nEOF\nsleep 6", "11"},
    {"cat <<-'END' > f\n\tsleep 600\n\tEND\nsleep 1", "1"},
    {"diff <(sleep 600) x; sleep 2", "2"},
    {"echo `sleep 600`; sleep 2", "2"},
    {"echo $(sleep 600); sleep 2", "2"},
    {"sleep \\\n  5", "5"},
    {"sl\\eep 5", "5"},
    {"'sleep' \"5\"", "5"},
    {"echo done; sleep 3", "3"},
    {"echo \"Sleeping for 3600 seconds...\"\nsleep 3600\n", "3600"},
    {"! sleep 3", "3"},
    {"done; fi; ) sleep 3", "3"},
    {"sleep 3; \"unclosed", "3"},
    {"sleep 3; $(unclosed", "3"},
    {"if then else fi do done { } ( ) ; ;; && ||", "none"},
};

static void scripts_say_how_long_they_sleep(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *const words[] = {"/bin/bash", "-c", rows[i].script};
        const char *got = shown(a, sleep_time_of(a, words, LEN(words)));
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: %s, not %s", rows[i].script, got, rows[i].want);
    }
    arena_free(a);
}

static const struct {
    const char *words[6];
    const char *want;
} programs[] = {
    {{"sleep", "600"}, "600"},
    {{"sleep", "10m", "30s"}, "630"},
    {{"/bin/sleep", "infinity"}, "forever"},
    {{"sh", "-c", "sleep 5", "ignored"}, "5"},
    {{"bash", "-lc", "sleep 5"}, "5"},
    {{"bash", "--login", "-c", "sleep 5"}, "5"},
    {{"bash", "script.sh"}, "none"},
    {{"bash", "-c"}, "none"},
    {{"python3", "-c", "import time; time.sleep(5)"}, "none"},
    {{"tini", "--", "sleep", "5"}, "5"},
    {{"env", "A=b", "sleep", "5"}, "5"},
    {{"pause"}, "forever"},
    {{"echo", "sleep 5"}, "none"},
    {{NULL}, "none"},
};

static void programs_say_how_long_they_sleep(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    for (size_t i = 0; i < LEN(programs); i++) {
        size_t len = 0;
        while (len < 6 && programs[i].words[len] != NULL)
            len++;
        assert_string_equal(shown(a, sleep_time_of(a, programs[i].words, len)), programs[i].want);
    }
    arena_free(a);
}

static void deep_nesting_is_unclear_and_harmless(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    char *script = arena_alloc(a, 200000);
    memset(script, '(', 100000);
    strcpy(script + 100000, "sleep 5");
    const char *const words[] = {"sh", "-c", script};
    assert_int_equal(sleep_time_of(a, words, LEN(words)).found, SLEEP_UNCLEAR);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_say_how_long_they_sleep),
        cmocka_unit_test(programs_say_how_long_they_sleep),
        cmocka_unit_test(deep_nesting_is_unclear_and_harmless),
    };
    return cmocka_run_group_tests_name("sleep_time", tests, NULL, NULL);
}
