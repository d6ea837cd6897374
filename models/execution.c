#include "models/execution.h"

#include "models/sharing.h"
#include "sim/check.h"

#define ENDLESS_Q32 (~(uint128)0)

static bool is_endless(const struct task *lead)
{
    return lead->left_q32 == ENDLESS_Q32;
}

/* Takes off what was done since the last look. */
static void catch_up(const struct simulation *sim, struct task *lead)
{
    const int64_t now = sim_now(sim);
    if (!is_endless(lead)) {
        const uint128 done = (uint128)(uint64_t)(now - lead->exec_since_ns) * lead->speed_q32;
        lead->left_q32 = done < lead->left_q32 ? lead->left_q32 - done : 0;
    }
    lead->exec_since_ns = now;
}

static int64_t time_for(uint128 left_q32, uint64_t speed_q32)
{
    if (speed_q32 == SPEED_ONE) {
        const uint128 whole = (left_q32 + SPEED_ONE - 1) >> 32;
        return whole > INT64_MAX ? INT64_MAX : (int64_t)whole;
    }
    const uint128 ns = (left_q32 + speed_q32 - 1) / speed_q32;
    return ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
}

int64_t execution_finish_ns(const struct simulation *sim, const struct task *lead)
{
    if (is_endless(lead) || lead->speed_q32 == 0)
        return INT64_MAX;
    struct task at_now = *lead;
    catch_up(sim, &at_now);
    const int64_t need = time_for(at_now.left_q32, lead->speed_q32);
    return need > INT64_MAX - sim_now(sim) ? INT64_MAX : sim_now(sim) + need;
}

void execution_schedule(struct simulation *sim, struct task *lead)
{
    const int64_t finish = execution_finish_ns(sim, lead);
    const int64_t at = finish < lead->work_until_ns ? finish : lead->work_until_ns;
    if (at == INT64_MAX)
        sim_cancel(sim, &lead->event);
    else if (lead->event != EVENT_NONE)
        event_queue_move(sim->loop.queue, lead->event, at);
    else
        lead->event =
            sim_push(sim, at, PHASE_END, sim_job(sim, lead->job)->number, EVENT_TASK, lead->id);
}

void execution_start(struct simulation *sim, struct task *lead, int64_t work_ns, uint64_t speed_q32)
{
    SIM_REQUIRE_AT(sim_now(sim), lead->event == EVENT_NONE && work_ns >= 0);
    lead->left_q32 = work_ns == WORK_ENDLESS ? ENDLESS_Q32 : (uint128)(uint64_t)work_ns << 32;
    lead->exec_since_ns = sim_now(sim);
    lead->speed_q32 = speed_q32;
    execution_schedule(sim, lead);
}

void execution_set_speed(struct simulation *sim, struct task *lead, uint64_t speed_q32)
{
    if (speed_q32 == lead->speed_q32)
        return;
    catch_up(sim, lead);
    lead->speed_q32 = speed_q32;
    execution_schedule(sim, lead);
}

bool execution_is_done(const struct simulation *sim, const struct task *lead)
{
    return execution_finish_ns(sim, lead) <= sim_now(sim);
}

int64_t execution_stop(struct simulation *sim, struct task *lead)
{
    catch_up(sim, lead);
    sim_cancel(sim, &lead->event);
    return is_endless(lead) ? WORK_ENDLESS : time_for(lead->left_q32, SPEED_ONE);
}
