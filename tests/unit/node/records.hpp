// What is written, where only one number of it matters.
#pragma once

#include <cstdint>

#include "protocol/durable.hpp"
#include "protocol/quorum.hpp"

namespace bellwether::node {

inline protocol::Durable floor_of(std::uint64_t floor) {
    protocol::Durable record;
    record.membership = protocol::single_list({{1}});
    record.floor = {floor};
    return record;
}

}  // namespace bellwether::node
