// Host names to addresses, off the loop: a name server that does not answer would stop every socket if ZeroMQ asked it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bellwether::node {

// Addresses and localhost: known without asking anybody.
[[nodiscard]] std::optional<std::string> address_of(const std::string& host);

// Who asks: chosen by the caller. Two that ask for the same host are told apart.
using Asker = std::uint64_t;

struct Resolved {
    Asker asker{};
    std::vector<std::string> addresses;  // None: it could not be resolved now. It will be tried again.
};

class Resolver {
public:
    using Lookup = std::function<std::vector<std::string>(const std::string& host)>;

    // Asks the system.
    Resolver();
    Resolver(Lookup lookup, std::chrono::milliseconds retry);
    // Does not wait for a lookup under way.
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // Resolves it now and every few seconds, until rest(). May be called again at any time.
    void watch(Asker asker, const std::string& host);
    void rest(Asker asker);

    // The answers since the last call. The descriptor is readable when there are any.
    [[nodiscard]] std::vector<Resolved> take();
    [[nodiscard]] int fd() const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace bellwether::node
