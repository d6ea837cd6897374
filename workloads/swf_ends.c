#include "workloads/swf_ends.h"

#include "sim/line_reader.h"
#include "workloads/swf.h"

static void count(struct swf_ends *e, int64_t status)
{
    e->lines++;
    if (status == SWF_COMPLETED)
        e->completed++;
    else if (status == SWF_FAILED)
        e->failed++;
    else if (status == SWF_CANCELLED)
        e->cancelled++;
    else if (status >= SWF_PARTIAL && status < SWF_CANCELLED)
        e->partial++;
    else
        e->unknown++;
}

bool swf_ends_read(struct swf_ends *e, const char *path, struct arena *arena, struct diag *d)
{
    *e = (struct swf_ends){0};
    swf_header_init(&e->header, arena);
    struct line_reader *r = line_reader_open(path, d);
    if (r == NULL)
        return false;
    struct swf_record record;
    for (struct line line; line_reader_next(r, &line);) {
        const enum swf_line kind = swf_parse(line.text, line.len, &record);
        if (kind == SWF_COMMENT)
            swf_header_read(&e->header, line.text, line.len);
        if (kind == SWF_JOB)
            count(e, record.value[SWF_STATUS]);
    }
    const bool ok = !line_reader_failed(r);
    line_reader_close(r);
    return ok;
}
