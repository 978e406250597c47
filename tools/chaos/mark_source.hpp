// Lines that say what somebody does to the mesh while it is observed, "kill alpha": from a pipe, or from a file that
// grows.
#pragma once

#include <optional>
#include <string>

namespace bellwether::chaos {

class MarkSource {
public:
    // Standard input, unless that is a terminal.
    MarkSource();
    // Throws std::runtime_error if it cannot be opened. A named pipe need not have a writer yet.
    explicit MarkSource(const std::string& file);
    ~MarkSource();
    MarkSource(const MarkSource&) = delete;
    MarkSource& operator=(const MarkSource&) = delete;

    // A whole line if there is one now; never waits.
    [[nodiscard]] std::optional<std::string> next();

private:
    void read_what_is_there();

    int fd_;
    std::string buffer_;
};

}  // namespace bellwether::chaos
