#include "node/config_endpoint.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace bellwether::node {
namespace {

// As it is read back, or why not.
std::string read(std::string_view text) {
    const auto parsed = parse_endpoint(text);
    const auto* refusal = std::get_if<Refusal>(&parsed);
    return refusal == nullptr ? std::get<Endpoint>(parsed).str() : refusal->why;
}

std::string bound(std::string_view text) {
    const auto parsed = parse_bind(text);
    return std::holds_alternative<Refusal>(parsed) ? "refused" : std::get<std::string>(parsed);
}

TEST(Endpoints, AreAnAddressOrAHostNameAndAPort) {
    EXPECT_EQ(read("tcp://127.0.0.1:7101"), "tcp://127.0.0.1:7101");
    EXPECT_EQ(read("tcp://db-1.example.org:1"), "tcp://db-1.example.org:1");
    EXPECT_EQ(read("tcp://[::1]:65535"), "tcp://[::1]:65535");
    EXPECT_EQ(std::get<Endpoint>(parse_endpoint("tcp://[::1]:7101")), (Endpoint{"::1", 7101}));
}

TEST(Endpoints, OfOneIPv6AddressAreEqualHoweverItIsWritten) {
    EXPECT_EQ(read("tcp://[FE80:0:0::0001]:7101"), read("tcp://[fe80::1]:7101"));
}

TEST(Endpoints, OfAnyOtherFormAreRefusedWithTheReason) {
    EXPECT_EQ(read("127.0.0.1:7101"), "does not begin with tcp://, as in \"tcp://10.0.0.1:7101\"");
    EXPECT_EQ(read("ipc:///run/x"), "does not begin with tcp://, as in \"tcp://10.0.0.1:7101\"");
    EXPECT_EQ(read("tcp://127.0.0.1"), "has no port, as in \"tcp://10.0.0.1:7101\"");
    EXPECT_EQ(read("tcp://[::1]"), "has no port, as in \"tcp://10.0.0.1:7101\"");
    for (const char* text : {"tcp://h:0", "tcp://h:65536", "tcp://h:", "tcp://h:*", "tcp://h:-1", "tcp://h:1x"}) {
        EXPECT_EQ(read(text), "needs a port from 1 to 65535") << text;
    }
    for (const char* text : {"tcp://:1", "tcp://::1:1", "tcp://[]:1", "tcp://[127.0.0.1]:1", "tcp://[fe80::1%eth0]:1",
                             "tcp://10.0.0.300:1", "tcp://1.2.3:1", "tcp://a b:1", "tcp://.a:1", "tcp://-a:1"}) {
        EXPECT_EQ(read(text), "has no IPv4 address, IPv6 address in brackets or host name before the port") << text;
    }
}

TEST(Endpoints, ThatNobodyCanConnectToAreRefused) {
    for (const char* text : {"tcp://*:1", "tcp://0.0.0.0:1", "tcp://[::]:1", "tcp://[0:0::0]:1"}) {
        EXPECT_EQ(read(text).rfind("is no address to connect to", 0), 0U) << text;
    }
}

TEST(BindAddresses, AreAddressesAlone) {
    EXPECT_EQ(bound("0.0.0.0"), "0.0.0.0");
    EXPECT_EQ(bound("::"), "::");
    EXPECT_EQ(bound("[::]"), "::");
    for (const char* text : {"", "*", "eth0", "localhost", "0.0.0.0:7101", "[0.0.0.0]", "[::]:7101"}) {
        EXPECT_EQ(bound(text), "refused") << text;
    }
}

TEST(Loopback, IsWhatNoOtherHostReaches) {
    for (const char* host : {"localhost", "127.0.0.1", "127.8.9.10", "::1"}) {
        EXPECT_TRUE(is_loopback(host)) << host;
    }
    for (const char* host :
         {"0.0.0.0", "10.0.0.1", "::", "fe80::1", "alpha", "127.0.0.1.example.org", "localhost.evil.org"}) {
        EXPECT_FALSE(is_loopback(host)) << host;
    }
}

}  // namespace
}  // namespace bellwether::node
