/*
 * slurm_key_rows.h - short forms for rows of key tables. For the files that hold tables only.
 */
#ifndef POLICIES_SLURM_KEY_ROWS_H
#define POLICIES_SLURM_KEY_ROWS_H

#define KEY_ROW(name, kind, offset, least, most) \
    {                                            \
        name, kind, offset, least, most, 0, 0, 0 \
    }
#define KEY_LOST(name, harmless, lost)                     \
    {                                                      \
        name, KEY_NOT_MODELLED, 0, 0, 0, 0, harmless, lost \
    }
#define KEY_READ(name, fn)                  \
    {                                       \
        name, KEY_CUSTOM, 0, 0, 0, fn, 0, 0 \
    }
#define KEY_END                       \
    {                                 \
        0, KEY_FLAG, 0, 0, 0, 0, 0, 0 \
    }

#endif /* POLICIES_SLURM_KEY_ROWS_H */
