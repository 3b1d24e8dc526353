#include "lathe/planner.hpp"

#include <algorithm>
#include <stdexcept>

namespace lathe {

std::vector<Segment> plan(std::span<const Segment> path, const Limits& limits) {
    if (limits.max_feed <= 0 || limits.max_acceleration <= 0) {
        throw std::invalid_argument("limits must be positive");
    }
    std::vector<Segment> out(path.begin(), path.end());
    for (Segment& segment : out) {
        segment.feed = std::min(segment.feed, limits.max_feed);
    }
    return out;
}

} // namespace lathe
