// The durable state as rows: one of the node and one of each election. Each has a checksum, and the node's covers
// those of the elections, so a row that is missing, old or another's is noticed as well.
#pragma once

#include "node/database.hpp"
#include "protocol/durable.hpp"

namespace bellwether::node {

class StateRows {
public:
    static void create_tables(Database& database);

    // The tables must exist; throws DatabaseError (damage) if they are not as they should be.
    explicit StateRows(Database& database);

    // Throws DatabaseError (damage) if any row is not what was written.
    [[nodiscard]] protocol::Durable read();

    // What differs, within the caller's transaction.
    void write(const protocol::Durable& before, const protocol::Durable& after);

private:
    static void check_tables(Database& database);
    void write_elections(const std::vector<protocol::ElectionRecord>& before,
                         const std::vector<protocol::ElectionRecord>& after);
    void put(const protocol::ElectionRecord& election);
    void put_node(const protocol::Durable& record);
    void erase(const protocol::ElectionRecord& election);

    Statement put_node_;
    Statement put_election_;
    Statement erase_election_;
    Statement read_node_;
    Statement read_elections_;
};

}  // namespace bellwether::node
