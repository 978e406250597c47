// "{leader} {metadata.api}", filled in from an announcement.
#pragma once

#include <string>
#include <string_view>

namespace bellwether::cli {

// Throws Failure bad_call if it names something that no announcement has, or a brace has no other. "{{" and "}}" are
// braces.
void check_format(std::string_view format);

// `announcement` as JSON. Texts without quotes, all else as JSON. Throws Failure unknown if the metadata has no such
// key.
[[nodiscard]] std::string filled(std::string_view format, const std::string& announcement);

}  // namespace bellwether::cli
