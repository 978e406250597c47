#include "tools/cli/config_edit.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

#include "node/config_document.hpp"

namespace bellwether::cli {

namespace {

using node::Array;
using node::Entry;
using node::Place;
using node::Table;
using node::Value;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == std::string_view::npos; }

// The lines of a text, and what shall be different in them.
class Editor {
public:
    explicit Editor(std::string_view text)
        : text_(text), line_break_(text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n") {}

    [[nodiscard]] std::size_t offset(Place place) const {
        std::size_t at = 0;
        for (int line = 1; line < place.line; ++line) at = std::min(text_.find('\n', at), text_.size() - 1) + 1;
        if (place.line == 1 && text_.starts_with(byte_order_mark)) at += byte_order_mark.size();
        // Columns count characters: what follows the first byte of one belongs to it.
        for (int column = 1; column < place.column && at < text_.size(); ++column) {
            ++at;
            while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0U) == 0x80U) ++at;
        }
        return at;
    }

    [[nodiscard]] std::string_view between(std::size_t begin, std::size_t end) const {
        return text_.substr(begin, end - begin);
    }
    [[nodiscard]] bool is_inline(const Value& value) const { return text_.substr(offset(value.place), 1) == "{"; }

    [[nodiscard]] std::size_t line_begin(std::size_t at) const {
        const std::size_t before = at == 0 ? std::string_view::npos : text_.rfind('\n', at - 1);
        return before == std::string_view::npos ? 0 : before + 1;
    }
    // Before the line break.
    [[nodiscard]] std::size_t line_end(std::size_t at) const {
        const std::size_t end = std::min(text_.find('\n', at), text_.size());
        return end > at && text_[end - 1] == '\r' ? end - 1 : end;
    }

    void insert(std::size_t at, std::string words) { changes_.push_back({at, at, std::move(words)}); }
    void replace(std::size_t begin, std::size_t end, std::string words) {
        changes_.push_back({begin, end, std::move(words)});
    }
    void add_line_after(std::size_t at, const std::string& line) { insert(line_end(at), line_break_ + line); }
    void add_lines(std::size_t at, const std::vector<std::string>& lines) {
        std::string all;
        for (const std::string& line : lines) all += line + line_break_;
        insert(at, std::move(all));
    }

    [[nodiscard]] std::string_view text() const { return text_; }

    // From the last to the first, so that no change moves another one.
    [[nodiscard]] std::string result() {
        std::stable_sort(changes_.begin(), changes_.end(),
                         [](const Change& a, const Change& b) { return a.begin < b.begin; });
        std::string result{text_};
        for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
            result.replace(change->begin, change->end - change->begin, change->words);
        }
        return result;
    }

private:
    struct Change {
        std::size_t begin{};
        std::size_t end{};
        std::string words;
    };

    std::string_view text_;
    std::string line_break_;
    std::vector<Change> changes_;
};

// The last one that ends where its value ends; a table of its own within this one goes on elsewhere.
const Entry* last_entry(const Editor& editor, const Table& table) {
    const Entry* last = nullptr;
    for (const Entry& entry : table.entries) {
        const bool is_elsewhere = std::holds_alternative<Table>(entry.value.data) && !editor.is_inline(entry.value);
        if (!is_elsewhere && (last == nullptr || last->value.end < entry.value.end)) last = &entry;
    }
    return last;
}

// In the way in which the table's other keys are written.
void add_entry(Editor& editor, const Value& table, const std::string& words) {
    const Entry* last = last_entry(editor, std::get<Table>(table.data));
    const std::size_t begin = editor.offset(table.place);
    if (editor.is_inline(table)) {
        last == nullptr ? editor.replace(begin, editor.offset(table.end), "{ " + words + " }")
                        : editor.insert(editor.offset(last->value.end), ", " + words);
        return;
    }
    // What stands before the key: blanks, or the table's name and a dot.
    const std::size_t model = last == nullptr ? begin : editor.offset(last->place);
    const std::string before{editor.between(editor.line_begin(model), model)};
    editor.add_line_after(last == nullptr ? begin : editor.offset(last->value.end), before + words);
}

// Before the nodes and what is said above the first of them, else at the end.
void add_security(Editor& editor, const Value* nodes, const std::string& words) {
    const auto* list = nodes == nullptr ? nullptr : std::get_if<Array>(&nodes->data);
    if (list == nullptr || list->empty() || editor.is_inline(list->front())) {
        const std::size_t end = editor.text().size();
        const bool ends_its_line = editor.text().ends_with('\n');
        editor.add_lines(end, ends_its_line ? std::vector<std::string>{"", "[security]", words}
                                            : std::vector<std::string>{"", "", "[security]", words});
        return;
    }
    std::size_t at = editor.line_begin(editor.offset(list->front().place));
    while (at > 0) {
        const std::size_t above = editor.line_begin(at - 1);
        const std::string_view line = editor.between(above, at);
        const std::size_t first = line.find_first_not_of(" \t");
        if (first == std::string_view::npos || line[first] != '#') break;
        at = above;
    }
    editor.add_lines(at, {"[security]", words, ""});
}

void set_mode(Editor& editor, const Table& file, node::SecurityMode mode) {
    const std::string word = node::quote(to_string(mode));
    const Entry* security = file.find("security");
    if (security == nullptr) {
        const Entry* nodes = file.find("node");
        add_security(editor, nodes == nullptr ? nullptr : &nodes->value, "mode = " + word);
        return;
    }
    if (const Entry* old = std::get<Table>(security->value.data).find("mode")) {
        editor.replace(editor.offset(old->value.place), editor.offset(old->value.end), word);
    } else {
        add_entry(editor, security->value, "mode = " + word);
    }
}

std::string quoted_list(const std::vector<std::string>& keys) {
    std::string list;
    for (const std::string& key : keys) list += (list.empty() ? "" : ", ") + node::quote(key);
    return keys.size() == 1 ? list : "[" + list + "]";
}

std::vector<std::string> texts_of(const Value& value) {
    std::vector<std::string> texts;
    if (const auto* array = std::get_if<Array>(&value.data)) {
        for (const Value& each : *array) texts.push_back(std::get<std::string>(each.data));
    } else {
        texts.push_back(std::get<std::string>(value.data));
    }
    return texts;
}

// A key more in a list over several lines: on a line of its own if the last one has one.
void append_key(Editor& editor, const Value& last, const std::string& key) {
    const std::size_t begin = editor.offset(last.place);
    const std::size_t end = editor.offset(last.end);
    const std::string before{editor.between(editor.line_begin(begin), begin)};
    std::string_view rest = editor.between(end, editor.line_end(end));
    const bool has_comma = rest.starts_with(',');
    if (has_comma) rest.remove_prefix(1);
    const bool ends_line = is_blank(rest) || rest.substr(rest.find_first_not_of(" \t")).starts_with('#');
    if (!ends_line || !is_blank(before)) {
        editor.insert(end, ", " + node::quote(key));
        return;
    }
    if (!has_comma) editor.insert(end, ",");
    editor.add_line_after(end, before + node::quote(key) + (has_comma ? "," : ""));
}

void set_keys(Editor& editor, const Value& old, const std::vector<std::string>& keys) {
    const std::size_t begin = editor.offset(old.place);
    const std::size_t end = editor.offset(old.end);
    const std::vector<std::string> had = texts_of(old);
    const bool has_lines = editor.between(begin, end).find('\n') != std::string_view::npos;
    const auto* array = std::get_if<Array>(&old.data);
    const bool one_more = keys.size() == had.size() + 1 && std::equal(had.begin(), had.end(), keys.begin());
    const bool last_ones = keys.size() < had.size() && std::equal(keys.rbegin(), keys.rend(), had.rbegin());
    if (array != nullptr && has_lines && one_more) {
        append_key(editor, array->back(), keys.back());
    } else if (array != nullptr && has_lines && last_ones) {
        // With what was said of them.
        editor.replace(editor.offset(array->front().place), editor.offset((array->end() - keys.size())->place), "");
    } else {
        editor.replace(begin, end, quoted_list(keys));
    }
}

void set_keys(Editor& editor, const Table& file, const std::string& name, const std::vector<std::string>& keys) {
    for (const Value& node : std::get<Array>(file.find("node")->value.data)) {
        const auto& table = std::get<Table>(node.data);
        const Entry* its_name = table.find("name");
        if (its_name == nullptr || std::get<std::string>(its_name->value.data) != name) continue;
        const Entry* old = table.find("public_key");
        old == nullptr ? add_entry(editor, node, "public_key = " + quoted_list(keys))
                       : set_keys(editor, old->value, keys);
    }
}

}  // namespace

std::string edited(std::string_view text, const ConfigEdit& edit) {
    const auto document = node::parse_document(text);
    const auto& file = std::get<Table>(document);
    Editor editor{text};
    for (const auto& [name, keys] : edit.public_keys) set_keys(editor, file, name, keys);
    if (edit.mode) set_mode(editor, file, *edit.mode);
    return editor.result();
}

}  // namespace bellwether::cli
