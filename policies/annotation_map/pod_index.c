#include "policies/annotation_map/pod_index.h"

#include "policies/annotation_map/python_text.h"

#include <string.h>

/* Takes the last part off; false if there is none left. */
static bool last_part(struct span *s, bool *is_over, struct span *part)
{
    if (*is_over)
        return false;
    size_t begin = s->len;
    while (begin > 0 && s->text[begin - 1] != '-')
        begin--;
    *part = (struct span){s->text + begin, s->len - begin};
    *is_over = begin == 0;
    s->len = begin == 0 ? 0 : begin - 1;
    return true;
}

bool pod_index_by_digits(const char *name, char *out)
{
    struct span rest = {name, strlen(name)}, part;
    bool is_over = false;
    while (last_part(&rest, &is_over, &part))
        if (python_isdigit(part))
            return python_int(part, out) > 0;
    return false;
}

bool pod_index_by_last_part(const char *name, char *out)
{
    struct span rest = {name, strlen(name)}, part;
    bool is_over = false;
    return last_part(&rest, &is_over, &part) && !is_over && python_int(part, out) > 0;
}
