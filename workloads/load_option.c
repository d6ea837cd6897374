#include "workloads/load_option.h"

#include <math.h>

#define LOAD(member) offsetof(struct load_option, member)

static const struct config_key load_keys[] = {
    {"duty", CONFIG_RATIO, LOAD(duty), "100%", 0.001, 1,
     .help = "share of the time in which a task alone keeps its GPU busy"},
    {"width", CONFIG_RATIO, LOAD(width), "100%", 0.001, 1,
     .help = "share of the GPU's multiprocessors that its kernels fill"},
    {"memory", CONFIG_SIZE, LOAD(memory_bytes), "0", 0, 1e15,
     .help =
         "that its processes take on each device; 0: all of its own, or its part of a shared one"},
    {"processes", CONFIG_INT, LOAD(processes), "1", 1, UINT16_MAX,
     .help = "of a task on each device: turns are shared by process"},
    {"memory_bound", CONFIG_BOOL, LOAD(is_memory_bound), "false",
     .help = "memory bandwidth is what a part of a GPU takes away, not multiprocessors"},
    {0},
};

const struct config_table load_option_table = {
    "load", "How tasks load the devices that they share.", sizeof(struct load_option), load_keys};

/* All of it is written as 0, so that equal loads are equal requests. */
static uint32_t share_q16(double share)
{
    return share < 1 ? (uint32_t)lround(share * 65536) : 0;
}

struct device_load load_option_load(const struct load_option *l)
{
    return (struct device_load){
        .duty_q16 = share_q16(l->duty),
        .width_q16 = share_q16(l->width),
        .memory_bytes = (uint64_t)l->memory_bytes,
        .processes = (uint16_t)(l->processes == 1 ? 0 : l->processes),
        .is_memory_bound = l->is_memory_bound,
    };
}
