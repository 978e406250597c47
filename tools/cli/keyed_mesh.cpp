#include "tools/cli/keyed_mesh.hpp"

#include <cstdio>
#include <utility>
#include <variant>

#include "tools/cli/exit_status.hpp"
#include "tools/cli/whole_file.hpp"

namespace bellwether::cli {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const node::Mistakes& mistakes) {
    for (const node::Mistake& mistake : mistakes) std::fprintf(stderr, "%s\n", node::to_line(file, mistake).c_str());
    throw Failure{exit_bad_call, ""};
}

node::Config parse(const std::string& text, const std::filesystem::path& file, node::Keys keys) {
    auto parsed = node::parse(text, file, node::ephemeral_ports(), keys);
    if (const auto* mistakes = std::get_if<node::Mistakes>(&parsed)) refuse(file, *mistakes);
    return std::get<node::Config>(std::move(parsed));
}

// An edit must have said what it was to say.
bool says(const node::Config& config, const ConfigEdit& edit) {
    bool is_said = !edit.mode || config.security.mode == *edit.mode;
    for (const auto& [name, keys] : edit.public_keys) is_said = is_said && config.find(name)->public_keys == keys;
    return is_said;
}

}  // namespace

KeyedMesh::KeyedMesh(std::filesystem::path file) {
    auto text = node::read_file(file);
    if (const auto* unreadable = std::get_if<node::Mistake>(&text)) refuse(file, {*unreadable});
    text_ = std::get<std::string>(std::move(text));
    config_ = parse(text_, file, node::Keys::to_come);
}

const node::NodeConfig& KeyedMesh::find(const std::string& name) const {
    const node::NodeConfig* found = config_.find(name);
    if (found == nullptr) throw Failure{exit_bad_call, file().string() + " has no node " + node::quote(name)};
    return *found;
}

bool KeyedMesh::write(const ConfigEdit& edit) {
    const std::string text = edited(text_, edit);
    node::Config config = parse(text, file(), node::Keys::needed);
    if (!says(config, edit)) {
        throw Failure{
            exit_no, file().string() + " is written in a way that cannot be edited: write mode and public_key by hand"};
    }
    const bool is_different = text != text_;
    if (is_different) replace_file(file(), text);
    text_ = text;
    config_ = std::move(config);
    return is_different;
}

}  // namespace bellwether::cli
