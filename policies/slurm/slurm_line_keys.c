/* Keys of the lines NodeName, PartitionName and NodeSet. */
#include "policies/slurm/slurm_conf.h"
#include "policies/slurm/slurm_key_rows.h"
#include "sim/quantity.h"

enum { MOST_COUNT = 1000000000 };

#define IN(type, field) offsetof(struct type, field)

/* --- NodeName --- */

#define NODE(name, field, least, most) KEY_ROW(name, KEY_INT, IN(conf_node, field), least, most)

static const char *const node_ignored[] = {
    "BcastAddr",  "CpuBind", "Extra",  "InstanceId", "InstanceType", "NodeAddr",    "NodeHostname",
    "Parameters", "Port",    "Reason", "TmpDisk",    "Topology",     "TRESWeights", NULL};

static const struct slurm_key node_keys[] = {
    NODE("CPUs", cpus, 1, MOST_COUNT),
    NODE("Procs", cpus, 1, MOST_COUNT),
    NODE("Boards", boards, 1, 64),
    NODE("Sockets", sockets, 1, 1024),
    NODE("SocketsPerBoard", sockets_per_board, 1, 1024),
    NODE("CoresPerSocket", cores_per_socket, 1, MOST_COUNT),
    NODE("ThreadsPerCore", threads, 1, 16),
    NODE("Weight", weight, 0, UINT32_MAX),
    KEY_ROW("RealMemory", KEY_MEGABYTES, IN(conf_node, memory_mb), 0, 0),
    KEY_ROW("MemSpecLimit", KEY_MEGABYTES, IN(conf_node, spec_memory_mb), 0, 0),
    KEY_ROW("Gres", KEY_PAIR, IN(conf_node, gres), 0, 0),
    KEY_ROW("Feature", KEY_TEXT, IN(conf_node, features), 0, 0),
    KEY_ROW("Features", KEY_TEXT, IN(conf_node, features), 0, 0),
    KEY_ROW("State", KEY_TEXT, IN(conf_node, state), 0, 0),
    KEY_LOST("CoreSpecCount", "0", "all cores are for jobs"),
    KEY_LOST("CpuSpecList", "", "all cores are for jobs"),
    KEY_LOST("RestrictedCoresPerGPU", "0", "all cores are for all jobs"),
    KEY_END,
};

const struct slurm_key_table slurm_node_keys = {"NodeName", node_keys, node_ignored, NULL};

/* --- PartitionName --- */

#define PART(field) IN(conf_partition, field)

static void read_priority(struct slurm_key_reader *r, const struct slurm_pair *p, void *target)
{
    struct conf_partition *partition = target;
    const char *why;
    int64_t value;
    if (!quantity_int(p->value, &value, &why) || value < 0 || value > 65533)
        diag_error(r->diag, p->value_at, "Priority: '%s': not a number from 0 to 65533", p->value);
    else
        partition->tier = partition->job_factor = value;
}

static const char *const partition_ignored[] = {"AllocNodes",
                                                "CpuBind",
                                                "DisableRootJobs",
                                                "GraceTime",
                                                "Hidden",
                                                "PowerDownOnIdle",
                                                "ResumeTimeout",
                                                "SuspendTimeout",
                                                "Topology",
                                                "TRESBillingWeights",
                                                NULL};

static const struct slurm_key partition_keys[] = {
    KEY_ROW("Nodes", KEY_PAIR, PART(nodes), 0, 0),
    KEY_ROW("State", KEY_PAIR, PART(state), 0, 0),
    KEY_ROW("OverSubscribe", KEY_PAIR, PART(share), 0, 0),
    KEY_ROW("Shared", KEY_PAIR, PART(share), 0, 0),
    KEY_ROW("Default", KEY_BOOL, PART(is_default), 0, 0),
    KEY_ROW("LLN", KEY_BOOL, PART(is_lln), 0, 0),
    KEY_ROW("PriorityTier", KEY_INT, PART(tier), 0, 65533),
    KEY_ROW("PriorityJobFactor", KEY_INT, PART(job_factor), 0, 65533),
    KEY_READ("Priority", read_priority),
    KEY_ROW("MinNodes", KEY_INT, PART(min_nodes), 0, MOST_COUNT),
    KEY_ROW("MaxNodes", KEY_INT, PART(max_nodes), 0, SLURM_NO_LIMIT),
    KEY_ROW("MaxTime", KEY_MINUTES, PART(max_time_min), 0, 0),
    KEY_ROW("DefaultTime", KEY_MINUTES, PART(default_time_min), 0, 0),
    KEY_ROW("OverTimeLimit", KEY_INT, PART(over_time_min), 0, SLURM_NO_LIMIT),
    KEY_ROW("DefCpuPerGPU", KEY_INT, PART(cpus_per_gpu), 0, MOST_COUNT),
    KEY_ROW("DefMemPerCPU", KEY_MEGABYTES, PART(mem_per_cpu_mb), 0, 0),
    KEY_ROW("DefMemPerGPU", KEY_MEGABYTES, PART(mem_per_gpu_mb), 0, 0),
    KEY_ROW("DefMemPerNode", KEY_MEGABYTES, PART(mem_per_node_mb), 0, 0),
    KEY_LOST("AllowAccounts", "ALL", "all accounts are allowed"),
    KEY_LOST("AllowGroups", "ALL", "all groups are allowed"),
    KEY_LOST("AllowQos", "ALL", "all QOS are allowed"),
    KEY_LOST("Alternate", "", "jobs of a partition that is down wait"),
    KEY_LOST("DenyAccounts", "", "no account is denied"),
    KEY_LOST("DenyQos", "", "no QOS is denied"),
    KEY_LOST("ExclusiveTopo", "NO", "jobs share blocks of nodes"),
    KEY_LOST("ExclusiveUser", "NO", "users share nodes"),
    KEY_LOST("JobDefaults", "",
             "the defaults; DefCpuPerGPU and DefMemPerGPU have keys of their own"),
    KEY_LOST("MaxCPUsPerNode", "UNLIMITED|INFINITE", "the limit"),
    KEY_LOST("MaxCPUsPerSocket", "UNLIMITED|INFINITE", "the limit"),
    KEY_LOST("MaxMemPerCPU", "0|UNLIMITED", "the limit"),
    KEY_LOST("MaxMemPerNode", "0|UNLIMITED", "the limit"),
    KEY_LOST("PreemptMode", "OFF", "nobody is preempted"),
    KEY_LOST("QOS", "N/A", "the QOS and its limits"),
    KEY_LOST("ReqResv", "NO", "jobs need no reservation"),
    KEY_LOST("RootOnly", "NO", "all users are allowed"),
    KEY_LOST("SelectTypeParameters", "NONE|CR_Core", "the cluster's hold"),
    KEY_LOST("SuspendTime", "-1|INFINITE|NONE", "idle nodes stay up"),
    KEY_END,
};

const struct slurm_key_table slurm_partition_keys = {"PartitionName", partition_keys,
                                                     partition_ignored, NULL};

static const struct slurm_key node_set_keys[] = {
    KEY_ROW("Nodes", KEY_TEXT, IN(conf_node_set, nodes), 0, 0),
    KEY_ROW("Feature", KEY_TEXT, IN(conf_node_set, feature), 0, 0),
    KEY_END,
};

const struct slurm_key_table slurm_node_set_keys = {"NodeSet", node_set_keys, NULL, NULL};
