// The terminal of whoever called us from a shell: lent to the command while it runs, so that Ctrl-C and Ctrl-Z go to
// the command, and taken back when it ends or is stopped.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include "node/descriptor.hpp"

namespace bellwether::run {

class Terminal {
public:
    // Ours is the standard input, if that is a terminal and we are its foreground job; and no others with us, in a
    // pipeline.
    Terminal();
    ~Terminal() { take_back(); }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    // To this process group; nothing happens if it is not ours to lend.
    void lend(pid_t group);
    // With the settings it had, whatever the command has made of them.
    void take_back();
    [[nodiscard]] bool is_lent() const { return lent_; }

private:
    [[nodiscard]] bool is_ours() const;

    node::Descriptor terminal_;
    termios settings_{};
    bool lent_{};
};

}  // namespace bellwether::run
