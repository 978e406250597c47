// Draws the plan of a mix: first the mesh, then what is done to it.
#pragma once

#include <vector>

#include "tests/sim/plan.hpp"
#include "tests/sim/random.hpp"

namespace bellwether::sim {

class Planner {
public:
    explicit Planner(const Options& options);

    [[nodiscard]] Plan made() &&;

private:
    // plan_mesh.cpp
    void draw_mesh();
    void draw_sizes();
    [[nodiscard]] protocol::Params draw_params();
    void draw_node(NodeId id, const protocol::Params& params, const protocol::ElectionSettings& election);
    void draw_wires();

    // plan_sessions.cpp
    void draw_sessions();

    // plan_faults.cpp
    void draw_rest();
    void draw_staying_faults();
    void disturb_for_good(NodeId node, TrueTime from, TrueTime until);
    void draw_faults();
    void draw_minority();
    void add_random_fault();
    void add_process_fault(Fault fault, std::uint64_t which);
    void add_wire_fault(Fault fault, std::uint64_t which);
    void add_link_fault(Fault fault, std::uint64_t which);
    void add_disk_fault(Fault fault, std::uint64_t which);
    void add_clock_fault(Fault fault);
    void add_lease_fault(Fault fault);
    void add_fault_of_restored(Fault fault, std::uint64_t which);
    void add_command(Fault fault);
    void swizzle(TrueTime at);
    void add(Fault fault);
    [[nodiscard]] NodeId any_node();
    [[nodiscard]] NodeId any_but(NodeId node);
    [[nodiscard]] Duration some_time();

    Plan plan_;
    Random dice_;
    unsigned nodes_ = 0;
    unsigned voters_ = 0;
    bool distinct_priorities_ = false;
    bool replaces_disks_ = false;
    TrueTime quiet_at_{};
    std::vector<NodeId> rest_;       // Stays broken.
    std::vector<NodeId> preferred_;  // The nodes and pairs that a mix is about.
};

}  // namespace bellwether::sim
