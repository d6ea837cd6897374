/*
 * read_site.h - Kueue's objects from Kubernetes manifests, v1beta1 or v1beta2, into a site.
 *
 * Memory   What is made lies in the reader's arena; texts point into the YAML file.
 * Errors   Wrong types and amounts are errors in the diag. Rules of Kueue's own are another matter
 *          (validate.h).
 * Source   Kueue v0.20-dev, apis/kueue/v1beta2 and v1beta1; specs/kueue.md 1.18, 3.
 */
#ifndef POLICIES_KUEUE_READ_SITE_H
#define POLICIES_KUEUE_READ_SITE_H

#include "models/kubernetes/object.h"
#include "policies/kueue/site.h"

struct site_reader {
    struct field_reader f;
    struct site *site;
    /* Leaves out the defaults of the API server: for objects as Kueue's own tests make them. */
    bool is_raw;
};

/* Whether the object is of a kind that belongs into a site; then it is in it, unless it is wrong.
 */
bool site_read(struct site_reader *r, const struct object *o);

/* Amounts as Kueue counts them: cpu in milli, all else in whole units, rounded up. */
int64_t kueue_quota_amount(uint32_t resource, const struct quantity_kubernetes *q);
int64_t kueue_request_amount(uint32_t resource, const struct quantity_kubernetes *q);

#endif /* POLICIES_KUEUE_READ_SITE_H */
