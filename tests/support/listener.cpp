#include "tests/support/listener.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "client/clock.hpp"

namespace bellwether::testing {

namespace {

// How soon a thread sees that it is to stop.
constexpr std::chrono::milliseconds look_interval{50};

}  // namespace

const Heard* Record::newest_of(const std::string& node, const protocol::ElectionName& election) const {
    const auto found = newest_.find({node, election});
    return found == newest_.end() ? nullptr : &heard[found->second];
}

std::vector<Heard> Record::since(protocol::Time time) const {
    std::vector<Heard> later;
    std::copy_if(heard.begin(), heard.end(), std::back_inserter(later),
                 [&](const Heard& each) { return each.received >= time; });
    return later;
}

Listener::~Listener() {
    for (std::jthread& thread : threads_) thread.request_stop();
}

void Listener::listen_to(const std::filesystem::path& run_dir) {
    client::Watch watch{context_, run_dir, topic_, std::nullopt};
    threads_.emplace_back(
        [this, moved = std::move(watch)](const std::stop_token& stop) mutable { listen(stop, std::move(moved)); });
}

void Listener::listen(const std::stop_token& stop, client::Watch watch) {
    while (!stop.stop_requested()) {
        const auto news = watch.next(look_interval);
        // Silence is no announcement.
        if (news && news->kind != client::News::Kind::unknown) hear(*news);
    }
}

void Listener::hear(const client::News& news) {
    {
        const std::lock_guard lock{mutex_};
        record_.newest_[{news.announcement.node, news.announcement.election}] = record_.heard.size();
        record_.heard.push_back({news.received, news.announcement});
        record_.history.hear(news.received, news.announcement);
    }
    heard_.notify_all();
}

void Listener::mark(const std::string& line) {
    const std::lock_guard lock{mutex_};
    record_.history.mark(client::now(), line);
}

Record Listener::record() const {
    const std::lock_guard lock{mutex_};
    return record_;
}

bool Listener::await(const std::function<bool(const Record&)>& holds, std::chrono::milliseconds span) const {
    std::unique_lock lock{mutex_};
    return heard_.wait_for(lock, span, [&] { return holds(record_); });
}

void Listener::await_next(std::chrono::milliseconds span) const {
    const std::size_t before = record().heard.size();
    (void)await([&](const Record& record) { return record.heard.size() > before; }, span);
}

}  // namespace bellwether::testing
