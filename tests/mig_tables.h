/*
 * mig_tables.h - small tables to test MIG with: an H100 80 GB and an A30, geometry only.
 */
#ifndef TESTS_MIG_TABLES_H
#define TESTS_MIG_TABLES_H

#include "models/mig.h"

enum { P1, P1ME, P1DM, P2, P3, P4, P7 }; /* profiles of h100 */
enum { A1, A1ME, A2, A2ME, A4 };         /* profiles of a30 */

enum { BASE = 1 << P1 | 1 << P2 | 1 << P3 | 1 << P4 | 1 << P7, WITH_DM = BASE | 1 << P1DM };
enum { A30_BASE = 1 << A1 | 1 << A2 | 1 << A4 };

static const struct mig_profile h100_profiles[] = {
    [P1] = {"1g.10gb", "1g", .sms = 16, .compute_slices = 1, .memory_slices = 1, .most = 7,
            .starts = 0x7f, .order_len = 7, .order = {6, 4, 5, 0, 1, 2, 3},
            .instance_id = {7, 8, 9, 10, 11, 12, 13, MIG_NONE}},
    [P1ME] = {"1g.10gb+me", "1g+me", .sms = 16, .compute_slices = 1, .memory_slices = 1, .most = 1,
              .starts = 0x7f, .order_len = 7, .order = {6, 4, 5, 0, 1, 2, 3}, .media = true,
              .instance_id = {7, 8, 9, 10, 11, 12, 13, MIG_NONE}},
    [P1DM] = {"1g.20gb", "1g.dm", .sms = 26, .compute_slices = 1, .memory_slices = 2, .most = 4,
              .starts = 0x55, .order_len = 4, .order = {4, 0, 2, 6}, .double_memory = true,
              .instance_id = {3, MIG_NONE, 4, MIG_NONE, 5, MIG_NONE, MIG_NONE, MIG_NONE}},
    [P2] = {"2g.20gb", "2g", .sms = 32, .compute_slices = 2, .memory_slices = 2, .most = 3,
            .starts = 0x15, .order_len = 3, .order = {4, 0, 2},
            .instance_id = {3, MIG_NONE, 4, MIG_NONE, 5, MIG_NONE, MIG_NONE, MIG_NONE}},
    [P3] = {"3g.40gb", "3g", .sms = 60, .compute_slices = 3, .memory_slices = 4, .most = 2,
            .starts = 0x11, .order_len = 2, .order = {4, 0},
            .instance_id = {1, MIG_NONE, MIG_NONE, MIG_NONE, 2, MIG_NONE, MIG_NONE, MIG_NONE}},
    [P4] = {"4g.40gb", "4g", .sms = 64, .compute_slices = 4, .memory_slices = 4, .most = 1,
            .starts = 0x01, .order_len = 1, .order = {0}, .instance_id = {1}},
    [P7] = {"7g.80gb", "7g", .sms = 132, .compute_slices = 7, .memory_slices = 8, .most = 1,
            .starts = 0x01, .order_len = 1, .order = {0}, .instance_id = {0}},
};

static const struct mig_table h100 = {"H100-80GB", h100_profiles, 7, 7, 8};

static const struct mig_profile a30_profiles[] = {
    [A1] = {"1g.6gb", "1g", .sms = 14, .compute_slices = 1, .memory_slices = 1, .most = 4,
            .starts = 0x0f, .order_len = 4, .order = {0, 1, 2, 3}},
    [A1ME] = {"1g.6gb+me", "1g+me", .sms = 14, .compute_slices = 1, .memory_slices = 1, .most = 1,
              .starts = 0x0f, .order_len = 4, .order = {0, 1, 2, 3}, .media = true},
    [A2] = {"2g.12gb", "2g", .sms = 28, .compute_slices = 2, .memory_slices = 2, .most = 2,
            .starts = 0x05, .order_len = 2, .order = {0, 2}},
    [A2ME] = {"2g.12gb+me", "2g+me", .sms = 28, .compute_slices = 2, .memory_slices = 2, .most = 1,
              .starts = 0x05, .order_len = 2, .order = {0, 2}, .media = true},
    [A4] = {"4g.24gb", "4g", .sms = 56, .compute_slices = 4, .memory_slices = 4, .most = 1,
            .starts = 0x01, .order_len = 1, .order = {0}},
};

static const struct mig_table a30 = {"A30-24GB", a30_profiles, 5, 4, 4};

#endif /* TESTS_MIG_TABLES_H */
