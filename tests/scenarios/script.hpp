// Stories as text: what is done to a mesh, a line each, and the decisions that follow.
//
//     nodes 5                     priority 1 0        observer 4        first boot        asleep 3
//     preempt off                 disk 2 60ms         subscribe 3
//     until leads 3 | all follow 3 | somebody leads | nobody leads
//     elapse 300ms                without leads 3 for 2s
//     kill 3   start 3   wipe 3   pause 3   resume 3
//     cut 1 2   cut 1 -> 2   cut 1 -> 2 votes   split 1 2 | 3 4 5   heal   heal 1 2
//     stepdown 3   stepdown 3 to 2   transfer 3 to 1 for 5s   drain 3   undrain 3   shutdown 3
//     answer done | answer refused no_heir
//     sessions                    in the election not nodes stand, but processes
//     handover timeout 2s
//     campaign 3                  a process on 3; the first is session 1
//     campaign 3 with children | campaign 3 and stop after 700ms | campaign 3 and never stop
//     resign session 1   kill session 1   hush session 1         until session 2 acts
//     mark                        times count from here, and so do the lines expected next
//     expect:                     the notable decisions since the mark; the mark moves here
//         [ 820] 3 > step down requested -> prepare 2
//
// What describes the mesh stands before what happens in it. Lines that begin with # are prose.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/cluster.hpp"

namespace bellwether::tests {

class Script {
public:
    // Plays the story. Its mistakes and what did not come to pass fail the test.
    explicit Script(const std::string& text);

    // The same text with the decisions that were in fact taken.
    [[nodiscard]] const std::string& as_it_went() const { return as_it_went_; }

private:
    using Words = std::vector<std::string>;

    void play(const std::string& line);
    [[nodiscard]] bool describe(const Words& words);
    [[nodiscard]] bool do_to_node(const Words& words);
    [[nodiscard]] bool do_to_wires(const Words& words);
    [[nodiscard]] bool ask_of_node(const Words& words);
    [[nodiscard]] bool ask_of_process(const Words& words);
    [[nodiscard]] bool wait(const Words& words);
    void answer(const Words& words);
    void take_down_chapter();
    [[nodiscard]] Cluster& mesh();

    ClusterOptions options_;
    std::vector<std::pair<Id, Duration>> disks_;
    std::vector<Id> subscribers_;
    std::unique_ptr<Cluster> mesh_;
    std::uint64_t last_command_ = 0;
    std::string as_it_went_;
};

}  // namespace bellwether::tests
