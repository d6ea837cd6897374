/*
 * slurm_check.h - slurm.conf with its gres.conf, and scripts of sbatch, judged without a cluster.
 *
 * Memory   Owns what it reads until slurm_check_free; the diag must outlive it.
 * Errors   In the diag, at file, line and column.
 * Source   sbatch(1): options on #SBATCH lines count up to the first command.
 */
#ifndef POLICIES_SLURM_CHECK_H
#define POLICIES_SLURM_CHECK_H

#include <stdbool.h>

struct diag;
struct slurm_check;

struct slurm_check *slurm_check_new(struct diag *d);
void slurm_check_free(struct slurm_check *c); /* NULL is allowed */

/* The file, or the slurm.conf beside a gres.conf; with the gres.conf beside it, if there is one.
 * False after an error. */
bool slurm_check_conf(struct slurm_check *c, const char *path);

/* Whether the file begins as a script does and has a line #SBATCH. */
bool slurm_check_is_script(const char *path);

/* Its partitions must be in one of the files that were read; without any nothing is judged. */
void slurm_check_script(struct slurm_check *c, const char *path);

#endif /* POLICIES_SLURM_CHECK_H */
