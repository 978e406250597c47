#include "tools/run/scheduling.hpp"

#include <sys/resource.h>

namespace bellwether::run {

InheritedScheduling::InheritedScheduling() : policy_{::sched_getscheduler(0)}, nice_{::getpriority(PRIO_PROCESS, 0)} {
    (void)::sched_getparam(0, &parameters_);
}

void InheritedScheduling::restore() const {
    (void)::sched_setscheduler(0, policy_, &parameters_);
    (void)::setpriority(PRIO_PROCESS, 0, nice_);
}

void hurry(pid_t pid) {
    const sched_param least{.sched_priority = 1};
    (void)::sched_setscheduler(pid, SCHED_FIFO | SCHED_RESET_ON_FORK, &least);
}

}  // namespace bellwether::run
