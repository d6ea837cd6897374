/* restart_policy.h - what becomes of a container that has ended. */
#ifndef MODELS_KUBERNETES_RESTART_POLICY_H
#define MODELS_KUBERNETES_RESTART_POLICY_H

enum restart_policy {
    RESTART_ALWAYS,
    RESTART_ON_FAILURE,
    RESTART_NEVER,
};

#endif /* MODELS_KUBERNETES_RESTART_POLICY_H */
