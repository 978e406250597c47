#include "node/config_suggest.hpp"

#include <algorithm>
#include <vector>

#include "node/config_mistake.hpp"

namespace bellwether::node {

namespace {

// No known word is as long; what is longer is not a slip, and is not worth the square of its length.
constexpr std::size_t longest_slip = 64;

std::size_t allowed_slips(std::string_view word) { return std::max<std::size_t>(1, word.size() / 3); }

}  // namespace

// Optimal string alignment, three rows of the table at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(before_last, last);
        std::swap(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
    }
    return row[b.size()];
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
    if (word.size() > longest_slip) {
        return std::nullopt;
    }
    std::optional<std::string_view> found;
    std::size_t least = allowed_slips(word) + 1;
    for (const std::string_view candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < least) {
            least = distance;
            found = candidate;
        }
    }
    return found;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
    if (const auto meant = nearest(word, known)) {
        return "did you mean " + quote(*meant) + "?";
    }
    std::string list = "known: ";
    for (const std::string_view candidate : known) {
        list.append(candidate == known.front() ? "" : ", ").append(candidate);
    }
    return list;
}

}  // namespace bellwether::node
