#include "models/kubernetes/image_reference.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { LONGEST_NAME = 255, LONGEST_TAG = 128, SHORTEST_DIGEST = 32 };

struct piece {
    const char *text;
    size_t len;
};

static bool is_of(struct piece p, const char *allowed)
{
    for (size_t i = 0; i < p.len; i++)
        if (!isalnum((unsigned char)p.text[i]) && strchr(allowed, p.text[i]) == NULL)
            return false;
    return true;
}

/* a to z, 0 to 9, and between them '.', '_', '__' or any number of '-'. */
static bool is_component(struct piece p)
{
    if (p.len == 0 || !isalnum((unsigned char)p.text[0]) ||
        !isalnum((unsigned char)p.text[p.len - 1]))
        return false;
    for (size_t i = 0; i < p.len; i++) {
        const char c = p.text[i], before = i == 0 ? 'a' : p.text[i - 1];
        const bool is_pair = before == '_' && (i < 2 || p.text[i - 2] != '_');
        if ((c == '.' && !isalnum((unsigned char)before)) ||
            (c == '_' && !isalnum((unsigned char)before) && !is_pair) ||
            (c == '-' && !isalnum((unsigned char)before) && before != '-'))
            return false;
    }
    return is_of(p, "._-");
}

static bool has_upper(struct piece p)
{
    for (size_t i = 0; i < p.len; i++)
        if (isupper((unsigned char)p.text[i]))
            return true;
    return false;
}

/* The first part is a host if it looks like one; it is all of the path if there is no '/'. */
static bool is_host(struct piece first)
{
    return memchr(first.text, '.', first.len) != NULL ||
           memchr(first.text, ':', first.len) != NULL || has_upper(first) ||
           (first.len == 9 && memcmp(first.text, "localhost", 9) == 0);
}

static const char *path_problem(struct piece path)
{
    if (path.len == 0)
        return "no name in it";
    if (path.len > LONGEST_NAME)
        return "a name of more than 255 characters";
    if (has_upper(path))
        return "capital letters; names of images have none";
    for (size_t from = 0; from <= path.len;) {
        const char *slash = memchr(path.text + from, '/', path.len - from);
        const size_t end = slash == NULL ? path.len : (size_t)(slash - path.text);
        if (!is_component((struct piece){path.text + from, end - from}))
            return "a character or an empty part that no name may have";
        from = end + 1;
    }
    return NULL;
}

static const char *digest_problem(const char *at)
{
    const char *colon = strchr(at, ':');
    if (colon == NULL || colon == at || strlen(colon + 1) < SHORTEST_DIGEST ||
        strspn(colon + 1, "0123456789abcdefABCDEF") != strlen(colon + 1))
        return "behind '@' no digest such as sha256:0123...";
    return NULL;
}

static const char *tag_problem(struct piece tag)
{
    if (memchr(tag.text, ':', tag.len) != NULL)
        return "two tags";
    if (tag.len == 0)
        return "no tag behind ':'";
    if (tag.len > LONGEST_TAG || tag.text[0] == '.' || tag.text[0] == '-' || !is_of(tag, "._-"))
        return "a tag of other characters than letters, digits, '_', '.' and '-'";
    return NULL;
}

const char *image_reference_problem(const char *text)
{
    const char *at = strchr(text, '@');
    struct piece name = {text, at == NULL ? strlen(text) : (size_t)(at - text)};
    if (name.len == 0)
        return "no name in it";
    const char *why = at == NULL ? NULL : digest_problem(at + 1);
    const char *slash = memchr(name.text, '/', name.len);
    if (slash != NULL && is_host((struct piece){name.text, (size_t)(slash - name.text)})) {
        name.len -= (size_t)(slash + 1 - name.text);
        name.text = slash + 1;
    }
    const char *colon = memchr(name.text, ':', name.len);
    if (why == NULL && colon != NULL)
        why = tag_problem((struct piece){colon + 1, (size_t)(name.text + name.len - colon) - 1});
    if (colon != NULL)
        name.len = (size_t)(colon - name.text);
    return why != NULL ? why : path_problem(name);
}
