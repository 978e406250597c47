#include "tools/run/scheduling.hpp"

#include <sys/prctl.h>

namespace bellwether::run {

InheritedScheduling::InheritedScheduling()
    : policy_{::sched_getscheduler(0)}, timer_slack_{::prctl(PR_GET_TIMERSLACK)} {
    (void)::sched_getparam(0, &parameters_);
}

void InheritedScheduling::restore() const {
    (void)::sched_setscheduler(0, policy_, &parameters_);
    (void)::prctl(PR_SET_TIMERSLACK, timer_slack_);
}

void hurry(pid_t pid) {
    sched_param parameters{};  // Of who takes turns the priority is 0.
    (void)::sched_getparam(pid, &parameters);
    ++parameters.sched_priority;
    (void)::sched_setscheduler(pid, SCHED_FIFO, &parameters);
}

}  // namespace bellwether::run
