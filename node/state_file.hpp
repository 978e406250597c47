// The durable state in its file: what a voter must not forget, with a checksum over every row and one over all of
// them, so that a disk that lies is noticed. One thread at a time; whoever uses it holds the directory's DirectoryLock.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "node/database.hpp"
#include "node/state_rows.hpp"
#include "protocol/durable.hpp"

namespace bellwether::node {

using protocol::state_version;

class StateFile {
public:
    // Opens DIRECTORY/state.sqlite3 or begins one. A damaged one is renamed, loudly, and another begun: it is lost
    // state, and new_state of what is written next must say so. Throws std::runtime_error with a sentence if it was
    // written by a newer version or the disk does not answer.
    explicit StateFile(const std::filesystem::path& directory);

    // What is on disk; nothing if nothing has ever been written.
    [[nodiscard]] const std::optional<protocol::Durable>& content() const { return content_; }

    // One commit, of the rows that differ. On disk when it returns; throws DatabaseError, and then what is on disk is
    // unknown: nothing may be built on it any more in this life.
    void write(const protocol::Durable& record);

private:
    void open();
    void load();
    void check_pages();
    void create_tables();
    void set_aside(const std::string& why);

    std::filesystem::path directory_;
    std::filesystem::path file_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<StateRows> rows_;  // None until the tables exist.
    std::optional<protocol::Durable> content_;
};

}  // namespace bellwether::node
