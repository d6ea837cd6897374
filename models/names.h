/*
 * names.h - the texts of one simulation, by number.
 */
#ifndef MODELS_NAMES_H
#define MODELS_NAMES_H

#include "models/resource.h"
#include "sim/intern.h"

struct node_terms_table;

struct names {
    struct intern *resources;       /* resource.h */
    struct intern *words;           /* users, queues, namespaces, labels ... */
    struct node_terms_table *terms; /* what requests demand of a node; models/kubernetes/ */
};

#endif /* MODELS_NAMES_H */
