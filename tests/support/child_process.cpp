#include "tests/support/child_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "tests/support/temporary_directory.hpp"

namespace bellwether::testing {

using node::Descriptor;

namespace {

Descriptor open_for_output(const std::filesystem::path& file) {
    Descriptor opened{::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)};
    if (!opened) throw std::system_error(errno, std::generic_category(), "cannot write " + file.string());
    return opened;
}

// Ours, without what would tell a daemon where to live.
std::vector<std::string> environment_of(const Launch& launch) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text{*variable};
        if (!text.starts_with("BELLWETHERD_") && !text.starts_with("BELLWETHER_RUN_DIR=")) variables.emplace_back(text);
    }
    variables.insert(variables.end(), launch.environment.begin(), launch.environment.end());
    return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (std::string& string : strings) pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

// All that a new process needs, made before there is one: between fork and exec nothing may be allocated.
class Program {
public:
    explicit Program(const Launch& launch)
        : launch_{launch},
          output_{open_for_output(launch.output)},
          errors_{open_for_output(launch.errors.empty() ? launch.output : launch.errors)},
          arguments_{launch.program.string()},
          environment_{environment_of(launch)},
          parent_{::getpid()} {
        arguments_.insert(arguments_.end(), launch.arguments.begin(), launch.arguments.end());
        argument_pointers_ = pointers_to(arguments_);
        environment_pointers_ = pointers_to(environment_);
    }

    [[noreturn]] void become() const {
        set_streams();
        if (launch_.ignores_file_size_signal) std::signal(SIGXFSZ, SIG_IGN);
        change_user();
        // After the change of user, which forgets it; our own death may have come before.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent_) ::_exit(127);
        if (launch_.network >= 0 && ::setns(launch_.network, CLONE_NEWNET) != 0) ::_exit(127);
        ::execve(launch_.program.c_str(), argument_pointers_.data(), environment_pointers_.data());
        ::_exit(127);
    }

private:
    void set_streams() const {
        const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::dup2(nothing, STDIN_FILENO);
        ::dup2(output_.get(), STDOUT_FILENO);
        ::dup2(errors_.get(), STDERR_FILENO);
    }

    void change_user() const {
        if (!launch_.user) return;
        const auto group = static_cast<gid_t>(*launch_.user);
        if (::setgroups(0, nullptr) != 0 || ::setgid(group) != 0 || ::setuid(*launch_.user) != 0) ::_exit(127);
    }

    const Launch& launch_;
    Descriptor output_;
    Descriptor errors_;
    std::vector<std::string> arguments_;
    std::vector<std::string> environment_;
    std::vector<char*> argument_pointers_;
    std::vector<char*> environment_pointers_;
    pid_t parent_;
};

pid_t start(const Launch& launch) {
    const Program program{launch};
    const pid_t pid = ::fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid == 0) program.become();
    return pid;
}

int as_shell_says(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

// "VmRSS:     11300 kB"
std::size_t megabytes_in(const std::string& status, const std::string& key) {
    const std::size_t place = status.find("\n" + key + ":");
    if (place == std::string::npos) return 0;
    return std::stoul(status.substr(place + key.size() + 2)) >> 10U;
}

}  // namespace

ChildProcess::ChildProcess(const Launch& launch)
    : pid_{start(launch)}, pidfd_{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))} {
    if (!pidfd_) throw std::system_error(errno, std::generic_category(), "pidfd_open");
}

ChildProcess::~ChildProcess() { kill(); }

void ChildProcess::send(int signal) {
    if (runs()) ::kill(pid_, signal);
}

std::optional<int> ChildProcess::await_end(std::chrono::milliseconds span) {
    if (status_) return status_;
    pollfd ended{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ended, 1, static_cast<int>(span.count())) <= 0) return std::nullopt;
    int status = 0;
    if (::waitpid(pid_, &status, 0) == pid_) status_ = as_shell_says(status);
    return status_;
}

void ChildProcess::kill() {
    send(SIGKILL);
    while (!await_end()) {
    }
}

Memory ChildProcess::memory() const {
    const std::string status = content_of("/proc/" + std::to_string(pid_) + "/status");
    return {.resident_mb = megabytes_in(status, "VmRSS"), .peak_mb = megabytes_in(status, "VmHWM")};
}

Finished run(Launch launch) {
    const TemporaryDirectory directory;
    launch.output = directory.path() / "output";
    launch.errors = directory.path() / "errors";
    ChildProcess process{launch};
    const auto status = process.await_end();
    if (!status) {
        throw std::runtime_error(launch.program.string() + " does not end; it said: " + content_of(launch.output) +
                                 content_of(launch.errors));
    }
    return {.status = *status, .output = content_of(launch.output), .errors = content_of(launch.errors)};
}

std::string content_of(const std::filesystem::path& file) {
    std::ostringstream content;
    content << std::ifstream{file}.rdbuf();
    return content.str();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream{text};
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::string last_lines_of(const std::filesystem::path& file, std::size_t count) {
    const std::vector<std::string> lines = lines_of(content_of(file));
    std::string text;
    for (std::size_t i = lines.size() - std::min(count, lines.size()); i < lines.size(); ++i) text += lines[i] + '\n';
    return text;
}

}  // namespace bellwether::testing
