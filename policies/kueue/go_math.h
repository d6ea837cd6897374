/*
 * go_math.h - a few functions with the very bits that Go's math package gives on amd64.
 *
 * Where Kueue compares doubles, the last bit can decide, and Go's Exp and Log are not those of the
 * C library.
 *
 * Source   Go 1.26, src/math: pow.go, exp_amd64.s, log_amd64.s, log10.go (the methods are those of
 *          Shibata, ISC'10, and of FreeBSD's e_log.c).
 */
#ifndef POLICIES_KUEUE_GO_MATH_H
#define POLICIES_KUEUE_GO_MATH_H

/* math.Pow(0.5, y), y >= 0. */
double go_half_to(double y);

/* math.Log2(x), 0 < x <= 1. */
double go_log2(double x);

#endif /* POLICIES_KUEUE_GO_MATH_H */
