#pragma once
#include <span>
#include <vector>

namespace lathe {

/// One straight move. Lengths in millimetres, feed in millimetres per minute.
struct Segment {
    double x;
    double z;
    double feed;
};

/// Limits of a machine. Accelerations in millimetres per second squared.
struct Limits {
    double max_feed;
    double max_acceleration;
};

/// Slow a path down so that no joint exceeds its limits.
/// @throws std::invalid_argument when a limit is not positive
std::vector<Segment> plan(std::span<const Segment> path, const Limits& limits);

} // namespace lathe
