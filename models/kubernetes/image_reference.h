/*
 * image_reference.h - whether a text names an image: [HOST[:PORT]/]PATH[:TAG][@DIGEST].
 *
 * Source   github.com/distribution/reference, reference.go and regexp.go: what kubelet asks.
 * Memory   Results are constant texts.
 * Cost     O(length).
 */
#ifndef MODELS_KUBERNETES_IMAGE_REFERENCE_H
#define MODELS_KUBERNETES_IMAGE_REFERENCE_H

/* NULL if it does; else what is wrong with it: "two tags". */
const char *image_reference_problem(const char *text);

#endif /* MODELS_KUBERNETES_IMAGE_REFERENCE_H */
