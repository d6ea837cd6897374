/* gpus_csv.h - what a run may say to the observer that writes gpus.csv. */
#ifndef RESULTS_GPUS_CSV_H
#define RESULTS_GPUS_CSV_H

#include "results/out_table.h"

struct gpus_options {
    struct out_options out;
    bool every_sample; /* a row for each GPU and instance at each sample */
};

#endif /* RESULTS_GPUS_CSV_H */
