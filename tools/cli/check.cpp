// `bellwether check`: what is wrong with a configuration, before a daemon is started with it.
#include <algorithm>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "node/config.hpp"
#include "node/config_host.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/subcommands.hpp"
#include "tools/cli/terminal.hpp"

namespace bellwether::cli {

namespace {

using nlohmann::ordered_json;

struct CheckOptions {
    std::string file;
    bool json = false;
};

std::string counted(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// Whether anybody reads it does not change whether the configuration is good.
void print(std::string_view line) { static_cast<void>(print_line(line)); }

// A file may hold any bytes where it is quoted; JSON may not.
void print_json(const ordered_json& object) {
    print(object.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

ordered_json to_json(const node::Mistakes& mistakes) {
    ordered_json list = ordered_json::array();
    for (const node::Mistake& mistake : mistakes) {
        list.push_back({{"line", mistake.line}, {"column", mistake.column}, {"text", mistake.text}});
    }
    return list;
}

ordered_json to_json(const node::NodeConfig& node) {
    ordered_json object{{"name", node.name},   {"id", node.id.value},  {"role", to_string(node.role)},
                        {"priority", nullptr}, {"heartbeat", nullptr}, {"vote", nullptr}};
    // An observer has none of these.
    if (node.is_voter()) {
        object["priority"] = node.priority.value;
        object["heartbeat"] = node.heartbeat.str();
        object["vote"] = node.vote.str();
    }
    return object;
}

ordered_json to_json(const node::Config& config) {
    ordered_json nodes = ordered_json::array();
    for (const node::NodeConfig& node : config.nodes) {
        nodes.push_back(to_json(node));
    }
    return {{"cluster", config.cluster},
            {"voters", config.voters().size()},
            {"quorum", config.quorum()},
            {"nodes", std::move(nodes)},
            {"warnings", to_json(config.warnings)}};
}

std::string summary(const node::Config& config) {
    const auto voters = config.voters();
    const auto witnesses =
        std::count_if(voters.begin(), voters.end(), [](const auto* v) { return v->priority.value == 0; });
    std::string text = config.cluster + ": " + counted(voters.size(), "voter");
    if (witnesses > 0) {
        text += " (" + std::to_string(witnesses) + " of them never to lead)";
    }
    if (const std::size_t observers = config.nodes.size() - voters.size(); observers > 0) {
        text += ", " + counted(observers, "observer");
    }
    return text + ", quorum " + std::to_string(config.quorum()) + ", survives " +
           counted(config.survivable_failures(), "failure");
}

void print_each(const std::string& file, const node::Mistakes& mistakes, const char* kind) {
    for (const node::Mistake& mistake : mistakes) {
        std::cerr << node::to_line(file, {mistake.line, mistake.column, kind + mistake.text}) << '\n';
    }
}

int refuse(const CheckOptions& options, const node::Mistakes& mistakes) {
    if (options.json) {
        print_json({{"mistakes", to_json(mistakes)}});
    } else {
        print_each(options.file, mistakes, "");
    }
    return exit_bad_call;
}

int accept(const CheckOptions& options, const node::Config& config) {
    if (options.json) {
        print_json(to_json(config));
    } else {
        print_each(options.file, config.warnings, "warning: ");
        print(summary(config));
    }
    return exit_done;
}

int run_check(const CheckOptions& options) {
    auto loaded = node::load(options.file);
    if (const auto* mistakes = std::get_if<node::Mistakes>(&loaded)) return refuse(options, *mistakes);
    auto& config = std::get<node::Config>(loaded);
    // No more than warnings: the file may be meant for other hosts than this one.
    const node::Mistakes here = node::mistakes_on_this_host(config);
    config.warnings.insert(config.warnings.end(), here.begin(), here.end());
    node::sort_by_place(config.warnings);
    return accept(options, config);
}

}  // namespace

void add_check(CLI::App& app, int& exit_status) {
    const auto options = std::make_shared<CheckOptions>();
    CLI::App* check = app.add_subcommand("check", "Read a configuration and say what is wrong with it");
    check->add_option("CONFIG", options->file, "The configuration of the mesh")->required();
    check->add_flag("--json", options->json, "One JSON object instead of text");
    check->footer(
        "Exit status: 0 good, 2 not. Warnings do not change it.\n\n"
        "Example:\n"
        "  bellwether check mesh.toml && scp mesh.toml host2:/etc/bellwether/");
    check->callback([options, &exit_status] { exit_status = run_check(*options); });
}

}  // namespace bellwether::cli
