// When processes take their turns on the processors.
#pragma once

#include <sys/types.h>

#include <sched.h>

namespace bellwether::run {

// What a program inherits of how it is scheduled: the policy, and how nice it is. Taken when this is made, so before
// anything is changed.
class InheritedScheduling {
public:
    InheritedScheduling();
    void restore() const;

private:
    int policy_;
    sched_param parameters_{};
    int nice_;
};

// Before all that takes turns: of this process (0), or of one that is to die, which takes a turn on a processor, too.
// Without effect where this user may not; children do not inherit it.
void hurry(pid_t pid);

}  // namespace bellwether::run
