#include "models/job_name.h"

#include "models/kubernetes/pod_name.h"
#include "models/names.h"

#include <inttypes.h>
#include <stdio.h>

static size_t written(int len, size_t cap)
{
    return len < 0 ? 0 : (size_t)len < cap ? (size_t)len : cap - 1;
}

size_t job_name(const struct names *names, const struct job *job, char *out, size_t cap)
{
    const char *word = intern_text(names->words, job->name_word);
    if (job->ordinal == UINT64_MAX)
        return written(snprintf(out, cap, "%s", word), cap);
    return written(snprintf(out, cap, "%s-%" PRIu64, word, job->ordinal), cap);
}

size_t task_name(const struct names *names, const struct job *job, const struct task *task,
                 char *out, size_t cap)
{
    char name[256];
    job_name(names, job, name, sizeof name);
    if (job->extra->controller == NULL)
        return written(snprintf(out, cap, "%s-%" PRIu32, name, task->index), cap);
    const struct pod_name_of of = {name, job->number, task->index, task->made};
    return pod_name(job->extra->controller, &of, out, cap);
}
