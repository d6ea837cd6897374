/* The keys of slurm.conf: which decide, which cannot matter, which are not modelled. */
#include "policies/slurm/slurm_conf.h"
#include "policies/slurm/slurm_key_rows.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define IN(type, field) offsetof(struct type, field)

enum { MOST_S = 10 * 365 * 86400, MOST_COUNT = 1000000000 };

static void read_scheduler_parameters(struct slurm_key_reader *r, const struct slurm_pair *p,
                                      void *target)
{
    slurm_keys_read_list(r, &slurm_scheduler_keys, p, &((struct slurm_conf *)target)->params);
}

/* --- SelectTypeParameters --- */

/* The core is the unit of allocation in all of these; CR_CPU on nodes with one thread per core. */
#define NOTHING(name) KEY_ROW(name, KEY_FLAG, IN(select_flags, nothing), 0, 0)

struct select_flags {
    bool nothing, memory, lln, enforce_binding, least_loaded_shares;
};

static const char *const select_ignored[] = {"CR_CORE_DEFAULT_DIST_BLOCK",
                                             "ONE_TASK_PER_SHARING_GRES",
                                             "NONE",
                                             "OTHER_CONS_RES",
                                             "OTHER_CONS_TRES",
                                             NULL};

static const struct slurm_key select_keys[] = {
    NOTHING("CR_Core"),
    NOTHING("CR_CPU"),
    KEY_ROW("CR_Core_Memory", KEY_FLAG, IN(select_flags, memory), 0, 0),
    KEY_ROW("CR_CPU_Memory", KEY_FLAG, IN(select_flags, memory), 0, 0),
    KEY_ROW("CR_Memory", KEY_FLAG, IN(select_flags, memory), 0, 0),
    KEY_ROW("CR_LLN", KEY_FLAG, IN(select_flags, lln), 0, 0),
    KEY_ROW("ENFORCE_BINDING_GRES", KEY_FLAG, IN(select_flags, enforce_binding), 0, 0),
    KEY_ROW("LL_SHARED_GRES", KEY_FLAG, IN(select_flags, least_loaded_shares), 0, 0),
    KEY_LOST("CR_Socket", "", "cores are given out one by one"),
    KEY_LOST("CR_Socket_Memory", "", "cores are given out one by one, and memory is not counted"),
    KEY_LOST("CR_ONE_TASK_PER_CORE", "", "a task gets as many CPUs as it asks for"),
    KEY_LOST("CR_Pack_Nodes", "", "tasks are spread over nodes as if it were not there"),
    KEY_LOST("MULTIPLE_SHARING_GRES_PJ", "", "shards of a job come from one GPU"),
    KEY_END,
};

static const struct slurm_key_table select_table = {"SelectTypeParameters", select_keys,
                                                    select_ignored, NULL};

static void read_select_parameters(struct slurm_key_reader *r, const struct slurm_pair *p,
                                   void *target)
{
    struct slurm_params *params = &((struct slurm_conf *)target)->params;
    struct select_flags flags = {.nothing = false};
    slurm_keys_read_list(r, &select_table, p, &flags);
    params->memory_counts = flags.memory;
    params->is_lln = flags.lln;
    params->enforces_binding = flags.enforce_binding;
    params->shares_least_loaded = flags.least_loaded_shares;
}

/* --- plugins --- */

static void read_select_type(struct slurm_key_reader *r, const struct slurm_pair *p, void *target)
{
    (void)target;
    if (slurm_keys_is_one_of(p->value, "select/cons_tres"))
        return;
    if (slurm_keys_is_one_of(p->value, "select/cons_res"))
        diag_error(r->diag, p->value_at,
                   "SelectType: '%s': slurmctld does not start: the plugin was removed in 23.11; "
                   "select/cons_tres",
                   p->value);
    else if (slurm_keys_is_one_of(p->value, "select/linear"))
        diag_error(r->diag, p->value_at, "SelectType: '%s': not modelled; select/cons_tres",
                   p->value);
    else
        diag_error(r->diag, p->value_at,
                   "SelectType: '%s': Slurm has no such plugin; select/cons_tres", p->value);
}

static void read_scheduler_type(struct slurm_key_reader *r, const struct slurm_pair *p,
                                void *target)
{
    struct slurm_params *params = &((struct slurm_conf *)target)->params;
    if (slurm_keys_is_one_of(p->value, "sched/backfill"))
        params->has_backfill = true;
    else if (slurm_keys_is_one_of(p->value, "sched/builtin"))
        params->has_backfill = false;
    else
        diag_error(r->diag, p->value_at,
                   "SchedulerType: '%s': Slurm has no such plugin; sched/backfill or "
                   "sched/builtin",
                   p->value);
}

static void read_limits(struct slurm_key_reader *r, const struct slurm_pair *p, void *target)
{
    bool *refuses = &((struct slurm_conf *)target)->params.refuses_beyond_limits;
    if (slurm_keys_is_one_of(p->value, "ALL|ANY|YES"))
        *refuses = true;
    else if (slurm_keys_is_one_of(p->value, "NO"))
        *refuses = false;
    else
        diag_error(r->diag, p->value_at, "EnforcePartLimits: '%s': not one of ALL, ANY and NO",
                   p->value);
}

static void read_slurmd_parameters(struct slurm_key_reader *r, const struct slurm_pair *p,
                                   void *target)
{
    (void)r;
    for (const char *at = p->value; *at != '\0'; at += strcspn(at, ",")) {
        at += *at == ',';
        if (strncasecmp(at, "config_overrides", strlen("config_overrides")) == 0)
            ((struct slurm_conf *)target)->config_overrides = true;
    }
}

static void read_auth_info(struct slurm_key_reader *r, const struct slurm_pair *p, void *target)
{
    const char *expire = strstr(p->value, "cred_expire=");
    if (expire == NULL)
        return;
    const long delay = strtol(expire + strlen("cred_expire="), NULL, 10);
    if (delay < 1 || delay > MOST_S)
        diag_error(r->diag, p->value_at, "AuthInfo: '%s': cred_expire is not a number of seconds",
                   p->value);
    else
        ((struct slurm_conf *)target)->params.requeue_delay_s = delay + 1;
}

/* --- slurm.conf --- */

#define CONF(field)   offsetof(struct slurm_conf, field)
#define CONF_P(field) offsetof(struct slurm_conf, params.field)

static const char *const conf_ignored[] = {"AccountingStorageBackupHost",
                                           "AccountingStorageExternalHost",
                                           "AccountingStorageHost",
                                           "AccountingStorageParameters",
                                           "AccountingStoragePass",
                                           "AccountingStoragePort",
                                           "AccountingStorageTRES",
                                           "AccountingStorageType",
                                           "AccountingStorageUser",
                                           "AccountingStoreFlags",
                                           "AccountingStoreJobComment",
                                           "AcctGatherEnergyType",
                                           "AcctGatherFilesystemType",
                                           "AcctGatherInfinibandType",
                                           "AcctGatherInterconnectType",
                                           "AcctGatherNodeFreq",
                                           "AcctGatherProfileType",
                                           "AllowSpecResourcesUsage",
                                           "AuthAltParameters",
                                           "AuthAltTypes",
                                           "AuthType",
                                           "BackupAddr",
                                           "BackupController",
                                           "BatchStartTimeout",
                                           "BcastExclude",
                                           "BcastParameters",
                                           "BurstBufferType",
                                           "CacheGroups",
                                           "CertgenParameters",
                                           "CertgenType",
                                           "CertmgrParameters",
                                           "CertmgrType",
                                           "CheckpointType",
                                           "CliFilterParameters",
                                           "CliFilterPlugins",
                                           "ClusterName",
                                           "CommunicationParameters",
                                           "ControlAddr",
                                           "ControlMachine",
                                           "CoreSpecPlugin",
                                           "CpuFreqDef",
                                           "CpuFreqGovernors",
                                           "CredType",
                                           "CryptoType",
                                           "DataParserParameters",
                                           "DebugFlags",
                                           "DependencyParameters",
                                           "DisableRootJobs",
                                           "EioTimeout",
                                           "Epilog",
                                           "EpilogMsgTime",
                                           "EpilogSlurmctld",
                                           "EpilogTimeout",
                                           "ExtSensorsFreq",
                                           "ExtSensorsType",
                                           "FairShareDampeningFactor",
                                           "FastSchedule",
                                           "FederationParameters",
                                           "FirstJobId",
                                           "GetEnvTimeout",
                                           "GpuFreqDef",
                                           "GroupUpdateForce",
                                           "GroupUpdateTime",
                                           "HashPlugin",
                                           "HealthCheckInterval",
                                           "HealthCheckNodeState",
                                           "HealthCheckProgram",
                                           "HttpParserType",
                                           "InactiveLimit",
                                           "InteractiveStepOptions",
                                           "JobAcctGatherFrequency",
                                           "JobAcctGatherParams",
                                           "JobAcctGatherType",
                                           "JobCompHost",
                                           "JobCompLoc",
                                           "JobCompParams",
                                           "JobCompPass",
                                           "JobCompPassScript",
                                           "JobCompPort",
                                           "JobCompType",
                                           "JobCompUser",
                                           "JobContainerType",
                                           "JobCredentialPrivateKey",
                                           "JobCredentialPublicCertificate",
                                           "JobFileAppend",
                                           "KeepAliveTime",
                                           "KillOnBadExit",
                                           "LaunchParameters",
                                           "LaunchType",
                                           "Licenses",
                                           "LogTimeFormat",
                                           "MailDomain",
                                           "MailProg",
                                           "MaxArraySize",
                                           "MaxBatchRequeue",
                                           "MaxDBDMsgs",
                                           "MaxJobCount",
                                           "MaxJobId",
                                           "MaxNodeCount",
                                           "MaxStepCount",
                                           "MaxTasksPerNode",
                                           "MCSParameters",
                                           "MemLimitEnforce",
                                           "MessageTimeout",
                                           "MetricsType",
                                           "MinJobAge",
                                           "MpiDefault",
                                           "MpiParams",
                                           "MsgAggregationParams",
                                           "NamespaceType",
                                           "NodeFeaturesPlugins",
                                           "PluginDir",
                                           "PlugStackConfig",
                                           "PowerParameters",
                                           "PowerPlugin",
                                           "PreemptParameters",
                                           "PrEpParameters",
                                           "PrEpPlugins",
                                           "PriorityDecayHalfLife",
                                           "PriorityParameters",
                                           "PrioritySiteFactorParameters",
                                           "PriorityUsageResetPeriod",
                                           "PrivateData",
                                           "ProctrackType",
                                           "Prolog",
                                           "PrologEpilogTimeout",
                                           "PrologFlags",
                                           "PrologSlurmctld",
                                           "PrologTimeout",
                                           "PropagatePrioProcess",
                                           "PropagateResourceLimits",
                                           "PropagateResourceLimitsExcept",
                                           "RebootProgram",
                                           "ReconfigFlags",
                                           "RequeueExit",
                                           "RequeueExitHold",
                                           "ResumeFailProgram",
                                           "ResumeProgram",
                                           "ResumeRate",
                                           "ResumeTimeout",
                                           "ResvEpilog",
                                           "ResvOverRun",
                                           "ResvProlog",
                                           "ReturnToService",
                                           "RoutePlugin",
                                           "SallocDefaultCommand",
                                           "SbcastParameters",
                                           "SchedulerPort",
                                           "SchedulerRootFilter",
                                           "SchedulerTimeSlice",
                                           "ScronParameters",
                                           "SlurmctldAddr",
                                           "SlurmctldDebug",
                                           "SlurmctldHost",
                                           "SlurmctldLogFile",
                                           "SlurmctldParameters",
                                           "SlurmctldPidFile",
                                           "SlurmctldPlugstack",
                                           "SlurmctldPort",
                                           "SlurmctldPrimaryOffProg",
                                           "SlurmctldPrimaryOnProg",
                                           "SlurmctldSyslogDebug",
                                           "SlurmctldTimeout",
                                           "SlurmdDebug",
                                           "SlurmdLogFile",
                                           "SlurmdPidFile",
                                           "SlurmdPort",
                                           "SlurmdSpoolDir",
                                           "SlurmdSyslogDebug",
                                           "SlurmdTimeout",
                                           "SlurmdUser",
                                           "SlurmSchedLogFile",
                                           "SlurmSchedLogLevel",
                                           "SlurmUser",
                                           "SrunEpilog",
                                           "SrunPortRange",
                                           "SrunProlog",
                                           "StateSaveLocation",
                                           "SuspendExcNodes",
                                           "SuspendExcParts",
                                           "SuspendExcStates",
                                           "SuspendProgram",
                                           "SuspendRate",
                                           "SuspendTimeout",
                                           "SwitchParameters",
                                           "SwitchType",
                                           "TaskEpilog",
                                           "TaskPlugin",
                                           "TaskPluginParam",
                                           "TaskProlog",
                                           "TCPTimeout",
                                           "TLSParameters",
                                           "TLSType",
                                           "TmpFS",
                                           "TopologyParam",
                                           "TrackWCKey",
                                           "TreeWidth",
                                           "UnkillableStepProgram",
                                           "UnkillableStepTimeout",
                                           "UrlParserType",
                                           "UsePAM",
                                           "UseSpecResources",
                                           "VSizeFactor",
                                           "WaitTime",
                                           "X11Parameters",
                                           NULL};

static const struct slurm_key conf_keys[] = {
    KEY_ROW("DefCpuPerGPU", KEY_INT, CONF(cpus_per_gpu), 0, MOST_COUNT),
    KEY_ROW("DefMemPerCPU", KEY_MEGABYTES, CONF(mem_per_cpu_mb), 0, 0),
    KEY_ROW("DefMemPerGPU", KEY_MEGABYTES, CONF(mem_per_gpu_mb), 0, 0),
    KEY_ROW("DefMemPerNode", KEY_MEGABYTES, CONF(mem_per_node_mb), 0, 0),
    KEY_ROW("GresTypes", KEY_PAIR, CONF(gres_types), 0, 0),
    KEY_ROW("KillWait", KEY_INT, CONF_P(kill_wait_s), 0, MOST_S),
    KEY_ROW("OverTimeLimit", KEY_INT, CONF_P(over_time_min), 0, SLURM_NO_LIMIT),
    KEY_READ("AuthInfo", read_auth_info),
    KEY_READ("EnforcePartLimits", read_limits),
    KEY_ROW("PriorityFavorSmall", KEY_BOOL, CONF_P(priority.favors_small), 0, 0),
    KEY_ROW("PriorityWeightAge", KEY_INT, CONF_P(priority.weight_age), 0, UINT32_MAX),
    KEY_ROW("PriorityWeightJobSize", KEY_INT, CONF_P(priority.weight_job_size), 0, UINT32_MAX),
    KEY_ROW("PriorityWeightPartition", KEY_INT, CONF_P(priority.weight_partition), 0, UINT32_MAX),
    KEY_READ("PriorityCalcPeriod", slurm_read_calc_period),
    KEY_READ("PriorityFlags", slurm_read_priority_flags),
    KEY_READ("PriorityMaxAge", slurm_read_max_age),
    KEY_READ("PriorityType", slurm_read_priority_type),
    KEY_READ("PriorityWeightTRES", slurm_read_tres_weights),
    KEY_READ("SchedulerParameters", read_scheduler_parameters),
    KEY_READ("SchedulerType", read_scheduler_type),
    KEY_READ("SelectType", read_select_type),
    KEY_READ("SelectTypeParameters", read_select_parameters),
    KEY_READ("SlurmdParameters", read_slurmd_parameters),
    KEY_LOST("AccountingStorageEnforce", "none|0", "limits of associations and QOS"),
    KEY_LOST("CompleteWait", "0", "nodes are never completing"),
    KEY_LOST("JobRequeue", "1", "jobs of a node that fails are queued again"),
    KEY_LOST("JobSubmitPlugins", "none", "what plugins would change of a job"),
    KEY_LOST("MaxMemPerCPU", "0|UNLIMITED", "the limit"),
    KEY_LOST("MaxMemPerNode", "0|UNLIMITED", "the limit"),
    KEY_LOST("MCSPlugin", "mcs/none", "jobs of different labels share nodes"),
    KEY_LOST("PreemptExemptTime", "-1|0|00:00:00", "nobody is preempted"),
    KEY_LOST("PreemptMode", "OFF", "nobody is preempted"),
    KEY_LOST("PreemptType", "preempt/none", "nobody is preempted"),
    KEY_LOST("PrioritySiteFactorPlugin", "none|site_factor/none", "the site factor"),
    KEY_LOST("PriorityWeightAssoc", "0", "the factor is 0"),
    KEY_LOST("PriorityWeightFairshare", "0", "the factor is 0"),
    KEY_LOST("PriorityWeightQOS", "0", "the factor is 0"),
    KEY_LOST("SuspendTime", "-1|INFINITE|NONE", "idle nodes stay up"),
    KEY_LOST("TopologyPlugin", "topology/flat|topology/none|topology/default",
             "nodes are all near"),
    KEY_END,
};

static const char *const begin_lines[] = {"NodeName",  "PartitionName", "NodeSet",
                                          "DownNodes", "Include",       NULL};

const struct slurm_key_table slurm_conf_keys = {"slurm.conf", conf_keys, conf_ignored, begin_lines};
