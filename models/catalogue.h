/*
 * catalogue.h - the machines, GPUs and MIG tables that a scenario may name.
 *
 * Most ship with the program (models/catalogue/, embedded when it is built). Users add their own,
 * in files or inside a scenario, with the same keys:
 *
 *   gpus:     [{name: H100-80GB-OEM, memory: 80GiB, mig: H100-80GB, idle_watts: 70}]
 *   machines: [{name: rack, vcpus: 128, memory: 2TiB, gpus: 8, gpu: H100-80GB-OEM}]
 *
 * and mig: and mig_geometries: for GPUs that are cut in another way. An entry with a name that is
 * taken is an error unless it says `replaces: true`; it then stands in for the other everywhere. (A
 * geometry does so for the tables that are added with it or after it.)
 *
 * Order    Lists are in the order of adding; a replacement keeps the place of what it replaces.
 * Memory   Owns all entries until catalogue_close; pointers to them stay valid until then, and show
 *          the replacement after one. The diag must outlive the catalogue.
 * Errors   All mistakes of a file in one run, in the diag. A new entry with mistakes is kept under
 *          its name, as far as it was understood, so that naming it is no further mistake; a GPU
 *          model never has a MIG table with flaws. A replacement with mistakes replaces nothing.
 * Cost     A few milliseconds to open; O(1) to find.
 * Threads  May be shared once nothing is added any more.
 */
#ifndef MODELS_CATALOGUE_H
#define MODELS_CATALOGUE_H

#include "models/machine.h"
#include "sim/diag.h"

struct catalogue;
struct yaml_node;

/* The keys of a file, for the manual. */
extern const struct config_table catalogue_table;

/* What ships with the program. */
struct catalogue *catalogue_open(struct diag *d);
void catalogue_close(struct catalogue *c); /* NULL is allowed */

/* Both return true if nothing was wrong. The node's file must outlive the catalogue. */
bool catalogue_add_file(struct catalogue *c, const char *path, struct diag *d);
bool catalogue_add_node(struct catalogue *c, const struct yaml_node *map, struct diag *d);

/* NULL if there is none of that name. */
const struct machine *catalogue_find_machine(const struct catalogue *c, const char *name);
const struct gpu_model *catalogue_find_gpu(const struct catalogue *c, const char *name);
const struct mig_table *catalogue_find_mig(const struct catalogue *c, const char *name);

/* Complains at the place where a user wrote a name that is none, with the nearest that is one. */
void catalogue_no_machine(const struct catalogue *c, const char *name, struct src_pos at,
                          struct diag *d);

size_t catalogue_machines(const struct catalogue *c);
size_t catalogue_gpus(const struct catalogue *c);
size_t catalogue_migs(const struct catalogue *c);
const struct machine *catalogue_machine(const struct catalogue *c, size_t i);
const struct gpu_model *catalogue_gpu(const struct catalogue *c, size_t i);
const struct mig_table *catalogue_mig(const struct catalogue *c, size_t i);

#endif /* MODELS_CATALOGUE_H */
