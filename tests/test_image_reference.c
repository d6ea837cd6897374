/* Which texts name an image. */
#include "models/kubernetes/image_reference.h"
#include "tests/unit.h"

#include <stdio.h>

#define DIGEST "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void names_of_images_are_taken(void **state)
{
    (void)state;
    static const char *const good[] = {
        "busybox",
        "busybox:latest",
        "nvidia/cuda:12.4.0-base-ubuntu22.04",
        "nvcr.io/nvidia/vllm:25.09-py3",
        "localhost:5000/a/b__c--d.e:1",
        "LOCALHOST/a",
        "registry.example.com:443/team/app:V1.2_3",
        "jupyter/datascience-notebook:2024-01-08",
        "a/b" DIGEST,
        "a/b:tag" DIGEST,
        "registry:5000/a",
    };
    for (size_t i = 0; i < LEN(good); i++)
        if (image_reference_problem(good[i]) != NULL)
            fail_msg("%s: %s", good[i], image_reference_problem(good[i]));
}

static void other_texts_are_not(void **state)
{
    (void)state;
    static const struct {
        const char *image, *why;
    } bad[] = {
        {"", "no name in it"},
        {":tag", "no name in it"},
        {"jupyter/datascience-notebook:2024-01-08:latest", "two tags"},
        {"a:b:c", "two tags"},
        {"a:", "no tag behind ':'"},
        {"a/B", "capital letters; names of images have none"},
        {"Busybox", "capital letters; names of images have none"},
        {"a//b", "a character or an empty part that no name may have"},
        {"a/b/", "a character or an empty part that no name may have"},
        {"a b", "a character or an empty part that no name may have"},
        {"a___b", "a character or an empty part that no name may have"},
        {"a..b", "a character or an empty part that no name may have"},
        {"-a", "a character or an empty part that no name may have"},
        {"a:-1", "a tag of other characters than letters, digits, '_', '.' and '-'"},
        {"a:1+2", "a tag of other characters than letters, digits, '_', '.' and '-'"},
        {"a@sha256:12", "behind '@' no digest such as sha256:0123..."},
        {"a@", "behind '@' no digest such as sha256:0123..."},
    };
    for (size_t i = 0; i < LEN(bad); i++) {
        const char *why = image_reference_problem(bad[i].image);
        if (why == NULL)
            fail_msg("'%s' was taken", bad[i].image);
        assert_string_equal(why, bad[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_images_are_taken),
        cmocka_unit_test(other_texts_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
