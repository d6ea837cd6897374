/*
 * check.h - assertions, which stop a bug at the instant it occurs.
 *
 * SIM_REQUIRE     a contract between callers; stays in every build.
 * SIM_REQUIRE_AT  the same where a clock is at hand: the message names the simulated instant.
 * SIM_INVARIANT   a costly truth about our own data; debug builds only.
 *
 * None is for user input: a bad file is a diagnostic (diag.h), not an abort.
 */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include <stdint.h>

/* INT64_MIN: no simulated instant is known. */
_Noreturn void sim_check_failed(const char *file, int line, const char *func, const char *cond,
                                int64_t now_ns);

#define SIM_REQUIRE_AT(now_ns, cond) \
    ((cond) ? (void)0 : sim_check_failed(__FILE__, __LINE__, __func__, #cond, (now_ns)))
#define SIM_REQUIRE(cond) SIM_REQUIRE_AT(INT64_MIN, cond)

#ifdef NDEBUG
#define SIM_INVARIANT(cond) ((void)(0 && (cond))) /* seen by the compiler, never run */
#else
#define SIM_INVARIANT(cond) SIM_REQUIRE(cond)
#endif

#endif /* SIM_CHECK_H */
