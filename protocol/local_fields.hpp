// Fields that stand in several kinds of local messages, for the codecs of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/local_messages.hpp"
#include "protocol/map_writer.hpp"
#include "protocol/received_map.hpp"

namespace bellwether::protocol {

// `v` is there and says that this version can read the rest.
[[nodiscard]] bool is_version(const ReceivedMap& map);

// What a stranger wrote, for a sentence: quoted, printable and short.
[[nodiscard]] std::string in_quotes(std::string_view text);

// A moment in nanoseconds. As with every other kind, a missing key leaves `time` as it is.
[[nodiscard]] bool read_time(const ReceivedMap& map, std::string_view key, Time& time);

// A word of a newer version is none that this one knows: Reason::unknown.
[[nodiscard]] bool read_reason(const ReceivedMap& map, Reason& reason);

// All of an announcement but `v`.
void write_fields(MapWriter& map, const Announcement& announcement, bool with_deadline);
[[nodiscard]] std::optional<Announcement> read_announcement(const ReceivedMap& map);

}  // namespace bellwether::protocol
