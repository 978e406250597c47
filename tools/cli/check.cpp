// `bellwether check`: what is wrong with a configuration, before a daemon is started with it.
#include <sys/stat.h>
#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "node/config.hpp"
#include "node/config_host.hpp"
#include "node/config_secret.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/new_secrets.hpp"
#include "tools/cli/subcommands.hpp"
#include "tools/cli/terminal.hpp"

namespace bellwether::cli {

namespace {

using nlohmann::ordered_json;

struct CheckOptions {
    std::string file;
    std::string node;  // Whose secret must be here; empty: those that are here are looked at.
    bool json = false;
};

std::string counted(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// Whether anybody reads it does not change whether the configuration is good.
void print(std::string_view line) { static_cast<void>(print_line(line)); }

// What is known of the secrets on this host.
struct Secrets {
    std::vector<std::string> good;  // The names of their nodes.
    std::optional<uid_t> user;  // Who may start the node that was named: its secret belongs to that user.
    node::Mistakes mistakes;
};

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

ordered_json to_json(const node::Config& config, const Secrets& secrets) {
    ordered_json nodes = ordered_json::array();
    for (const node::NodeConfig& node : config.nodes) {
        nodes.push_back(to_json(node));
    }
    return {{"cluster", config.cluster},
            {"voters", config.voters().size()},
            {"quorum", config.quorum()},
            {"nodes", std::move(nodes)},
            {"security", to_string(config.security.mode)},
            {"secrets", secrets.good},
            {"user", secrets.user ? ordered_json(*secrets.user) : ordered_json(nullptr)},
            {"warnings", to_json(config.warnings)}};
}

std::string summary_of_security(const node::Config& config, const Secrets& secrets) {
    if (config.security.mode == node::SecurityMode::off) return "";
    std::string names;
    for (const std::string& name : secrets.good) names += (names.empty() ? "" : ", ") + name;
    return ", security " + std::string{to_string(config.security.mode)} +
           (names.empty() ? ", no secret key here" : ", secret key here of " + names) +
           (secrets.user ? ", to be started by user " + std::to_string(*secrets.user) : "");
}

std::string summary(const node::Config& config, const Secrets& secrets) {
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
           counted(config.survivable_failures(), "failure") + summary_of_security(config, secrets);
}

// One that this user cannot see is not here.
bool is_here(const std::filesystem::path& secret) {
    std::error_code error;
    return std::filesystem::exists(std::filesystem::symlink_status(secret, error));
}

// Those that lie on this host, as each secret should lie on one only; that of `node` must.
Secrets look_at_secrets(const node::Config& config, const std::string& node) {
    Secrets secrets;
    for (const node::NodeConfig& each : config.nodes) {
        const std::filesystem::path file = node::secret_file(config, each);
        if (each.public_keys.empty() || (each.name != node && !is_here(file))) continue;
        const uid_t owner = expected_owner(file);
        const auto pair = node::read_key_pair_of(config, each, owner);
        const auto* wrong = std::get_if<std::string>(&pair);
        wrong == nullptr ? secrets.good.push_back(each.name) : node::report(secrets.mistakes, {}, *wrong);
        if (each.name == node) secrets.user = owner;
    }
    return secrets;
}

// Who may write there can take a secret away, though not make one of the right owner.
void warn_of_open_directory(node::Config& config) {
    const std::filesystem::path& directory = config.security.secret_key_dir;
    struct stat status {};
    if (config.security.mode == node::SecurityMode::off || ::stat(directory.c_str(), &status) != 0) return;
    if (!S_ISDIR(status.st_mode) || (status.st_mode & 0022U) == 0) return;
    node::report(config.warnings, {},
                 "security.secret_key_dir: " + directory.string() +
                     " may be written by others, who could put another secret in the place of one, or take it away: "
                     "its mode should be 0700");
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

// These name the file that they are about themselves.
int refuse(const CheckOptions& options, const Secrets& secrets) {
    if (options.json) {
        print_json({{"mistakes", to_json(secrets.mistakes)}});
    } else {
        for (const node::Mistake& mistake : secrets.mistakes) std::cerr << mistake.text << '\n';
    }
    return exit_bad_call;
}

int accept(const CheckOptions& options, const node::Config& config, const Secrets& secrets) {
    if (options.json) {
        print_json(to_json(config, secrets));
    } else {
        print_each(options.file, config.warnings, "warning: ");
        print(summary(config, secrets));
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
    warn_of_open_directory(config);
    node::sort_by_place(config.warnings);
    if (!options.node.empty() && config.find(options.node) == nullptr) {
        return refuse(options, node::Mistakes{{0, 0, "has no node " + node::quote(options.node)}});
    }
    const Secrets secrets = look_at_secrets(config, options.node);
    return secrets.mistakes.empty() ? accept(options, config, secrets) : refuse(options, secrets);
}

}  // namespace

void add_check(CLI::App& app, int& exit_status) {
    const auto options = std::make_shared<CheckOptions>();
    CLI::App* check = app.add_subcommand("check", "Read a configuration and say what is wrong with it");
    check->add_option("CONFIG", options->file, "The configuration of the mesh")->required();
    check->add_option("--node", options->node, "This host is to be the node: its secret key must be here")
        ->type_name("NAME");
    check->add_flag("--json", options->json, "One JSON object instead of text");
    check->footer(
        "Secret keys that lie on this host are looked at as well: who may read them, and whose they are.\n"
        "Exit status: 0 good, 2 not. Warnings do not change it.\n\n"
        "Example:\n"
        "  bellwether check mesh.toml && scp mesh.toml host2:/etc/bellwether/");
    check->callback([options, &exit_status] { exit_status = run_check(*options); });
}

}  // namespace bellwether::cli
