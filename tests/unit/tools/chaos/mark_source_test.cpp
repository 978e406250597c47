#include "tools/chaos/mark_source.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>

#include "tests/unit/client/fake_daemon.hpp"

namespace bellwether::chaos {
namespace {

TEST(MarkSource, ReadsAFileThatGrows) {
    const client::TemporaryDirectory directory;
    const std::string file = directory.path() / "marks";
    std::ofstream writer{file};
    MarkSource marks{file};
    EXPECT_FALSE(marks.next());
    writer << "kill alpha\nrestart" << std::flush;
    EXPECT_EQ(marks.next(), "kill alpha");
    EXPECT_FALSE(marks.next());
    writer << " alpha\n" << std::flush;
    EXPECT_EQ(marks.next(), "restart alpha");
}

TEST(MarkSource, SaysWhichFileItCannotOpen) { EXPECT_THROW(MarkSource{"/nowhere/marks"}, std::runtime_error); }

}  // namespace
}  // namespace bellwether::chaos
