/* SchedulerParameters: which decide, which cannot matter, which are not modelled. */
#include "policies/slurm/slurm_conf.h"
#include "policies/slurm/slurm_key_rows.h"
#include "sim/quantity.h"

enum { MOST_S = 10 * 365 * 86400, MOST_COUNT = 1000000000 };

#define PARAM(field)                     offsetof(struct slurm_params, field)
#define NUMBER(name, field, least, most) KEY_ROW(name, KEY_INT, PARAM(field), least, most)
#define FLAG(name, field)                KEY_ROW(name, KEY_FLAG, PARAM(field), 0, 0)

/* Minutes and seconds are read into a field of seconds. */
static void read_bf_window(struct slurm_key_reader *r, const struct slurm_pair *p, void *target)
{
    const char *why;
    int64_t minutes;
    if (!quantity_int(p->value, &minutes, &why))
        diag_error(r->diag, p->value_at, "%s: '%s': %s", p->key, p->value, why);
    else if (minutes < 1 || minutes > 43200)
        diag_error(r->diag, p->value_at, "%s: '%s': out of range; from 1 to 43200 minutes", p->key,
                   p->value);
    else
        ((struct slurm_params *)target)->bf_window_s = 60 * minutes;
}

static void read_requeue_delay(struct slurm_key_reader *r, const struct slurm_pair *p, void *target)
{
    const char *why;
    int64_t delay;
    if (!quantity_int(p->value, &delay, &why) || delay < 0 || delay > MOST_S)
        diag_error(r->diag, p->value_at, "%s: '%s': not a number of seconds", p->key, p->value);
    else
        ((struct slurm_params *)target)->requeue_delay_s = delay + 1;
}

static const char *const scheduler_ignored[] = {"allow_zero_lic",
                                                "assoc_limit_stop",
                                                "bb_array_stage_cnt",
                                                "bf_allow_magnetic_slot",
                                                "bf_continue",
                                                "bf_hetjob_immediate",
                                                "bf_hetjob_prio",
                                                "bf_ignore_newly_avail_nodes",
                                                "bf_licenses",
                                                "bf_max_job_array",
                                                "bf_max_job_array_resv",
                                                "bf_max_time",
                                                "bf_one_resv_per_job",
                                                "bf_topopt_iterations",
                                                "bf_yield_interval",
                                                "bf_yield_sleep",
                                                "build_queue_timeout",
                                                "correspond_after_task_cnt",
                                                "delay_boot",
                                                "disable_hetjob_steps",
                                                "disable_job_shrink",
                                                "enable_hetjob_steps",
                                                "enable_job_state_cache",
                                                "enable_user_top",
                                                "extra_constraints",
                                                "Ignore_NUMA",
                                                "ignore_prefer_validation",
                                                "kill_invalid_depend",
                                                "max_array_tasks",
                                                "max_rpc_cnt",
                                                "max_sched_time",
                                                "max_script_size",
                                                "max_submit_line_size",
                                                "max_switch_wait",
                                                "no_backup_scheduling",
                                                "no_env_cache",
                                                "nohold_on_prolog_fail",
                                                "preempt_reorder_count",
                                                "preempt_send_user_signal",
                                                "preempt_strict_order",
                                                "preempt_youngest_first",
                                                "requeue_on_resume_failure",
                                                "requeue_setup_env_fail",
                                                "salloc_wait_nodes",
                                                "sbatch_wait_nodes",
                                                "sched_min_interval",
                                                "spec_cores_first",
                                                "step_retry_count",
                                                "step_retry_time",
                                                "time_min_as_soft_limit",
                                                "whole_hetjob",
                                                "whole_pack",
                                                NULL};

static const struct slurm_key scheduler_keys[] = {
    NUMBER("batch_sched_delay", batch_sched_delay_s, 0, MOST_S),
    NUMBER("bf_interval", bf_interval_s, -1, 10800),
    NUMBER("bf_job_part_count_reserve", bf_job_part_count_reserve, 0, MOST_COUNT),
    NUMBER("bf_max_job_part", bf_max_job_part, 0, MOST_COUNT),
    NUMBER("bf_max_job_start", bf_max_job_start, 0, MOST_COUNT),
    NUMBER("bf_max_job_test", bf_max_job_test, 1, MOST_COUNT),
    NUMBER("bf_max_job_user", bf_max_job_user, 0, MOST_COUNT),
    NUMBER("bf_max_job_user_part", bf_max_job_user_part, 0, MOST_COUNT),
    NUMBER("bf_min_age_reserve", bf_min_age_reserve_s, 0, MOST_S),
    NUMBER("bf_min_prio_reserve", bf_min_prio_reserve, 0, UINT32_MAX),
    NUMBER("bf_node_space_size", bf_node_space_size, 2, 2000000),
    NUMBER("bf_resolution", bf_resolution_s, 1, 3600),
    NUMBER("bf_window_linear", bf_window_linear_s, 0, MOST_S),
    NUMBER("default_queue_depth", default_queue_depth, 0, MOST_COUNT),
    NUMBER("partition_job_depth", partition_job_depth, 0, MOST_COUNT),
    NUMBER("sched_interval", sched_interval_s, -1, MOST_S),
    NUMBER("sched_max_job_start", sched_max_job_start, 0, MOST_COUNT),
    FLAG("bf_busy_nodes", bf_busy_nodes),
    FLAG("bf_running_job_reserve", bf_running_job_reserve),
    FLAG("defer", is_deferred),
    FLAG("defer_batch", is_deferred),
    FLAG("pack_serial_at_end", packs_serial_at_end),
    KEY_READ("bf_window", read_bf_window),
    KEY_READ("requeue_delay", read_requeue_delay),
    KEY_LOST("bf_max_job_assoc", "0", "jobs have no associations: no limit by association"),
    KEY_LOST("bf_topopt_enable", "0|no", "no choice of a less fragmented placement"),
    KEY_LOST("reduce_completing_frag", "0|no", "nodes are never completing"),
    KEY_LOST("spread", "0|no", "jobs are not spread over nodes"),
    KEY_END,
};

const struct slurm_key_table slurm_scheduler_keys = {"SchedulerParameters", scheduler_keys,
                                                     scheduler_ignored, NULL};
