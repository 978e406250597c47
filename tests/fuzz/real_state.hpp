// The durable state of a node that has voted, as it stands on disk while its daemon runs.
#pragma once

#include <filesystem>

#include "protocol/durable.hpp"
#include "tests/fuzz/mutator.hpp"

namespace bellwether::fuzz {

// A directory of its own, in memory where the system has one there; removed at the end.
class ScratchDirectory {
public:
    ScratchDirectory();
    ~ScratchDirectory();
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    void clear() const;  // Of all that is in it.

private:
    std::filesystem::path path_;
};

[[nodiscard]] protocol::Durable some_record();

struct StateFiles {
    Input database;
    Input log;  // Of what is not yet in the database.
};
[[nodiscard]] StateFiles real_state();

}  // namespace bellwether::fuzz
