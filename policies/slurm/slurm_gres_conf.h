/*
 * slurm_gres_conf.h - gres.conf: which devices a node has, and near which cores.
 *
 * Errors   In the diag, with Slurm's own verdict where a setting is impossible: a name that
 *          GresTypes lacks, a GPU without a File, fewer devices than slurm.conf names (the node is
 *          drained), cores that the node does not have.
 * Memory   Everything lies in the arena.
 * Source   gres.conf(5); specs slurm.md 2.7, gpu_models.md 2.6.
 */
#ifndef POLICIES_SLURM_GRES_CONF_H
#define POLICIES_SLURM_GRES_CONF_H

#include "models/slurm_text/hostlist.h"
#include "policies/slurm/slurm_keys.h"
#include "policies/slurm/slurm_site.h"

/* One line for some nodes. */
struct gres_record {
    struct src_pos at;
    const char *name, *type; /* type NULL: none */
    struct hostlist nodes;   /* by gres_conf_by_name; none: all */
    struct hostlist files;   /* devices */
    int64_t count;           /* -1: not given */
    const struct slurm_pair *cores;
};

struct gres_conf {
    const struct gres_record *records;
    size_t len;
    bool is_given;
    bool detects; /* AutoDetect: counts of slurm.conf are what there is */
};

/* lines NULL: there is no gres.conf. */
void gres_conf_read(struct slurm_key_reader *r, const struct slurm_lines *lines,
                    struct gres_conf *out);

/* The order of a record's nodes: what qsort and bsearch take. */
int gres_conf_by_name(const void *a, const void *b);

/* What the site knows of GRES while it is built. */
struct gres_names {
    const char **types;
    uint32_t types_len;
    const char **names; /* GresTypes */
    uint32_t names_len;
    bool config_overrides;
    const struct slurm_pair *refused; /* Gres= of the last node with a mistake */
};

/* A node to be given its GRES: name and shape in, devices and counts out, in layout. */
struct gres_node {
    const char *name;
    const struct slurm_pair *gres; /* of slurm.conf; NULL: none */
    struct slurm_layout *layout;   /* sockets, cores and threads are known */
};

void gres_conf_apply(struct slurm_key_reader *r, const struct gres_conf *c,
                     struct gres_names *names, const struct gres_node *node);

#endif /* POLICIES_SLURM_GRES_CONF_H */
