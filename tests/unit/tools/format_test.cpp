#include "tools/cli/format.hpp"

#include <gtest/gtest.h>

#include "tools/cli/exit_status.hpp"

namespace bellwether::cli {
namespace {

const std::string announcement =
    R"({"leader":"bravo","leader_id":2,"is_leader":false,"token":8001,"metadata":{"api":"http://b:80","port":80}})";

int status_of(const std::string& format) {
    try {
        check_format(format);
        (void)filled(format, announcement);
    } catch (const Failure& failure) {
        return failure.status;
    }
    return exit_done;
}

TEST(AFormat, IsFilledFromTheAnnouncement) {
    EXPECT_EQ(filled("{leader} {token} {is_leader}", announcement), "bravo 8001 false");
    EXPECT_EQ(filled("{metadata.api}:{metadata.port}", announcement), "http://b:80:80");
    EXPECT_EQ(filled("plain {{leader}}", announcement), "plain {leader}");
    EXPECT_EQ(filled(R"({{"who":"{leader}"}})", announcement), R"({"who":"bravo"})");
    EXPECT_EQ(filled("", announcement), "");
}

TEST(AFormat, ThatNamesWhatNoAnnouncementHasIsAWrongCall) {
    EXPECT_EQ(status_of("{leadr}"), exit_bad_call);
    EXPECT_EQ(status_of("{metadata.}"), exit_bad_call);
    EXPECT_EQ(status_of("{}"), exit_bad_call);
    EXPECT_EQ(status_of("{leader"), exit_bad_call);
    EXPECT_EQ(status_of("leader}"), exit_bad_call);
}

TEST(AFormat, WhatTheMetadataLacksIsUnknown) {
    EXPECT_EQ(status_of("{metadata.port}"), exit_done);
    EXPECT_EQ(status_of("{metadata.name}"), exit_unknown);
}

}  // namespace
}  // namespace bellwether::cli
