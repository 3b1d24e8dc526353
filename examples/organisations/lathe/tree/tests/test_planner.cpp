#include <array>
#include <gtest/gtest.h>

#include "lathe/planner.hpp"

// LR-102: no move is faster than the machine allows.
TEST(Planner, LimitsTheFeed) {
    const std::array path{lathe::Segment{1, 1, 9000}};
    EXPECT_DOUBLE_EQ(lathe::plan(path, {4000, 500}).front().feed, 4000);
}

TEST(Planner, RefusesLimitsThatAreNone) {
    EXPECT_THROW(lathe::plan({}, {0, 500}), std::invalid_argument);
}
