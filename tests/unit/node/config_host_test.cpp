#include "node/config_host.hpp"

#include <gtest/gtest.h>

#include <variant>

#include <grp.h>
#include <unistd.h>

#include "tests/support/mesh_file.hpp"

namespace bellwether::node {
namespace {

using namespace mesh_file;

TEST(MistakesOnThisHost, AreNoneWithoutAGroupOrWithOneThatExists) {
    EXPECT_TRUE(mistakes_on_this_host(parsed(with(""))).empty());
    const group* own = ::getgrgid(::getegid());
    ASSERT_NE(own, nullptr);
    const std::string name = own->gr_name;
    EXPECT_TRUE(mistakes_on_this_host(parsed(with("[local]\ngroup = \"" + name + "\"\n"))).empty());
    EXPECT_EQ(find_group(name), ::getegid());
}

TEST(MistakesOnThisHost, TellOfAGroupThatIsMissingWhereTheFileNamesIt) {
    const Config config = parsed(with("[local]\ngroup = \"no-such-group-here\"\n"));
    const Mistakes mistakes = mistakes_on_this_host(config);
    ASSERT_EQ(mistakes.size(), 1U);
    EXPECT_EQ(to_line("mesh.toml", mistakes[0]),
              "mesh.toml:19:9: local.group: this host has no group \"no-such-group-here\": create it, or name one that "
              "exists on every host");
}

}  // namespace
}  // namespace bellwether::node
