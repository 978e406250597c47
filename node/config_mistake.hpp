// What is wrong in a configuration file, and where.
#pragma once

#include <compare>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bellwether::node {

struct Place {
    int line{};  // From 1; 0: the file as a whole.
    int column{};
    friend auto operator<=>(const Place&, const Place&) = default;
};

// The text says what is wrong and what would be right, in one line.
struct Mistake {
    int line{};
    int column{};
    std::string text;
    friend bool operator==(const Mistake&, const Mistake&) = default;
};
using Mistakes = std::vector<Mistake>;

// Why a text is not a duration, an endpoint ...: half a sentence that follows the text itself.
struct Refusal {
    std::string why;
};

void report(Mistakes& mistakes, Place place, std::string text);

// In the order in which they stand in the file.
void sort_by_place(Mistakes& mistakes);

// `FILE:LINE:COLUMN: text`; without line and column if it is about the file as a whole.
[[nodiscard]] std::string to_line(const std::filesystem::path& file, const Mistake& mistake);

// Fit for a terminal: control characters escaped.
[[nodiscard]] std::string printable(std::string_view text);

// In quotes and printable, a long text cut.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace bellwether::node
