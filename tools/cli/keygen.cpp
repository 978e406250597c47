// `bellwether keygen`: the keys of a node, or of a whole mesh, and their rotation.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "node/config.hpp"
#include "node/config_secret.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/keyed_mesh.hpp"
#include "tools/cli/keygen_steps.hpp"
#include "tools/cli/new_secrets.hpp"
#include "tools/cli/subcommands.hpp"
#include "tools/cli/terminal.hpp"

namespace bellwether::cli {

namespace {

using nlohmann::ordered_json;

struct KeygenOptions {
    std::string out;
    std::string mesh;
    std::string mode;  // Empty: not said.
    std::vector<std::string> new_key;
    std::vector<std::string> use_new_key;
    std::vector<std::string> drop_old_key;
    bool json = false;
};

const std::map<std::string, node::SecurityMode> modes{{"accept", node::SecurityMode::accept},
                                                      {"serve", node::SecurityMode::serve},
                                                      {"enforce", node::SecurityMode::enforce}};

// What was done is done, whether anybody reads of it or not.
void print(const std::string& line) { static_cast<void>(print_line(line)); }

ordered_json to_json(const KeyedMesh& mesh, const KeygenReport& report) {
    ordered_json nodes = ordered_json::array();
    for (const NodeReport& node : report.nodes) {
        nodes.push_back({{"name", node.name},
                         {"changed", node.is_changed},
                         {"public_keys", mesh.find(node.name).public_keys},
                         {"text", node.what}});
    }
    return {{"config", mesh.file().string()},
            {"changed", report.is_changed},
            {"mode", to_string(mesh.config().security.mode)},
            {"nodes", std::move(nodes)}};
}

void print_report(const KeyedMesh& mesh, const KeygenReport& report, bool json) {
    if (json) {
        print(to_json(mesh, report).dump());
        return;
    }
    for (const NodeReport& node : report.nodes) print(node.name + ": " + node.what);
    const std::string mode = node::quote(to_string(mesh.config().security.mode));
    print(mesh.file().string() + ": security.mode is " + mode + (report.is_changed ? "" : "; nothing was changed"));
    if (report.is_changed) print("next: " + report.next);
}

KeygenReport take_step(KeyedMesh& mesh, const KeygenOptions& options) {
    if (!options.new_key.empty()) return add_new_keys(mesh, options.new_key);
    if (!options.use_new_key.empty()) return use_new_keys(mesh, options.use_new_key);
    if (!options.drop_old_key.empty()) return drop_old_keys(mesh, options.drop_old_key);
    return make_missing_keys(mesh, options.mode.empty() ? std::nullopt : std::optional{modes.at(options.mode)});
}

int make_pair(const KeygenOptions& options) {
    const std::string public_key = create_secret(options.out);
    print(options.json ? ordered_json{{"public_key", public_key}, {"secret_file", options.out}}.dump() : public_key);
    return exit_done;
}

int run_keygen(const KeygenOptions& options) {
    if (options.mesh.empty() && options.out.empty()) {
        throw Failure{exit_bad_call, "say --mesh CONFIG for the keys of a mesh, or --out FILE for one pair"};
    }
    if (options.mesh.empty()) return make_pair(options);
    KeyedMesh mesh{options.mesh};
    const KeygenReport report = take_step(mesh, options);
    print_report(mesh, report, options.json);
    return exit_done;
}

// One of them at a time.
void add_steps(CLI::App& keygen, CLI::Option& mesh, CLI::Option& mode, KeygenOptions& options) {
    CLI::App* steps = keygen.add_option_group("Rotation");
    const auto add = [&](const char* flag, std::vector<std::string>& names, const char* what) {
        CLI::Option* step = steps->add_option(flag, names, what);
        step->delimiter(',')->type_name("NAME,...")->needs(&mesh)->excludes(&mode);
    };
    add("--new-key", options.new_key, "1. List a second key of these nodes");
    add("--use-new-key", options.use_new_key, "2. Where the secret is: let it take the old one's place");
    add("--drop-old-key", options.drop_old_key, "3. List the newest key only");
    steps->require_option(0, 1);
}

void add_options(CLI::App& keygen, KeygenOptions& options) {
    CLI::Option* out =
        keygen.add_option("--out", options.out, "One pair: the secret into this file, the public key is printed");
    CLI::Option* mesh =
        keygen.add_option("--mesh", options.mesh, "All pairs that this configuration lacks, written into it");
    out->type_name("FILE")->excludes(mesh);
    mesh->type_name("CONFIG");
    CLI::Option* mode = keygen.add_option("--mode", options.mode,
                                          "Write this mode: accept, serve, then enforce where a mesh runs without "
                                          "keys; default: enforce if it was off");
    mode->check(CLI::IsMember(modes).description(""))->type_name("MODE")->needs(mesh);
    add_steps(keygen, *mesh, *mode, options);
    keygen.add_flag("--json", options.json, "One JSON object instead of text");
}

}  // namespace

void add_keygen(CLI::App& app, int& exit_status) {
    const auto options = std::make_shared<KeygenOptions>();
    CLI::App* keygen = app.add_subcommand("keygen", "Make the keys with which nodes know each other");
    add_options(*keygen, *options);
    keygen->footer(
        "Secrets are written into secret_key_dir of the configuration, 0600, as NAME.secret; none is ever "
        "overwritten.\n"
        "What is there already stays, so the same call twice changes nothing.\n"
        "Exit status: 0 done, 1 it could not be done and nothing was changed, 2 the call or the configuration is "
        "wrong.\n\n"
        "Examples:\n"
        "  bellwether keygen --mesh mesh.toml                   # a closed mesh\n"
        "  bellwether keygen --mesh mesh.toml --new-key alpha   # begins to rotate alpha's key; see docs/security.md\n"
        "  bellwether keygen --out alpha.secret                 # a pair by itself");
    keygen->callback([options, &exit_status] { exit_status = run_keygen(*options); });
}

}  // namespace bellwether::cli
