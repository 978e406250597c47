#include "tests/support/story.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <utility>

namespace bellwether::tests {

void Story::tell(TrueTime when, protocol::NodeId node, std::string text, bool notable) {
    lines_.push_back({when, node, std::move(text), notable});
}

void Story::mark(TrueTime when) {
    mark_ = when;
    chapter_begin_ = lines_.size();
}

std::string Story::shown(const StoryLine& line) const {
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(line.when - mark_).count();
    char head[48];
    std::snprintf(head, sizeof head, "[%4lld] ", static_cast<long long>(ms));
    const std::string who = line.node == protocol::nobody ? "* " : std::to_string(line.node.value) + " > ";
    return head + who + line.text + "\n";
}

std::string Story::all(std::size_t most) const {
    std::string text = lines_.size() > most ? "...\n" : "";
    for (std::size_t i = lines_.size() > most ? lines_.size() - most : 0; i < lines_.size(); ++i) {
        text += shown(lines_[i]);
    }
    return text;
}

std::string Story::chapter() const {
    std::string text;
    for (std::size_t i = chapter_begin_; i < lines_.size(); ++i) {
        if (lines_[i].node != protocol::nobody && lines_[i].notable) {
            text += shown(lines_[i]);
        }
    }
    return text;
}

std::string unindented(std::string_view text) {
    std::vector<std::string> lines;
    std::istringstream stream{std::string{text}};
    for (std::string line; std::getline(stream, line);) {
        line.erase(line.find_last_not_of(" \r") + 1);
        if (!line.empty() || !lines.empty()) {
            lines.push_back(std::move(line));
        }
    }
    while (!lines.empty() && lines.back().empty()) {
        lines.pop_back();
    }
    std::size_t indent = std::string::npos;
    for (const std::string& line : lines) {
        if (!line.empty()) {
            indent = std::min(indent, line.find_first_not_of(' '));
        }
    }
    std::string result;
    for (const std::string& line : lines) {
        result += (line.empty() ? line : line.substr(indent)) + "\n";
    }
    return result;
}

}  // namespace bellwether::tests
