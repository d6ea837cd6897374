/* The part of pod_template.h that says what the API server would refuse. */
#include "models/kubernetes/pod_template.h"
#include "sim/intern.h"
#include "sim/suggest.h"

#include <string.h>

#define NANO INT64_C(1000000000)

/* Amounts beyond these are typing errors, and would make sums overflow. */
#define MOST_UNITS  (INT64_C(1) << 56)
#define MOST_PIECES INT64_C(1000000)

enum { MOST_RESOURCES = 60 }; /* a request has room for a few more */

static const char *name_of(const struct field_reader *r, const struct resource_quantity *q)
{
    return intern_text(r->resources, q->resource);
}

/* Never more than there is: a request has to be the limit. */
static bool is_never_overcommitted(const char *name)
{
    return resource_is_extended(name) || strncmp(name, "hugepages-", strlen("hugepages-")) == 0;
}

static void check_name(struct field_reader *r, const struct resource_quantity *q)
{
    static const char *const known[] = {"cpu", "memory", "ephemeral-storage", NULL};
    const char *name = name_of(r, q);
    if (resource_is_native(name) || resource_is_extended(name))
        return;
    if (strcmp(name, "gpu") == 0 || strncmp(name, "mig-", strlen("mig-")) == 0) {
        diag_error(r->diag, yaml_pos(q->at), "%s: needs its vendor's domain, as in nvidia.com/%s",
                   name, name);
        return;
    }
    struct suggest s;
    suggest_init(&s, name);
    suggest_offer_all(&s, known);
    diag_error(r->diag, yaml_pos(q->at),
               "%s: no resource of Kubernetes, and no domain such as nvidia.com/ in front%s", name,
               suggest_hint(&s));
}

static void check_amount(struct field_reader *r, const struct resource_quantity *q)
{
    const char *name = name_of(r, q);
    const bool is_extended = resource_is_extended(name);
    if (q->nano < 0)
        diag_error(r->diag, yaml_pos(q->at), "%s: '%s': negative", name, q->at->text);
    else if (is_extended && q->nano % NANO != 0)
        diag_error(r->diag, yaml_pos(q->at), "%s: '%s': not a whole number; it comes in pieces",
                   name, q->at->text);
    else if (q->nano / NANO > (is_extended ? MOST_PIECES : MOST_UNITS))
        diag_error(r->diag, yaml_pos(q->at), "%s: '%s': more than any node has", name, q->at->text);
}

static void check_list(struct field_reader *r, const struct resource_list *l)
{
    for (uint32_t i = 0; i < l->len; i++) {
        check_name(r, &l->items[i]);
        check_amount(r, &l->items[i]);
    }
}

static void check_pair(struct field_reader *r, const struct resource_quantity *request,
                       const struct resource_quantity *limit)
{
    const char *name = name_of(r, request);
    const bool is_exact = is_never_overcommitted(name);
    if (limit == NULL && is_exact)
        diag_error(r->diag, yaml_pos(request->at),
                   "%s: '%s': requested without a limit; it needs one, equal to it", name,
                   request->at->text);
    else if (limit != NULL &&
             (is_exact ? request->nano != limit->nano : request->nano > limit->nano))
        diag_error(r->diag, yaml_pos(request->at), "%s: '%s': the request is %s the limit %s", name,
                   request->at->text, is_exact ? "not" : "above", limit->at->text);
}

static void check_both(struct field_reader *r, const struct resource_list *requests,
                       const struct resource_list *limits)
{
    check_list(r, requests);
    check_list(r, limits);
    for (uint32_t i = 0; i < requests->len; i++)
        check_pair(r, &requests->items[i], resource_list_find(limits, requests->items[i].resource));
}

/* What a pod may ask for as a whole. */
static void check_whole(struct field_reader *r, const struct resource_list *l)
{
    for (uint32_t i = 0; i < l->len; i++)
        if (resource_is_extended(name_of(r, &l->items[i])))
            diag_error(r->diag, yaml_pos(l->items[i].at),
                       "%s: not for the pod as a whole; ask for it in a container",
                       name_of(r, &l->items[i]));
}

bool pod_template_check(struct field_reader *r, const struct pod_template *t)
{
    const unsigned errors = diag_errors(r->diag);
    for (uint32_t i = 0; i < t->containers_len; i++)
        check_both(r, &t->containers[i].requests, &t->containers[i].limits);
    check_both(r, &t->requests, &t->limits);
    check_whole(r, &t->requests);
    check_whole(r, &t->limits);
    check_list(r, &t->overhead);
    if (pod_template_requests(t, r->arena).len > MOST_RESOURCES)
        diag_error(r->diag, yaml_pos(t->spec), "its containers ask for more than %d resources",
                   (int)MOST_RESOURCES);
    return diag_errors(r->diag) == errors;
}
