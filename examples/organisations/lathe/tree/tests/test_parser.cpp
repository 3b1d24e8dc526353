#include <gtest/gtest.h>

#include "lathe/parser.hpp"

// LR-101: the line of the first wrong word is named.
TEST(Parser, NamesTheLine) {
    try {
        lathe::parse("X1 Z2\nXtwo\n");
        FAIL() << "must throw";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "line 2: not a number");
    }
}

TEST(Parser, ReadsMoves) { EXPECT_EQ(lathe::parse("X1 Z2 F100\nX3\n").size(), 2U); }
