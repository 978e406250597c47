#include "tools/cli/duration_option.hpp"

#include "node/config_duration.hpp"

namespace bellwether::cli {

namespace {

protocol::Duration parse(const char* name, const std::string& text) {
    auto parsed = node::parse_duration(text);
    if (const auto* refusal = std::get_if<node::Refusal>(&parsed)) {
        throw CLI::ValidationError{name, "\"" + text + "\" " + refusal->why};
    }
    return std::get<protocol::Duration>(parsed);
}

}  // namespace

CLI::Option* add_duration(CLI::App& app, const char* name, std::optional<protocol::Duration>& target,
                          const std::string& description) {
    return app
        .add_option_function<std::string>(
            name, [&target, name](const std::string& text) { target = parse(name, text); }, description)
        ->type_name("DURATION");
}

CLI::Option* add_duration(CLI::App& app, const char* name, std::chrono::milliseconds& target,
                          const std::string& description) {
    return app
        .add_option_function<std::string>(
            name,
            [&target, name](const std::string& text) {
                target = std::chrono::ceil<std::chrono::milliseconds>(parse(name, text));
            },
            description)
        ->type_name("DURATION")
        ->default_str(node::to_text(target));
}

}  // namespace bellwether::cli
