// What the guardian does, once it is a process.
#pragma once

#include <memory>
#include <optional>

#include "node/descriptor.hpp"
#include "protocol/time.hpp"
#include "tools/run/cgroup.hpp"
#include "tools/run/guardian.hpp"
#include "tools/run/program.hpp"
#include "tools/run/scheduling.hpp"

namespace bellwether::run {

class GuardianProcess {
public:
    // `channel` leads to `run`; its end is that of `run`, and of everything here.
    GuardianProcess(node::Descriptor channel, const Program& program, std::unique_ptr<Cgroup> cgroup);

    [[noreturn]] void run();

private:
    void shut_out_signals();
    void wait() const;
    void obey_orders();
    void obey(const Order& order);
    void prepare();
    void look_at_children();
    void keep_the_deadline();
    void kill_everything();
    void end_the_command(Report::Kind how);
    void report(Report::Kind kind, std::int64_t value) const;
    void set_timer();

    node::Descriptor channel_;
    const Program& program_;
    std::unique_ptr<Cgroup> cgroup_;
    InheritedScheduling scheduling_{};
    node::Descriptor children_;  // Readable when one has changed.
    node::Descriptor timer_;
    std::optional<WaitingProgram> command_;
    int status_{};  // Of the command, once it has ended.
    protocol::Time deadline_{protocol::never};
    protocol::Time stop_by_{protocol::never};
    bool abandoned_{};
};

}  // namespace bellwether::run
