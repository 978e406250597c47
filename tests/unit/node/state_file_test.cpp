#include "node/state_file.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/database.hpp"
#include "protocol/quorum.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

namespace fs = std::filesystem;
using protocol::Durable;
using protocol::ElectionRecord;
using ::testing::HasSubstr;

ElectionRecord voted(const char* name, std::uint64_t term, std::uint16_t node) {
    return {.name = *protocol::ElectionName::parse(name),
            .term = {term},
            .vote = {.node = {node}, .incarnation = {1'700'000'000'000'000U + node}}};
}

Durable record_of(std::vector<ElectionRecord> elections) {
    Durable record;
    record.incarnation = {42};
    record.membership = protocol::single_list({{1}, {2}, {3}});
    record.largest_promise = std::chrono::milliseconds{300};
    record.floor = {7};
    record.elections = std::move(elections);
    return record;
}

class StateFiles : public ::testing::Test {
protected:
    [[nodiscard]] fs::path file() const { return directory_.path() / "state.sqlite3"; }

    void write(const Durable& record) const {
        StateFile state{directory_.path()};
        state.write(record);
    }
    [[nodiscard]] std::optional<Durable> read() const { return StateFile{directory_.path()}.content(); }

    void alter(const std::string& sql) const {
        Database database{file()};
        database.execute(sql);
    }
    void damage_head(std::streamoff at, std::string_view bytes) const {
        std::fstream stream{file(), std::ios::binary | std::ios::in | std::ios::out};
        stream.seekp(at);
        stream << bytes;
    }
    // The head names the first of them.
    void damage_free_pages() const { damage_head(32, {"\0\0\0\1", 4}); }
    [[nodiscard]] std::size_t files_set_aside() const {
        return static_cast<std::size_t>(std::count_if(
            fs::directory_iterator{directory_.path()}, fs::directory_iterator{},
            [](const auto& entry) { return entry.path().string().find(".damaged-") != std::string::npos; }));
    }
    void expect_lost() const {
        EXPECT_FALSE(read().has_value());
        EXPECT_GE(files_set_aside(), 1U);
    }

    testing::TemporaryDirectory directory_;
};

TEST_F(StateFiles, HaveNothingAtFirst) { EXPECT_FALSE(read().has_value()); }

TEST_F(StateFiles, GiveBackWhatWasWritten) {
    Durable record = record_of({voted("default", 8, 2), voted("scheduler", 3, 1)});
    record.new_state = true;
    record.membership.generation = 5;
    record.membership.phase = 1;
    record.membership.lists.push_back({{2}, {3}, {4}});
    write(record);
    EXPECT_EQ(read(), record);
}

TEST_F(StateFiles, KeepNumbersAboveTheSignedRange) {
    Durable record = record_of({});
    record.incarnation = {~std::uint64_t{0}};
    write(record);
    EXPECT_EQ(read(), record);
}

TEST_F(StateFiles, FollowEveryChange) {
    const std::vector<Durable> lives{
        record_of({voted("b", 1, 1), voted("d", 1, 1)}),
        record_of({voted("a", 1, 1), voted("b", 1, 1), voted("c", 2, 2), voted("d", 9, 3)}),
        record_of({voted("c", 2, 2)}), record_of({})};
    for (const Durable& record : lives) {
        write(record);
        EXPECT_EQ(read(), record);
    }
}

TEST_F(StateFiles, FollowEveryChangeWithinALife) {
    const Durable last = record_of({voted("a", 2, 1), voted("c", 2, 2)});
    {
        StateFile state{directory_.path()};
        state.write(record_of({voted("a", 1, 1), voted("b", 1, 1)}));
        state.write(last);
        EXPECT_EQ(state.content(), last);
    }
    EXPECT_EQ(read(), last);
}

TEST_F(StateFiles, AreSetAsideIfARowIsNotWhatWasWritten) {
    write(record_of({voted("default", 8, 2)}));
    alter("UPDATE election SET term = 7");
    expect_lost();
}

TEST_F(StateFiles, AreSetAsideIfARowIsMissing) {
    write(record_of({voted("default", 8, 2), voted("scheduler", 3, 1)}));
    alter("DELETE FROM election WHERE name = 'scheduler'");
    expect_lost();
}

TEST_F(StateFiles, AreSetAsideIfTheNodesRowIsMissing) {
    write(record_of({}));
    alter("DELETE FROM node");
    expect_lost();
}

TEST_F(StateFiles, AreSetAsideIfAnElectionIsOlderThanTheNodesRow) {
    write(record_of({voted("default", 8, 2)}));
    const std::int64_t checksum = Database{file()}.number("SELECT checksum FROM election");
    write(record_of({voted("default", 9, 3)}));
    alter("UPDATE election SET term = 8, vote_node = 2, vote_incarnation = 1700000000000002, checksum = " +
          std::to_string(checksum));
    expect_lost();
}

TEST_F(StateFiles, AreSetAsideIfTheyHaveTablesAndNoVersion) {
    for (const char* version : {"0", "-7"}) {
        write(record_of({voted("default", 8, 2)}));
        alter("PRAGMA user_version = " + std::string{version});
        expect_lost();
        write(record_of({}));  // And the node goes on.
        EXPECT_EQ(read(), record_of({}));
    }
}

TEST_F(StateFiles, AreSetAsideIfWhatOnlyAWriteWouldReadIsDamaged) {
    write(record_of({voted("default", 8, 2)}));
    alter(
        "PRAGMA journal_mode = DELETE; CREATE TABLE more (x); INSERT INTO more VALUES (zeroblob(20000)); "
        "DROP TABLE more");
    damage_free_pages();
    expect_lost();
}

TEST_F(StateFiles, AreSetAsideIfTheirHeadSaysThatTheyAreOnlyRead) {
    constexpr std::streamoff versions = 18;  // For who writes, for who reads.
    for (const char* damage : {"\3", "\3\1"}) {
        write(record_of({voted("default", 8, 2)}));
        damage_head(versions, damage);
        expect_lost();
    }
}

TEST_F(StateFiles, ThatThisUserMayNotWriteAreAFailureAndNoDamage) {
    constexpr uid_t nobody = 65534;
    write(record_of({voted("default", 8, 2)}));
    fs::permissions(directory_.path(), fs::perms{0777});
    fs::permissions(file(), fs::perms{0444});
    const pid_t child = ::fork();
    if (child == 0) {
        if (::geteuid() == 0 && ::setuid(nobody) != 0) ::_exit(4);
        try {
            const StateFile state{directory_.path()};
        } catch (const DatabaseError& failure) {
            const std::string sentence = file().string() + ": cannot be written: Permission denied";
            ::_exit(!failure.is_damage() && failure.what() == sentence ? 3 : 2);
        }
        ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 3);
}

TEST_F(StateFiles, AreSetAsideIfATableIsDefinedInAnotherWay) {
    write(record_of({voted("default", 8, 2)}));
    alter(
        "PRAGMA writable_schema = ON; "
        "UPDATE sqlite_master SET sql = replace(sql, 'PRIMARY KEY CHECK', 'PRIMART KEY CHECK') WHERE name = 'node'");
    expect_lost();
}

TEST_F(StateFiles, AreSetAsideIfThereIsMoreThanTheTables) {
    write(record_of({voted("default", 8, 2)}));
    alter("CREATE TRIGGER other AFTER INSERT ON node BEGIN DELETE FROM election; END");
    expect_lost();
}

TEST_F(StateFiles, AreSetAsideIfNothingWasWrittenYetAndTheyAreDamaged) {
    alter("PRAGMA journal_mode = WAL");
    damage_free_pages();
    expect_lost();
    write(record_of({}));
    EXPECT_EQ(read(), record_of({}));
}

TEST_F(StateFiles, AreSetAsideIfTheyAreNoDatabase) {
    std::ofstream{file()} << std::string(8192, 'x');
    expect_lost();
}

TEST_F(StateFiles, AreSetAsideIfAPageIsGarbage) {
    write(record_of({voted("default", 8, 2)}));
    const auto size = fs::file_size(file());
    for (std::uintmax_t page = 4096; page < size; page += 4096) {
        std::fstream stream{file(), std::ios::in | std::ios::out | std::ios::binary};
        stream.seekp(static_cast<std::streamoff>(page));
        stream << std::string(4096, '\xff');
    }
    expect_lost();
}

TEST_F(StateFiles, AreSetAsideIfTheyAreCutShort) {
    write(record_of({voted("default", 8, 2)}));
    fs::resize_file(file(), fs::file_size(file()) / 2);
    expect_lost();
}

TEST_F(StateFiles, WorkAgainAfterOneWasSetAside) {
    std::ofstream{file()} << std::string(8192, 'x');
    write(record_of({voted("default", 1, 1)}));
    EXPECT_EQ(read(), record_of({voted("default", 1, 1)}));
}

TEST_F(StateFiles, ThatAreEmptyHaveNothing) {
    const std::ofstream empty{file()};
    EXPECT_FALSE(read().has_value());
    EXPECT_EQ(files_set_aside(), 0U);
}

TEST_F(StateFiles, OfANewerVersionAreRefusedAndLeftAlone) {
    write(record_of({voted("default", 8, 2)}));
    alter("PRAGMA user_version = 2");
    try {
        StateFile state{directory_.path()};
        FAIL() << "was accepted";
    } catch (const std::runtime_error& refusal) {
        EXPECT_THAT(refusal.what(), HasSubstr("was written by a newer version"));
        EXPECT_THAT(refusal.what(), HasSubstr(file().string()));
    }
    EXPECT_EQ(files_set_aside(), 0U);
    alter("PRAGMA user_version = 1");
    EXPECT_TRUE(read().has_value());
}

TEST_F(StateFiles, ThatCannotBeMadeAreAFailureAndNoDamage) {
    try {
        StateFile state{directory_.path() / "missing"};
        FAIL() << "was accepted";
    } catch (const DatabaseError& failure) {
        EXPECT_FALSE(failure.is_damage());
        EXPECT_THAT(failure.what(), HasSubstr("missing/state.sqlite3"));
    }
}

// A limit on the size of files is the full disk that a test can have.
TEST_F(StateFiles, OnAFullDiskFailToWrite) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        StateFile state{directory_.path()};
        state.write(record_of({}));
        const rlimit small{4096, 4096};
        ::setrlimit(RLIMIT_FSIZE, &small);
        try {
            state.write(record_of({voted("default", 1, 1)}));
        } catch (const DatabaseError& failure) {
            ::_exit(failure.is_damage() ? 2 : 3);
        }
        ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 3);
    EXPECT_EQ(read(), record_of({}));
}

// Writes term after term, reporting each that write() returned for, until it is killed.
[[noreturn]] void vote_until_killed(const fs::path& directory, int report) {
    StateFile state{directory};
    for (std::uint64_t term = 1;; ++term) {
        state.write(record_of({voted("default", term, 1)}));
        if (::write(report, &term, sizeof term) != sizeof term) ::_exit(1);
    }
}

TEST_F(StateFiles, KeepWhatWasReportedThroughAKill) {
    std::uint64_t reported = 0;
    for (int round = 0; round < 5; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = ::fork();
        if (child == 0) vote_until_killed(directory_.path(), ends[1]);
        ::close(ends[1]);
        for (int i = 0; i < 20 + round; ++i) {
            ASSERT_EQ(::read(ends[0], &reported, sizeof reported), ssize_t{sizeof reported});
        }
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        while (::read(ends[0], &reported, sizeof reported) > 0) {
        }
        ::close(ends[0]);
        const auto found = read();
        ASSERT_TRUE(found.has_value());
        EXPECT_GE(found->elections.at(0).term.value, reported);
        EXPECT_LE(found->elections.at(0).term.value, reported + 1);
        EXPECT_EQ(files_set_aside(), 0U);
    }
}

}  // namespace
}  // namespace bellwether::node
