// A subcommand as it is called, and what came of it.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "tools/cli/exit_status.hpp"

namespace bellwether::cli {

struct Outcome {
    int exit_status = -1;
    std::string out;
    std::string err;
};

// `add` is that of the subcommand, as add_check; `command_line` begins with its name.
inline Outcome called(const std::function<void(CLI::App&, int&)>& add, const std::string& command_line) {
    Outcome outcome;
    CLI::App app;
    add(app, outcome.exit_status);
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    try {
        app.parse(command_line);
    } catch (const Failure& failure) {
        outcome.exit_status = failure.status;
        outcome.err = failure.what();
    } catch (const CLI::ParseError& error) {
        outcome.exit_status = exit_bad_call;
        outcome.err = error.what();
    }
    outcome.out = ::testing::internal::GetCapturedStdout();
    outcome.err += ::testing::internal::GetCapturedStderr();
    return outcome;
}

}  // namespace bellwether::cli
