// What must still be so after an attack on alpha, which leads a mesh: it leads on in its term, the others follow it,
// its memory stays bounded and comes back, and its loop does not stand still.
//
//     const Composure composure{mesh};  // Of a mesh that runs.
//     ...
//     composure.expect_kept();
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "protocol/time.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {

class Composure {
public:
    // Waits until alpha leads, and every node is linked to every other and votes.
    explicit Composure(RealMesh& mesh);

    // Those in `excused` were restarted. No turn of the loop may have had more than `most_work` of a processor; how
    // long it lasted is another matter, as others run beside it.
    void expect_kept(const std::set<std::string>& excused = {},
                     protocol::Duration most_work = std::chrono::milliseconds{10}) const;

    // Of alpha.
    [[nodiscard]] std::uint64_t counter(const std::string& name) const;
    // Throws, which ends the test, if it never grows beyond what it was before.
    void await_more(const std::string& name) const;

private:
    RealMesh* mesh_;
    Leadership leadership_;
    protocol::Time begin_;
    cli::Json before_;
    std::size_t before_mb_{};
};

}  // namespace bellwether::testing
