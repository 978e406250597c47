#include "tests/fuzz/dictionary.hpp"

#include <charconv>
#include <fstream>
#include <optional>
#include <stdexcept>

namespace bellwether::fuzz {

namespace {

// The text without its escapes: \\, \" and \xAB.
std::optional<std::string> unescaped(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        if (text.front() != '\\') {
            plain += text.front();
            text.remove_prefix(1);
        } else if (text.starts_with("\\\\") || text.starts_with("\\\"")) {
            plain += text[1];
            text.remove_prefix(2);
        } else {
            unsigned byte = 0;
            if (text.size() < 4 || text[1] != 'x') return std::nullopt;
            if (std::from_chars(&text[2], &text[2] + 2, byte, 16).ptr != &text[2] + 2) return std::nullopt;
            plain += static_cast<char>(byte);
            text.remove_prefix(4);
        }
    }
    return plain;
}

std::optional<std::string> word_of(std::string_view line) {
    const std::size_t first = line.find('"');
    const std::size_t last = line.rfind('"');
    if (first == std::string_view::npos || last == first || last + 1 != line.size()) return std::nullopt;
    return unescaped(line.substr(first + 1, last - first - 1));
}

}  // namespace

std::vector<std::string> read_dictionary(const std::filesystem::path& file) {
    std::ifstream stream{file};
    if (!stream) throw std::runtime_error("cannot read " + file.string());
    std::vector<std::string> words;
    for (std::string line; std::getline(stream, line);) {
        if (line.empty() || line.front() == '#') continue;
        auto word = word_of(line);
        if (!word) throw std::runtime_error(file.string() + ": " + line + ": not a word of a dictionary");
        words.push_back(*std::move(word));
    }
    return words;
}

}  // namespace bellwether::fuzz
