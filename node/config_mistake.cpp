#include "node/config_mistake.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bellwether::node {

namespace {

constexpr std::size_t longest_quotation = 80;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Never through the middle of a UTF-8 character.
std::string_view cut(std::string_view text) {
    std::size_t size = longest_quotation;
    while (size > 0 && is_continuation(text[size])) {
        --size;
    }
    return text.substr(0, size);
}

void append_printable(std::string& out, char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
        out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
        out += {'\\', 'x', hex[byte >> 4U], hex[byte & 0xFU]};
    } else {
        out += c;
    }
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) append_printable(out, c);
    return out;
}

void report(Mistakes& mistakes, Place place, std::string text) {
    mistakes.push_back({place.line, place.column, std::move(text)});
}

void sort_by_place(Mistakes& mistakes) {
    std::stable_sort(mistakes.begin(), mistakes.end(), [](const Mistake& a, const Mistake& b) {
        return Place{a.line, a.column} < Place{b.line, b.column};
    });
}

std::string to_line(const std::filesystem::path& file, const Mistake& mistake) {
    if (mistake.line == 0) {
        return file.string() + ": " + mistake.text;
    }
    return file.string() + ":" + std::to_string(mistake.line) + ":" + std::to_string(mistake.column) + ": " +
           mistake.text;
}

std::string quote(std::string_view text) {
    const bool whole = text.size() <= longest_quotation;
    std::string out = "\"";
    for (const char c : whole ? text : cut(text)) {
        if (c == '"' || c == '\\') out += '\\';
        append_printable(out, c);
    }
    return out + (whole ? "\"" : "...\"");
}

}  // namespace bellwether::node
