#include "sim/cli/sweep_emit.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* 'it'\''s': one word for a shell, whatever is in it. */
static void print_word(const char *text, FILE *out)
{
    fputc('\'', out);
    for (; *text != '\0'; text++)
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    fputc('\'', out);
}

void sweep_emit_slurm(const struct sweep_emit *e, FILE *out)
{
    fprintf(out,
            "#!/bin/sh\n"
            "# Written by clustersim %s: the sweep of a scenario as an array of %" PRIu64
            " jobs. Submit it\n"
            "# with sbatch from the folder it was written in; when all are done:\n"
            "#   clustersim sweep ",
            e->version, e->shards);
    print_word(e->scenario, out);
    fputs(" --merge --out ", out);
    print_word(e->out_dir, out);
    fprintf(out,
            "\n"
            "#SBATCH --job-name=clustersim-%s\n"
            "#SBATCH --array=1-%" PRIu64 "\n"
            "#SBATCH --ntasks=1\n"
            "#SBATCH --cpus-per-task=1\n"
            "#SBATCH --mem=1G\n"
            "#SBATCH --time=04:00:00\n"
            "#SBATCH --requeue\n"
            "#SBATCH --output=clustersim-%s-%%A_%%a.log\n"
            "exec clustersim sweep",
            e->name, e->shards, e->name);
    for (size_t i = 0; e->words[i] != NULL; i++) {
        fputc(' ', out);
        print_word(e->words[i], out);
    }
    fprintf(out, " --shard \"$SLURM_ARRAY_TASK_ID/%" PRIu64 "\"\n", e->shards);
}

/* As names of Kubernetes are: small letters, digits and dashes. */
static void print_dns_name(const char *name, FILE *out)
{
    enum { LONGEST = 40 }; /* pods get an index and a suffix, and have 63 */
    for (size_t i = 0; name[i] != '\0' && i < LONGEST; i++)
        fputc(isalnum((unsigned char)name[i]) ? tolower((unsigned char)name[i]) : '-', out);
}

/* "it's": a text of YAML, in double quotes. */
static void print_text(const char *text, FILE *out)
{
    fputc('"', out);
    for (; *text != '\0'; text++)
        fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    fputc('"', out);
}

void sweep_emit_kubernetes(const struct sweep_emit *e, FILE *out)
{
    fprintf(out,
            "# Written by clustersim %s: the sweep of a scenario as %" PRIu64
            " pods of an Indexed Job. The claim\n"
            "# `clustersim` holds the scenario with its files, and takes the results. When the Job "
            "is done:\n"
            "#   clustersim sweep SCENARIO --merge --out DIR\n"
            "apiVersion: batch/v1\n"
            "kind: Job\n"
            "metadata:\n"
            "  name: clustersim-",
            e->version, e->shards);
    print_dns_name(e->name, out);
    fprintf(out,
            "-sweep\n"
            "spec:\n"
            "  completionMode: Indexed\n"
            "  completions: %" PRIu64 "\n"
            "  parallelism: %" PRIu64 "\n"
            "  backoffLimit: 6\n"
            "  template:\n"
            "    spec:\n"
            "      restartPolicy: Never\n"
            "      containers:\n"
            "        - name: sweep\n"
            "          image: ",
            e->shards, e->shards);
    print_text(e->image, out);
    fprintf(out,
            "\n"
            "          workingDir: /work\n"
            "          command: [sh, -c]\n"
            "          args:\n"
            "            - exec clustersim sweep \"$@\" --shard \"$((JOB_COMPLETION_INDEX + "
            "1))/%" PRIu64 "\"\n"
            "            - sh\n",
            e->shards);
    for (size_t i = 0; e->words[i] != NULL; i++) {
        fputs("            - ", out);
        print_text(e->words[i], out);
        fputc('\n', out);
    }
    fputs("          resources:\n"
          "            requests: {cpu: \"1\", memory: 1Gi}\n"
          "            limits: {memory: 1Gi}\n"
          "          volumeMounts:\n"
          "            - {name: work, mountPath: /work}\n"
          "      volumes:\n"
          "        - name: work\n"
          "          persistentVolumeClaim: {claimName: clustersim}\n",
          out);
}
