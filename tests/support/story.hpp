// What happened in a virtual mesh, as lines that a person can read: the decisions of the nodes and what was done to
// them.
//
//     [ 820] 3 > step down requested -> prepare 2
//     [ 821] * kill 3
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/trace.hpp"
#include "tests/support/true_time.hpp"

namespace bellwether::tests {

struct StoryLine {
    TrueTime when;
    protocol::NodeId node;  // Nobody: done to the mesh from outside.
    std::string text;
    bool notable = true;
};

class Story {
public:
    void tell(TrueTime when, protocol::NodeId node, std::string text, bool notable);

    // Times are shown in milliseconds since this moment, and chapter() begins here.
    void mark(TrueTime when);

    [[nodiscard]] const std::vector<StoryLine>& lines() const { return lines_; }

    // Every line, the small print included: what a failed test shows. The last `most` lines of a long story.
    [[nodiscard]] std::string all(std::size_t most = 200) const;
    // The notable decisions since the mark, and nothing that was done from outside.
    [[nodiscard]] std::string chapter() const;

private:
    [[nodiscard]] std::string shown(const StoryLine& line) const;

    std::vector<StoryLine> lines_;
    TrueTime mark_{};
    std::size_t chapter_begin_ = 0;
};

// Without the blank lines around it and the indentation all its lines share: texts compare as they look.
[[nodiscard]] std::string unindented(std::string_view text);

}  // namespace bellwether::tests
