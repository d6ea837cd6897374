/*
 * catalogue_list.h - the catalogue as tables for people: `clustersim list machines|gpus|profiles`.
 *
 * What is not known shows as "-", what was not verified has a "?" behind it; a line below says so.
 */
#ifndef MODELS_CATALOGUE_LIST_H
#define MODELS_CATALOGUE_LIST_H

#include "models/catalogue.h"

#include <stdio.h>

void catalogue_list_machines(const struct catalogue *c, FILE *out);
void catalogue_list_gpus(const struct catalogue *c, FILE *out);

/* Every MIG profile of every kind of GPU. */
void catalogue_list_profiles(const struct catalogue *c, FILE *out);

#endif /* MODELS_CATALOGUE_LIST_H */
