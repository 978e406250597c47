#include "node/control_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;
using protocol::Command;
using protocol::CommandKind;
using protocol::ControlReply;
using protocol::ControlRequest;
using ::testing::HasSubstr;

protocol::Setup alpha_and_bravo() {
    protocol::Setup setup;
    setup.self = {1};
    setup.members = {{.id = {1}, .name = "alpha", .metadata = {}}, {.id = {2}, .name = "bravo", .metadata = {}}};
    return setup;
}

ControlRequest request_of(const char* type, const char* target = "") {
    ControlRequest request;
    request.id = 7;
    request.type = type;
    request.target = target;
    return request;
}

class TheControlDesk : public ::testing::Test {
protected:
    [[nodiscard]] Command accepted(const ControlRequest& request) {
        const auto outcome = desk_.accept(caller, request);
        EXPECT_TRUE(std::holds_alternative<Command>(outcome));
        return std::holds_alternative<Command>(outcome) ? std::get<Command>(outcome) : Command{};
    }
    [[nodiscard]] ControlReply refused(const ControlRequest& request) {
        const auto outcome = desk_.accept(caller, request);
        EXPECT_TRUE(std::holds_alternative<ControlReply>(outcome));
        return std::holds_alternative<ControlReply>(outcome) ? std::get<ControlReply>(outcome) : ControlReply{};
    }

    static constexpr std::uint64_t caller = 99;
    protocol::Setup setup_ = alpha_and_bravo();
    ControlDesk desk_{setup_};
};

TEST_F(TheControlDesk, TurnsARequestIntoACommandForAMinuteUnlessTold) {
    const Command command = accepted(request_of("transfer", "bravo"));
    EXPECT_EQ(command.kind, CommandKind::transfer);
    EXPECT_EQ(command.target.value, 2);
    EXPECT_EQ(command.hold, 60s);
    EXPECT_EQ(accepted(request_of("stepdown")).hold, 60s);
    ControlRequest longer = request_of("drain");
    longer.hold = 1h;
    EXPECT_EQ(accepted(longer).hold, 1h);
}

TEST_F(TheControlDesk, DrainsForADayUnlessTold) { EXPECT_EQ(accepted(request_of("drain")).hold, 24h); }

TEST_F(TheControlDesk, CarriesAnAnswerToItsCallerOnce) {
    const Command first = accepted(request_of("stepdown"));
    const Command second = accepted(request_of("undrain"));
    EXPECT_NE(first.id, second.id);
    const protocol::Answer answer{.id = first.id, .done = false, .reason = "not_leader", .text = "I do not lead"};
    const auto delivery = desk_.answer(answer);
    ASSERT_TRUE(delivery.has_value());
    EXPECT_EQ(delivery->caller, caller);
    EXPECT_EQ(delivery->reply, (ControlReply{.id = 7, .done = false, .reason = "not_leader", .text = "I do not lead"}));
    EXPECT_FALSE(desk_.answer(answer).has_value());
}

TEST_F(TheControlDesk, HasNoCallerForTheCommandOfASignal) { EXPECT_FALSE(desk_.answer({}).has_value()); }

TEST_F(TheControlDesk, RefusesAnUnknownNodeAndNamesTheKnownOnes) {
    const ControlReply reply = refused(request_of("stepdown", "zulu"));
    EXPECT_EQ(reply.id, 7U);
    EXPECT_EQ(reply.reason, "unknown_node");
    EXPECT_THAT(reply.text, HasSubstr("alpha, bravo"));
}

TEST_F(TheControlDesk, RefusesATransferToNobody) {
    EXPECT_THAT(refused(request_of("transfer")).text, HasSubstr("alpha, bravo"));
}

TEST_F(TheControlDesk, RefusesTimesThatAreNotBetweenNothingAndADay) {
    for (const protocol::Duration hold :
         {protocol::Duration{0}, protocol::Duration{24h + 1ns}, protocol::Duration{-1s}}) {
        ControlRequest request = request_of("stepdown");
        request.hold = hold;
        EXPECT_THAT(refused(request).text, HasSubstr("24h"));
    }
}

TEST_F(TheControlDesk, RefusesWhatItDoesNotKnow) { EXPECT_THAT(refused(request_of("dance")).text, HasSubstr("dance")); }

TEST_F(TheControlDesk, RefusesMoreThanItCanRemember) {
    for (int i = 0; i < 1024; ++i) static_cast<void>(accepted(request_of("undrain")));
    EXPECT_EQ(refused(request_of("undrain")).reason, "limit");
}

}  // namespace
}  // namespace bellwether::node
