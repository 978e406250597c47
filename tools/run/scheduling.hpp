// When a process takes its turns on the processors.
#pragma once

#include <sys/types.h>

#include <sched.h>

namespace bellwether::run {

// What a program inherits of that besides how nice it is. Taken when this is made, so before anything is changed.
class InheritedScheduling {
public:
    InheritedScheduling();
    void restore() const;

private:
    int policy_;
    sched_param parameters_{};
    int timer_slack_;  // ns; hurry() takes it away.
};

// Before all that takes turns, and before what has the priority that it has now: of this process (0), or of one that is
// to die, which takes a turn on a processor, too. Without effect where this user may not.
void hurry(pid_t pid);

}  // namespace bellwether::run
