#include "client/guard.hpp"

#include <sys/mman.h>

#include <new>

#include "client/clock.hpp"

namespace bellwether::client {

using guard_page::Content;
using protocol::Duration;
using protocol::Time;
using protocol::Token;

namespace {

std::shared_ptr<Content> new_page() {
    void* page = ::mmap(nullptr, sizeof(Content), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw std::bad_alloc{};
    std::shared_ptr<Content> content{new (page) Content{}, [](Content* old) { ::munmap(old, sizeof(Content)); }};
    if (::madvise(page, sizeof(Content), MADV_WIPEONFORK) != 0) throw std::bad_alloc{};
    return content;
}

}  // namespace

bool Guard::may_act() const noexcept {
    // The clock last: a pause before it makes the answer no, never a yes that is late.
    const Time until{Duration{content_->valid_until_ns.load(std::memory_order_acquire)}};
    const Time clock{Duration{content_->clock_ns.load(std::memory_order_relaxed)}};
    const Time time = now();
    return clock <= time && time < until;
}

Token Guard::token() const noexcept {
    for (;;) {
        const Token token{content_->token.load(std::memory_order_acquire)};
        if (!may_act()) return Token{};
        // Tokens only grow, so with the same one before and after it, the deadline was its own.
        if (content_->token.load(std::memory_order_relaxed) == token.value) return token;
    }
}

Time Guard::valid_until() const noexcept {
    return Time{Duration{content_->valid_until_ns.load(std::memory_order_acquire)}};
}

Mandate::Mandate() : content_{new_page()} {}
Mandate::~Mandate() { withdraw(); }

void Mandate::give(Token token, Time clock, Time valid_until) {
    if (content_->token.load(std::memory_order_relaxed) != token.value) {
        withdraw();
        content_->token.store(token.value, std::memory_order_release);
    }
    content_->clock_ns.store(clock.time_since_epoch().count(), std::memory_order_relaxed);
    content_->valid_until_ns.store(valid_until.time_since_epoch().count(), std::memory_order_release);
}

void Mandate::withdraw() { content_->valid_until_ns.store(0, std::memory_order_release); }

}  // namespace bellwether::client
