/*
 * int128.h - integers wide enough for GPU-nanoseconds of a year of a large cluster.
 *
 * ISO C has no such type; gcc and clang have it on every 64-bit machine we build on.
 */
#ifndef SIM_INT128_H
#define SIM_INT128_H

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

#endif /* SIM_INT128_H */
