/*
 * tres.h - trackable resources as Slurm writes them: cpu=4,mem=8G,gres/gpu:h100=2 and gpu:h100:2.
 *
 * Units    Memory in MiB, as everywhere in Slurm; other counts in pieces.
 * Memory   Texts lie in the caller's arena.
 * Errors   False, and *why says why; nothing is rounded except bytes of memory, up to a MiB.
 * Cost     O(length).
 * Source   sbatch(1) --gres and --tres-per-task, sacct(1) AllocTRES, gres.conf(5) Count.
 */
#ifndef MODELS_SLURM_TEXT_TRES_H
#define MODELS_SLURM_TEXT_TRES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum { TRES_MOST = 64 };

struct tres {
    const char *name; /* "cpu", "mem", "node", "billing"; a GRES without "gres/": "gpu" */
    const char *type; /* of a GRES; NULL: any */
    bool is_gres;
    bool is_without_files; /* gpu:no_consume:2 */
    int64_t count;
};

struct tres_list {
    const struct tres *items;
    size_t len;
};

/* cpu=4,mem=8G,gres/gpu:h100=2. A GRES may also have its count behind a colon: gres/gpu:2. */
bool tres_read(struct arena *a, const char *text, struct tres_list *out, const char **why);

/* gpu, gpu:2, gpu:h100:2, gpu:h100, shard:4, with or without "gres/" or "gres:" in front, and with
 * sockets behind: gpu:h100:8(S:0-1). No count is 1. */
bool tres_read_gres(struct arena *a, const char *text, struct tres_list *out, const char **why);

/* 512000, 512000M, 500G, 1T: MiB. */
bool tres_memory_mb(const char *text, int64_t *mb, const char **why);

/* 12, 12K: in units of 1024. */
bool tres_count(const char *text, int64_t *count, const char **why);

#endif /* MODELS_SLURM_TEXT_TRES_H */
